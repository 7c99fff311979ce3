// Adam (Kingma & Ba 2015) as PyTorch computes it, over one flat buffer of parameters:
//
//   g' = factor * g + decay * p           (factor of gradient_norm; coupled L2, decay may be 0)
//   m = beta1 * m + (1 - beta1) * g'      v = beta2 * v + (1 - beta2) * g'^2
//   p -= step_size * m / (sqrt(v) / sqrt(correction2) + epsilon),  step_size = rate / correction1
//   g = 0                                 (the next step's gradients add up from here)
//
// with correction_k = 1 - beta_k^step and factor = guard[1]. Nothing but g = 0 happens where guard[0]
// is set.
//
// Dispatch: ceil(size/4 / 64) workgroups, folded into x and y

#import shared/step_state

struct Dims {
  size: u32, // vec4s
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  decay: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> p: array<vec4f>; // [size]
@group(0) @binding(2) var<storage, read_write> g: array<vec4f>; // [size]
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>; // [size]
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>; // [size]
@group(0) @binding(5) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(6) var<storage, read> guard: array<u32>; // [4], see gradient_norm.wgsl

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  if (guard[0] == 0u) {
    let step_size = bitcast<f32>(state[STEP_SIZE]);
    let root_correction2 = bitcast<f32>(state[ROOT_CORRECTION2]);
    let gradient = bitcast<f32>(guard[1]) * g[e] + dims.decay * p[e];
    let first = m[e] + (1.0 - dims.beta1) * (gradient - m[e]);
    let second = dims.beta2 * v[e] + (1.0 - dims.beta2) * gradient * gradient;
    m[e] = first;
    v[e] = second;
    p[e] -= step_size * first / (sqrt(second) / root_correction2 + dims.epsilon);
  }
  g[e] = vec4f();
}

// Weights of one phase of a convolution's input gradient, taps reversed and channels exchanged so
// that the gradient is a windowed matrix product over dy (kernels/shared/window.wgsl):
//
//   packed[j, o, i] = w[first + stride * (taps - 1 - j), i, o]
//
//   w [K][Cin][Cout]    packed [taps][Cout][Cin]
//
// Dispatch: ceil(taps * Cout * Cin / 64) workgroups, folded into x and y

struct Dims {
  taps: u32, // taps of this phase
  first: u32, // its lowest tap
  stride: u32,
  inputs: u32, // Cin
  outputs: u32, // Cout
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  let i = e % dims.inputs;
  let o = e / dims.inputs % dims.outputs;
  let j = e / (dims.inputs * dims.outputs);
  if (j >= dims.taps) {
    return;
  }
  let tap = dims.first + dims.stride * (dims.taps - 1u - j);
  packed[e] = w[(tap * dims.inputs + i) * dims.outputs + o];
}

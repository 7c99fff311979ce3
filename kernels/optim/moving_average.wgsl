// Exponential moving average of one stretch of a buffer that follows another:
//
//   average += (1 - momentum) * (source - average)
//
// The form keeps an average that has arrived where it is, and a momentum of 1 leaves it alone.
//
//   values [..]: holds both stretches of `size` vec4s, since WebGPU binds no buffer for reading and
//                for writing in one dispatch    state [16]: see src/gpu/step_state.ts
//
// Dispatch: ceil(size / 64) workgroups, folded into x and y

#import shared/step_state

struct Dims {
  size: u32, // vec4s
  average: u32, // where it starts, vec4s
  source: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> values: array<vec4f>; // both stretches
@group(0) @binding(2) var<storage, read> state: array<u32>; // [16], see shared/step_state

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let momentum = bitcast<f32>(state[MOMENTUM]);
  let average = values[dims.average + e];
  values[dims.average + e] = average + (1.0 - momentum) * (values[dims.source + e] - average);
}

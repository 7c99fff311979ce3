// Dropout, forward and backward alike (kernels/shared/dropout.wgsl):  y = x * factor of the element
//
// Dispatch: ceil(size / 4 / 64) workgroups, folded into x and y

#import shared/dropout

struct Dims {
  size: u32, // elements / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [size]
@group(0) @binding(2) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [size]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  y[e] = x[e] * dropout_factors(e);
}

// Backward of the ReLU, from its output:  dx = dy where y > 0, else 0
//
//   y, dy, dx [size] of numbers, or with VECTORS of vectors of four
//
// Dispatch: ceil(size / 64) workgroups, folded into x and y

#import shared/value

struct Dims {
  size: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<Value>; // [size]
@group(0) @binding(2) var<storage, read> dy: array<Value>; // [size]
@group(0) @binding(3) var<storage, read_write> dx: array<Value>; // [size]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  dx[e] = select(Value(), dy[e], y[e] > Value());
}

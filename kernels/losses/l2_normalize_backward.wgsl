// Backward of the scaling to unit length:  dz = (du - u * (u . du)) * inverse
//
//   u, du, dz [rows][width]    inverse [rows]
//
// Dispatch: one workgroup of 64 per row; the dot product is joined in a fixed tree.

#import shared/tree_sum

struct Dims {
  width: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> u: array<f32>; // [rows][width]
@group(0) @binding(2) var<storage, read> du: array<f32>; // [rows][width]
@group(0) @binding(3) var<storage, read> inverse: array<f32>; // [rows]
@group(0) @binding(4) var<storage, read_write> dz: array<f32>; // [rows][width]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  var sum = 0.0;
  for (var d = local; d < dims.width; d += 64u) {
    sum += u[row * dims.width + d] * du[row * dims.width + d];
  }
  let total = tree_sum(sum, local);
  for (var d = local; d < dims.width; d += 64u) {
    let e = row * dims.width + d;
    dz[e] = (du[e] - u[e] * total) * inverse[row];
  }
}

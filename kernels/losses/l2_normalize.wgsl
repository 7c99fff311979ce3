// Scales every row to unit length:  u = z * inverse,  inverse = 1 / max(|z|, 1e-12)
//
//   z, u [rows][width]    inverse [rows]
//
// Dispatch: one workgroup of 64 per row; the sum of squares is joined in a fixed tree.

#import shared/tree_sum

struct Dims {
  width: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> z: array<f32>; // [rows][width]
@group(0) @binding(2) var<storage, read_write> u: array<f32>; // [rows][width]
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>; // [rows]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  var sum = 0.0;
  for (var d = local; d < dims.width; d += 64u) {
    let value = z[row * dims.width + d];
    sum += value * value;
  }
  let total = tree_sum(sum, local);
  let scale = 1.0 / max(sqrt(total), 1e-12);
  for (var d = local; d < dims.width; d += 64u) {
    u[row * dims.width + d] = z[row * dims.width + d] * scale;
  }
  if (local == 0u) {
    inverse[row] = scale;
  }
}

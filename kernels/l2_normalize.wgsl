// Scales every row to unit length:  u = z * inverse,  inverse = 1 / max(|z|, 1e-12)
//
//   z, u [rows][width]    inverse [rows]
//
// Dispatch: one workgroup of 64 per row; the sum of squares is joined in a fixed tree.

struct Dims {
  width: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<f32>;
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  var sum = 0.0;
  for (var d = local; d < dims.width; d += 64u) {
    let value = z[row * dims.width + d];
    sum += value * value;
  }
  sums[local] = sum;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) {
      sums[local] += sums[local + half];
    }
    workgroupBarrier();
  }
  let scale = 1.0 / max(sqrt(sums[0]), 1e-12);
  for (var d = local; d < dims.width; d += 64u) {
    u[row * dims.width + d] = z[row * dims.width + d] * scale;
  }
  if (local == 0u) {
    inverse[row] = scale;
  }
}

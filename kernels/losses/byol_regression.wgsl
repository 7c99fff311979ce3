// BYOL's regression (Grill et al. 2020, equation 2), loss and gradient of one row:
//
//   p = prediction / max(|prediction|, 1e-12),   t = target / max(|target|, 1e-12)
//   loss[first + row] = 2 - 2 p . t
//   dprediction = -2 / rows * (t - p (p . t)) / max(|prediction|, 1e-12)
//
// which is |p - t|^2 where neither is zero. A prediction of zeros has p = 0, as in PyTorch: a loss of
// 2 and a gradient along t.
//
//   prediction, target, dprediction [rows][width]    loss [first + rows or more]
//
// Dispatch: one workgroup of 64 per row; the three sums are joined in a fixed tree.

struct Dims {
  rows: u32,
  width: u32,
  first: u32, // where the losses of these rows start
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> prediction: array<f32>; // [rows][width]
@group(0) @binding(2) var<storage, read> target_rows: array<f32>; // [rows][width]
@group(0) @binding(3) var<storage, read_write> dprediction: array<f32>; // [rows][width]
@group(0) @binding(4) var<storage, read_write> loss: array<f32>; // [first + rows or more]

/// Squared length of the prediction, of the target, and their product.
var<workgroup> joined: array<vec3f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  let start = row * dims.width;
  var sums = vec3f();
  for (var d = local; d < dims.width; d += 64u) {
    let p = prediction[start + d];
    let t = target_rows[start + d];
    sums += vec3f(p * p, t * t, p * t);
  }
  joined[local] = sums;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) {
      joined[local] += joined[local + half];
    }
    workgroupBarrier();
  }
  sums = joined[0];
  let inverse_p = 1.0 / max(sqrt(sums.x), 1e-12);
  let inverse_t = 1.0 / max(sqrt(sums.y), 1e-12);
  let cosine = sums.z * inverse_p * inverse_t;
  let share = -2.0 / f32(dims.rows);
  for (var d = local; d < dims.width; d += 64u) {
    let p = prediction[start + d] * inverse_p;
    let t = target_rows[start + d] * inverse_t;
    dprediction[start + d] = share * (t - p * cosine) * inverse_p;
  }
  if (local == 0u) {
    loss[dims.first + row] = 2.0 - 2.0 * cosine;
  }
}

// Corruption of test records, given in mV and applied to normalized signals. Per record r = batch[n]:
//
//   every sample gets + noise * g, g a standard normal draw, then
//   one stretch of `span` samples becomes 0 mV in all leads, its start uniform in 0 .. T - span
//
//   x, y           [N][T][12]: (mV - mean) / deviation
//   batch          [N] row numbers in the whole set
//   normalization  mean[12], 1 / standard deviation[12]
//
// Draws: stream 7 (corruption), item r; view 0: position (3 t + q) * 4 for leads 4q .. 4q+3 of
// sample t; view 1, position 0: the start. A record is corrupted in the same way in any batch.
//
// Dispatch: (ceil(T / 64), N)

#import shared/normals
#import shared/streams

struct Dims {
  length: u32, // T
  span: u32, // 0: no stretch
  noise: f32, // standard deviation, mV
  seed: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][12]
@group(0) @binding(2) var<storage, read> batch: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> normalization: array<vec4f>; // mean[12], inverse[12]
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N][T][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let n = group.y;
  if (t >= dims.length) {
    return;
  }
  let key = vec2u(dims.seed, CORRUPTION_STREAM);
  let start = below(philox(vec4u(0u, batch[n], 0u, 1u), key).x, dims.length - dims.span + 1u);
  let masked = t >= start && t - start < dims.span;
  for (var q = 0u; q < 3u; q++) {
    let e = (n * dims.length + t) * 3u + q;
    let draw = normals(philox(vec4u(3u * t + q, batch[n], 0u, 0u), key));
    let noisy = x[e] + dims.noise * draw * normalization[3u + q];
    y[e] = select(noisy, -normalization[q] * normalization[3u + q], masked);
  }
}

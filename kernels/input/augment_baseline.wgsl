// What the high-pass takes away, as cosines: adds the pieces of kernels/augment_spectrum.wgsl and
// applies the loss 1 - gain. The gain rises as half a cosine from 0 at low / 2 to 1 at 1.5 * low, so it
// is 1/2 (-6 dB) at the low edge.
//
//   baseline[b, k, c] = loss(k) * (k = 0 ? 1 : 2) / T * sum over s of partial[b, s, k, c]
//   loss(k) = (1 + cos(pi v)) / 2, v = clamp(f / low - 1/2, 0, 1), f = k / bins_per_hertz
//
//   partial   [rows][pieces][bins][12]
//   plan      [rows][PLAN] vec4s; rows without band-pass are skipped
//   baseline  [rows][bins][12]
//
// Dispatch: (ceil(3 * bins / 64), rows)

#import shared/turns
#import shared/augment_plan

struct Dims {
  length: u32, // T
  bins: u32,
  pieces: u32,
  bins_per_hertz: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>; // [rows][pieces][bins][12]
@group(0) @binding(2) var<storage, read> plan: array<vec4f>; // [rows][PLAN]
@group(0) @binding(3) var<storage, read_write> baseline: array<vec4f>; // [rows][bins][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = group.x * 64u + local;
  let row = group.y;
  let k = index / 3u;
  if (f32(k) >= plan[row * PLAN + BANDPASS].x || k >= dims.bins) {
    return;
  }
  let low = plan[row * PLAN + BANDPASS].z;
  let v = clamp(f32(k) / dims.bins_per_hertz / low - 0.5, 0.0, 1.0);
  let loss = 0.5 + 0.5 * cos_sin(0.5 * v).x;
  var sum = vec4f();
  for (var s = 0u; s < dims.pieces; s++) {
    sum += partial[(row * dims.pieces + s) * dims.bins * 3u + index];
  }
  baseline[row * dims.bins * 3u + index] = sum * loss * select(2.0, 1.0, k == 0u) / f32(dims.length);
}

// Slow cosines of the rows that pass the band-pass: type-II discrete cosine transform of the first
// `bins` coefficients, over pieces of the record:
//
//   partial[b, s, k, c] = sum over t of piece s of x[b, t, c] * cos(pi k (2t + 1) / (2T))
//
//   x        [rows][T][12]
//   plan     [rows][PLAN] vec4s; rows without band-pass are skipped
//   partial  [rows][pieces][bins][12]
//
// Dispatch: (ceil(pieces * bins / 4 / 64), rows). An invocation turns four cosines over one piece:
// cos(phase + angle) from cos(phase) and sin(phase), so the error grows by 1e-7 a frame at most.

#import shared/turns
#import shared/augment_plan

struct Dims {
  length: u32, // T
  bins: u32, // a multiple of 4
  pieces: u32,
  span: u32, // frames of a piece
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][T][12]
@group(0) @binding(2) var<storage, read> plan: array<vec4f>; // [rows][PLAN]
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>; // [rows][pieces][bins][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = group.x * 64u + local;
  let row = group.y;
  let groups = dims.bins / 4u;
  let piece = index / groups;
  let k = index % groups * 4u;
  if (f32(k) >= plan[row * PLAN + BANDPASS].x || piece >= dims.pieces) {
    return;
  }
  let start = piece * dims.span;
  let end = min(start + dims.span, dims.length);
  let length = f32(4u * dims.length); // frames of a turn of bin 1, times 2

  var cosine: vec4f;
  var sine: vec4f;
  var across: vec4f; // cosine of the angle from frame to frame
  var along: vec4f; // sine of it
  //#unroll
  for (var i = 0u; i < 4u; i++) {
    let phase = cos_sin(f32((k + i) * (2u * start + 1u) % (4u * dims.length)) / length);
    let angle = cos_sin(f32(2u * (k + i)) / length);
    cosine[i] = phase.x;
    sine[i] = phase.y;
    across[i] = angle.x;
    along[i] = angle.y;
  }
  var sum: array<vec4f, 12>; //#scalars
  var at = (row * dims.length + start) * 3u;
  for (var t = start; t < end; t++) {
    //#unroll
    for (var q = 0u; q < 3u; q++) {
      let value = x[at + q];
      sum[q] = fma(value, vec4f(cosine.x), sum[q]);
      sum[3u + q] = fma(value, vec4f(cosine.y), sum[3u + q]);
      sum[6u + q] = fma(value, vec4f(cosine.z), sum[6u + q]);
      sum[9u + q] = fma(value, vec4f(cosine.w), sum[9u + q]);
    }
    let next = cosine * across - sine * along;
    sine = sine * across + cosine * along;
    cosine = next;
    at += 3u;
  }
  let place = ((row * dims.pieces + piece) * dims.bins + k) * 3u;
  //#unroll
  for (var i = 0u; i < 12u; i++) {
    partial[place + i] = sum[i];
  }
}

// The two views of the contrastive variant, from records in mV, then normalization:
//
//   view 0   y[n, t, c]     = (x[n, t, c] + noise * normal - mean[c]) * inverse[c]
//   view 1   y[N + n, t, c] = (x[n, t, c] * scale - mean[c]) * inverse[c]
//
// with a normal deviate for every sample and lead, and one scale a record, uniform in
// scale_from .. scale_to. Draws (Philox, stream 4) depend on (seed, epoch, record) alone:
//
//   view 0, position 64 + 12 t + lead   normal deviates, as in augment_finish.wgsl
//   view 1, position 0                  scale
//
//   x              [N][T][12] mV
//   batch          [N] row numbers in the whole set
//   state          word 0 seed, 1 epoch; see src/gpu/step_state.ts
//   normalization  mean[12], inverse[12]: 1 / standard deviation
//   y              [2][N][T][12]
//
// Dispatch: (ceil(T / 64), 2 * N). A part of y begins `skip` rows after its start.

#import shared/normals
#import shared/step_state
#import shared/streams

struct Dims {
  rows: u32, // N
  skip: u32,
  length: u32, // T
  noise: f32, // mV
  scale_from: f32,
  scale_to: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][12]
@group(0) @binding(2) var<storage, read> batch: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(4) var<storage, read> normalization: array<vec4f>; // mean[12], inverse[12]
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [2][N][T][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let row = dims.skip + group.y;
  let n = row % dims.rows;
  if (t >= dims.length) {
    return;
  }
  let key = vec2u(state[SEED], AUGMENT_STREAM);
  let at = vec4u(0u, batch[n], state[EPOCH], 0u);
  let word = philox(at + vec4u(0u, 0u, 0u, 1u), key).x;
  let scaled = row >= dims.rows;
  let drawn = dims.scale_from + (dims.scale_to - dims.scale_from) * unit(word);
  let scale = select(1.0, drawn, scaled);
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    let value = x[(n * dims.length + t) * 3u + q];
    let mean = normalization[q];
    let inverse = normalization[3u + q];
    var noise = vec4f();
    // A loop rather than a branch: software adapters run through both sides of a branch.
    for (var i = 0u; i < select(1u, 0u, scaled); i++) {
      noise = dims.noise * normals(philox(at + vec4u(16u + 3u * t + q, 0u, 0u, 0u), key));
    }
    y[(group.y * dims.length + t) * 3u + q] = (value * scale + noise - mean) * inverse;
  }
}

// Block masking of normalized records: record r = batch[n] loses a number of blocks in all leads.
//
//   y[n, t, c] = 0 where start <= t < start + span for one of the record's blocks, else x[n, t, c]
//
//   x, y    [N][T][12]: (mV - mean) / deviation, so that 0 is the lead's mean
//   batch   [N] row numbers in the whole set
//   state   word 0 seed, 1 epoch; see src/gpu/step_state.ts
//
// Draws: stream 12 (masking), item r, epoch; position b: start of block b, uniform in 0 .. T - span,
// both included. Blocks may overlap. A record is masked in the same way in any batch.
//
// Dispatch: (ceil(T / 64), N)

#import shared/philox
#import shared/step_state
#import shared/streams

struct Dims {
  length: u32, // T
  skip: u32, // rows before the part of x and y that is launched
  blocks: u32, // of a record
  span: u32, // samples of a block, at most T
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][12]
@group(0) @binding(2) var<storage, read> batch: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N][T][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let n = group.y;
  if (t >= dims.length) {
    return;
  }
  let record = batch[dims.skip + n];
  let key = vec2u(state[SEED], MASKING_STREAM);
  var masked = false;
  for (var block = 0u; block < dims.blocks; block += 4u) {
    let words = philox(vec4u(block / 4u, record, state[EPOCH], 0u), key);
    //#unroll
    for (var i = 0u; i < 4u; i++) {
      let start = below(words[i], dims.length - dims.span + 1u);
      // Before the start t - start wraps round to a large number.
      masked = masked || (block + i < dims.blocks && t - start < dims.span);
    }
  }
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    let e = (n * dims.length + t) * 3u + q;
    y[e] = select(x[e], vec4f(), masked);
  }
}

// Draws what happens to every row of the batch: row b = (view - first view) * N + n shows record
// batch[n]. A draw depends on (seed, epoch, record, view) alone, never on the place in the batch; but a
// mixing partner is counted from the row's own place, since it has to come from the same batch.
//
// Draws: stream 4 (augment), item = record; kernels/augment/NAME.wgsl has the positions. The first of an
// augmentation is its gate: applied where the word is below rate * 2^32.
//
// Dispatch: ceil(views * N / 64) workgroups

#import shared/philox
#import shared/turns
#import shared/step_state
#import shared/streams
#import shared/augment_plan

struct Dims {
  rows: u32, // N
  views: u32,
  first_view: u32,
  length: u32, // T
  records: u32,
  hertz: f32, // 1 / sampling rate
#each augmentation
  ${name}_gate: u32,
#endeach
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> batch: array<u32>; // [N] row numbers in the whole set
@group(0) @binding(2) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(3) var<storage, read> deviation: array<vec4f>; // [records][12] of each lead, mV
@group(0) @binding(4) var<storage, read_write> plan: array<vec4f>; // [views * N][PLAN]
@group(0) @binding(5) var<storage, read_write> taps: array<f32>; // [views * N][half_width + 1]

/// A row whose plan is drawn.
struct Drawing {
  row: u32, // of the plan
  n: u32, // position in the batch
  valid: u32, // records in the batch
  record: u32,
  counter: vec4u,
  key: vec2u,
}

/// Words 4 * block .. 4 * block + 3.
fn draw(block: u32, drawing: Drawing) -> vec4u {
  return philox(drawing.counter + vec4u(block, 0u, 0u, 0u), drawing.key);
}

fn between(low: f32, high: f32, word: u32) -> f32 {
  return low + (high - low) * unit(word);
}

fn units(words: vec4u) -> vec4f {
  return vec4f(words >> vec4u(8u)) * 0x1p-24f;
}

/// Batch position of a partner: any valid row but the row itself.
fn partner(word: u32, drawing: Drawing) -> f32 {
  return f32((drawing.n + 1u + below(word, drawing.valid - 1u)) % drawing.valid);
}

#each augmentation
#import augment/${name}
#endeach

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) place: vec3u) {
  let row = place.x;
  if (row >= dims.views * dims.rows) {
    return;
  }
  let n = row % dims.rows;
  let view = dims.first_view + row / dims.rows;
  let record = batch[n];
  let valid = min(state[RECORDS], dims.rows);
  let first = row * PLAN;
  for (var i = 0u; i < PLAN; i++) {
    plan[first + i] = vec4f();
  }
  if (n >= valid || record >= dims.records) {
    return;
  }
  let drawing = Drawing(row, n, valid, record, vec4u(0u, record, state[EPOCH], view),
    vec2u(state[SEED], AUGMENT_STREAM));
  var words: vec4u;
#each augmentation
  words = draw(${block}u, drawing);
  if (words.x < dims.${name}_gate) {
    ${name}(first + ${NAME}, words, drawing);
  }
#endeach
}

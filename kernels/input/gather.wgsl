// A batch of records from resident int16 frames, in mV or normalized. Row n of the batch holds
// record batch[n]:
//
//   x[n, t, c] = raw[batch[n], t, c] * scale                               (mV)
//   x[n, t, c] = (raw[batch[n], t, c] * scale - mean[c]) * inverse[c]      (NORMALIZE)
//
//   records        [count][T][6] words: a frame of 12 leads, two 16-bit samples a word, low half first
//   batch          [N] row numbers in the whole set
//   normalization  mean[12], 1 / standard deviation[12]
//   x              [views][N][T][12]; every view gets the same values
//
// Dispatch: (ceil(T / 64), views * N), once for every chunk of a set that one binding cannot hold: a
// chunk holds records `first` .. `first + count - 1` and fills their rows only. The chunk that starts
// at 0 also zeroes the rows that hold no record. A part of x begins `skip` rows after its start.

#import shared/step_state

struct Dims {
  length: u32, // T
  rows: u32, // N
  skip: u32,
  first: u32, // first record of this chunk
  count: u32, // records of this chunk
  total: u32, // records of the set
  scale: f32, // mV per digital unit
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> records: array<u32>; // [count][T][6]
@group(0) @binding(2) var<storage, read> batch: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>; // [views][N][T][12]
#ifdef NORMALIZE
@group(0) @binding(5) var<storage, read> normalization: array<vec4f>; // mean[12], inverse[12]
#endif

/// Four samples of two words, sign-extended.
fn samples(low: u32, high: u32) -> vec4f {
  let words = vec4u(low << 16u, low, high << 16u, high);
  return vec4f(bitcast<vec4i>(words) >> vec4u(16u)) * dims.scale;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let n = (dims.skip + group.y) % dims.rows;
  let record = batch[n];
  let present = n < state[RECORDS] && record < dims.total;
  let here = present && record - dims.first < dims.count;
  if (t >= dims.length || !(here || (!present && dims.first == 0u))) {
    return;
  }
  let place = select(0u, ((record - dims.first) * dims.length + t) * 6u, here);
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    var value = samples(records[place + 2u * q], records[place + 2u * q + 1u]);
#ifdef NORMALIZE
    value = (value - normalization[q]) * normalization[3u + q];
#endif
    x[(group.y * dims.length + t) * 3u + q] = select(vec4f(), value, here);
  }
}

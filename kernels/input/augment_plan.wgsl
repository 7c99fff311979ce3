// Draws what happens to every row of the batch: row b = (view - first view) * N + n shows record
// batch[n]. A draw
// depends on (seed, epoch, record, view) alone, never on the place in the batch; but a mixing partner
// is counted from the row's own place, since it has to come from the same batch.
//
//   position   draw (Philox, stream 4)
//   0, 1       frequency warping: gate, change of rate
//   4, 5, 6    mixup: gate, partner, share = u^10 / (1 + u^10), which is Beta(0.1, 0.1) folded to
//              <= 1/2: Joehnk's (1964) a^10 / (a^10 + b^10), where u is the ratio of the smaller to the
//              larger of a and b; his rejection of 1.4 % of the pairs is left out
//   8, 9, 10   band-pass: gate, low edge, high edge
//   12 .. 15   CutMix: gate, partner, length, start
//   16, 17, 18 motion artifact: gate, frequency, phase; 20 .. 31 signed amplitude of each lead
//   32         channel noise: gate; 36 .. 47 level of each lead
//   48, 49, 50 temporal dropout: gate, length, start
//   64 ..      noise itself: 64 + 12 t + lead, see augment_finish.wgsl
//
//   batch      [N] row numbers in the whole set
//   state      word 0 seed, 1 epoch, 4 valid rows; see src/gpu/step_state.ts
//   deviation  [records][12] standard deviation of each lead, mV
//   plan       [views * N][PLAN] vec4s, see shared/augment_plan.wgsl
//   taps       [views * N][half_width + 1]: half of the symmetric low-pass, DC gain 1
//
// Dispatch: ceil(views * N / 64) workgroups. A gate is open where its word is below rate * 2^32.

#import shared/philox
#import shared/step_state
#import shared/streams
#import shared/turns
#import shared/augment_plan

struct Dims {
  rows: u32, // N
  views: u32,
  first_view: u32,
  length: u32, // T
  records: u32,
  warp_gate: u32,
  mixup_gate: u32,
  bandpass_gate: u32,
  cutmix_gate: u32,
  motion_gate: u32,
  noise_gate: u32,
  dropout_gate: u32,
  warp: f32, // largest change of rate
  low_from: f32, // Hz
  low_to: f32,
  high_from: f32, // Hz
  high_to: f32, // no low-pass where it is not above high_from
  bins_per_hertz: f32, // 2 T / sampling rate
  hertz: f32, // 1 / sampling rate
  half_width: u32,
  cutmix_from: u32, // samples
  cutmix_to: u32,
  dropout_from: u32, // samples
  dropout_to: u32,
  frequency_from: f32, // Hz
  frequency_to: f32,
  amplitude_from: f32, // mV
  amplitude_to: f32,
  noise_from: f32, // of the lead's standard deviation
  noise_to: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> batch: array<u32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read> deviation: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> plan: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> taps: array<f32>;

fn between(low: f32, high: f32, word: u32) -> f32 {
  return low + (high - low) * unit(word);
}

/// Batch position of a partner: any valid row but `n` itself.
fn partner(n: u32, valid: u32, word: u32) -> f32 {
  return f32((n + 1u + below(word, valid - 1u)) % valid);
}

fn units(words: vec4u) -> vec4f {
  return vec4f(words >> vec4u(8u)) * 0x1p-24f;
}

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
  let key = vec2u(state[SEED], AUGMENT_STREAM);
  let at = vec4u(0u, record, state[EPOCH], view);

  var content = vec4f();
  let warp = philox(at, key);
  if (warp.x < dims.warp_gate) {
    content.x = between(-dims.warp, dims.warp, warp.y);
  }
  let mixup = philox(at + vec4u(1u, 0u, 0u, 0u), key);
  if (mixup.x < dims.mixup_gate && valid > 1u) {
    let power = pow(unit(mixup.z), 10.0);
    content.y = power / (1.0 + power);
    content.z = partner(n, valid, mixup.y);
  }
  var segments = vec4f();
  let cutmix = philox(at + vec4u(3u, 0u, 0u, 0u), key);
  if (cutmix.x < dims.cutmix_gate && valid > 1u) {
    content.w = partner(n, valid, cutmix.y);
    let span = dims.cutmix_from + below(cutmix.z, dims.cutmix_to - dims.cutmix_from + 1u);
    let start = below(cutmix.w, dims.length - span + 1u);
    segments.x = f32(start);
    segments.y = f32(start + span);
  }
  let dropout = philox(at + vec4u(12u, 0u, 0u, 0u), key);
  if (dropout.x < dims.dropout_gate) {
    let span = dims.dropout_from + below(dropout.y, dims.dropout_to - dims.dropout_from + 1u);
    // One sample at least stays on each side, to interpolate from.
    let before = below(dropout.z, dims.length - 1u - span);
    segments.z = f32(before);
    segments.w = f32(before + span + 1u);
  }
  plan[first] = content;
  plan[first + 1u] = segments;

  var chain = vec4f();
  let bandpass = philox(at + vec4u(2u, 0u, 0u, 0u), key);
  if (bandpass.x < dims.bandpass_gate) {
    let low = between(dims.low_from, dims.low_to, bandpass.y);
    let high = between(dims.high_from, dims.high_to, bandpass.z);
    // The gain of the high-pass is 1 from 1.5 * low on.
    chain.x = ceil(1.5 * low * dims.bins_per_hertz);
    plan[first + 9u] = vec4f(low, high, 0.0, 0.0);
    if (dims.high_to > dims.high_from) {
      chain.y = f32(dims.half_width);
      // Windowed sinc: h[j] = sin(2 pi f j) / (pi j) * (1 + cos(pi j / (M + 1))) / 2, made to sum to 1.
      let frequency = high * dims.hertz; // turns per sample
      let base = row * (dims.half_width + 1u);
      var total = 2.0 * frequency;
      for (var j = 1u; j <= dims.half_width; j++) {
        let window = 0.5 + 0.5 * cos_sin(0.5 * f32(j) / f32(dims.half_width + 1u)).x;
        let tap = cos_sin(frequency * f32(j)).y / (3.141592654 * f32(j)) * window;
        taps[base + j] = tap;
        total += 2.0 * tap;
      }
      taps[base] = 2.0 * frequency / total;
      for (var j = 1u; j <= dims.half_width; j++) {
        taps[base + j] /= total;
      }
    }
  }
  let motion = philox(at + vec4u(4u, 0u, 0u, 0u), key);
  if (motion.x < dims.motion_gate) {
    chain.z = between(dims.frequency_from, dims.frequency_to, motion.y) * dims.hertz;
    chain.w = unit(motion.z);
    for (var q = 0u; q < 3u; q++) {
      let amplitude = 2.0 * units(philox(at + vec4u(5u + q, 0u, 0u, 0u), key)) - 1.0;
      let size = dims.amplitude_from + (dims.amplitude_to - dims.amplitude_from) * abs(amplitude);
      plan[first + 3u + q] = select(size, -size, amplitude < vec4f());
    }
  }
  plan[first + 2u] = chain;
  let noise = philox(at + vec4u(8u, 0u, 0u, 0u), key);
  if (noise.x < dims.noise_gate) {
    for (var q = 0u; q < 3u; q++) {
      let level = units(philox(at + vec4u(9u + q, 0u, 0u, 0u), key));
      plan[first + 6u + q] = (dims.noise_from + (dims.noise_to - dims.noise_from) * level) *
        deviation[3u * record + q];
    }
  }
}

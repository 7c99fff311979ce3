// Band-pass filter of zero phase. Here it draws the band and prepares the low-pass; the kernels
// augment_spectrum, augment_baseline and augment_finish apply it.
//
//   h[j] = sin(2 pi f j) / (pi j) * (1 + cos(pi j / (M + 1))) / 2, made to sum to 1: a windowed sinc of
//   half width M for the high edge f in turns a sample
//
// Draws: 8 gate, 9 low edge, 10 high edge.
// Plan: cosines below which the high-pass acts, half width of the low-pass (0: none), both edges in Hz

#ifdef DRAW
struct Dims {
  low_from: f32, // Hz
  low_to: f32,
  high_from: f32, // Hz
  high_to: f32, // no low-pass where it is not above high_from
  bins_per_hertz: f32, // 2 T / sampling rate
  half_width: u32, // M
}

fn bandpass(slot: u32, words: vec4u, drawing: Drawing) {
  let low = between(dims.low_from, dims.low_to, words.y);
  let high = between(dims.high_from, dims.high_to, words.z);
  // The gain of the high-pass is 1 from 1.5 * low on.
  plan[slot] = vec4f(ceil(1.5 * low * dims.bins_per_hertz), 0.0, low, high);
  if (dims.high_to > dims.high_from) {
    plan[slot].y = f32(dims.half_width);
    let frequency = high * dims.hertz; // turns a sample
    let base = drawing.row * (dims.half_width + 1u);
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
#endif

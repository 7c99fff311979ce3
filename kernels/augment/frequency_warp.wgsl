// Frequency warping, linear interpolation:
//
//   y(t) = x(t + d),  d = warp * t * (1 - t / (T - 1))
//
// The heart rate is 1 + warp times as high at the start and falls (rises) evenly to 1 - warp times at the
// end; both ends stay in place.
//
// Draws: 0 gate, 1 warp.    Plan: warp

#ifdef DRAW
struct Dims {
  warp: f32, // largest change of the heart rate
}

fn frequency_warp(slot: u32, words: vec4u, drawing: Drawing) {
  plan[slot].x = between(-dims.warp, dims.warp, words.y);
}
#else
var<private> warp: f32;

fn prepare_frequency_warp(slot: u32) {
  warp = plan[slot].x;
}

fn frequency_warp(t: f32, weight: f32) {
  let last = dims.length - 1u;
  let shift = warp * t * (1.0 - t / max(1.0, f32(last)));
  let whole = floor(shift);
  let rest = shift - whole;
  let left = u32(i32(t) + i32(whole));
  before_frequency_warp(f32(min(left, last)), weight * (1.0 - rest));
  if (rest > 0.0) {
    before_frequency_warp(f32(min(left + 1u, last)), weight * rest);
  }
}
#endif

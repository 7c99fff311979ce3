// Temporal dropout, in all leads:
//
//   y(t) = straight line from x(before) to x(after) for before < t < after, else x(t)
//
// Draws: 48 gate, 49 length, 50 start.    Plan: before, after (samples)

#ifdef DRAW
struct Dims {
  gap_from: u32, // samples
  gap_to: u32,
}

fn temporal_dropout(slot: u32, words: vec4u, drawing: Drawing) {
  let span = dims.gap_from + below(words.y, dims.gap_to - dims.gap_from + 1u);
  // One sample at least stays on each side, to interpolate from.
  let before = below(words.z, dims.length - 1u - span);
  plan[slot].x = f32(before);
  plan[slot].y = f32(before + span + 1u);
}
#else
var<private> borders: vec2f;

fn prepare_temporal_dropout(slot: u32) {
  borders = plan[slot].xy;
}

fn temporal_dropout(t: f32, weight: f32) {
  let gap = t > borders.x && t < borders.y;
  // Once, or twice for a sample of the gap: from its two borders.
  for (var side = 0u; side < select(1u, 2u, gap); side++) {
    let border = select(borders.x, borders.y, side == 1u);
    let distance = abs(borders.x + borders.y - border - t); // to the other border
    let part = select(1.0, distance / (borders.y - borders.x), gap);
    before_temporal_dropout(select(t, border, gap), weight * part);
  }
}
#endif

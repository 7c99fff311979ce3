// CutMix:  y(t) = partner(t) for start <= t < end, else x(t)
//
// Draws: 12 gate, 13 partner, 14 length, 15 start.    Plan: start, end, partner's position in the batch

#ifdef DRAW
struct Dims {
  cutmix_from: u32, // samples
  cutmix_to: u32,
}

fn cutmix(slot: u32, words: vec4u, drawing: Drawing) {
  if (drawing.valid > 1u) {
    let span = dims.cutmix_from + below(words.z, dims.cutmix_to - dims.cutmix_from + 1u);
    let start = below(words.w, dims.length - span + 1u);
    plan[slot] = vec4f(f32(start), f32(start + span), partner(words.y, drawing), 0.0);
  }
}
#else
var<private> segment: vec2f; // start, end
var<private> cut: u32; // where the partner begins in the batch

fn prepare_cutmix(slot: u32) {
  segment = plan[slot].xy;
  cut = u32(plan[slot].z) * dims.length;
}

fn cutmix(t: f32, weight: f32) {
  let replaced = t >= segment.x && t < segment.y;
  if (replaced) {
    add(cut, u32(t), weight);
  }
  before_cutmix(t, select(weight, 0.0, replaced));
}
#endif

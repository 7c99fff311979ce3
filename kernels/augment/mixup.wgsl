// Mixup, lead by lead in mV:  y(t) = (1 - share) * x(t) + share * partner(t)
//
// share = u^10 / (1 + u^10), which is Beta(0.1, 0.1) folded to <= 1/2: Joehnk's (1964)
// a^10 / (a^10 + b^10), where u is the ratio of the smaller to the larger of a and b; his rejection of
// 1.4 % of the pairs is left out.
//
// Draws: 4 gate, 5 partner, 6 u.    Plan: share, partner's position in the batch

#ifdef DRAW
fn mixup(slot: u32, words: vec4u, drawing: Drawing) {
  if (drawing.valid > 1u) {
    let power = pow(unit(words.z), 10.0);
    plan[slot].x = power / (1.0 + power);
    plan[slot].y = partner(words.y, drawing);
  }
}
#else
var<private> share: f32;
var<private> mixed: u32; // where the partner begins in the batch

fn prepare_mixup(slot: u32) {
  share = plan[slot].x;
  mixed = u32(plan[slot].y) * dims.length;
}

fn mixup(t: f32, weight: f32) {
  before_mixup(t, weight * (1.0 - share));
  if (share > 0.0) {
    add(mixed, u32(t), weight * share);
  }
}
#endif

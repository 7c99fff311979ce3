// Normal deviates from random words. Brings in shared/philox and shared/turns.
#import shared/philox
#import shared/turns

/// Four normal deviates of four words (Box & Muller 1958), from the upper 24 bits of each.
fn normals(words: vec4u) -> vec4f {
  let u = (vec2f(words.xz >> vec2u(8u)) + 0.5) * 0x1p-24f;
  let radius = sqrt(-2.0 * log(u));
  let first = cos_sin(unit(words.y));
  let second = cos_sin(unit(words.w));
  return vec4f(radius.x * first, radius.y * second);
}

// Inverted dropout (Srivastava et al. 2014): an element is multiplied by 0 with probability p, else by
// 1 / (1 - p). Whether it stays is a function of seed, step, layer and element alone, so the backward
// pass draws the same again and nothing is stored.
//
// Draws: stream 5 (dropout), item = layer, epoch = step, position = element; an element stays where
// the upper 24 bits of its word reach `threshold` = ceil(p 2^24).
#import shared/philox

const DROPOUT_STREAM = 5u;

struct Dropout {
  layer: u32,
  threshold: u32,
  scale: f32, // 1 / (1 - p)
  first: u32, // vec4s before the part that is launched
}

/// Factors of elements 4e .. 4e+3 of the part.
fn dropout_factors(e: u32, dropout: Dropout, seed: u32, step: u32) -> vec4f {
  let words = philox(vec4u(dropout.first + e, dropout.layer, step, 0u), vec2u(seed, DROPOUT_STREAM));
  return select(vec4f(), vec4f(dropout.scale), words >> vec4u(8u) >= vec4u(dropout.threshold));
}

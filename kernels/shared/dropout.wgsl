// Inverted dropout (Srivastava et al. 2014): an element is multiplied by 0 with probability p, else by
// 1 / (1 - p). Whether it stays is a function of seed, step, layer and element alone, so the backward
// pass draws the same again and nothing is stored.
//
// Draws: stream 5 (dropout), item = layer, epoch = step, position = element; an element stays where
// the upper 24 bits of its word reach `threshold` = ceil(p 2^24). The kernel binds the step state.
#import shared/philox
#import shared/step_state
#import shared/streams

struct Dims {
  dropout_layer: u32,
  dropout_threshold: u32,
  dropout_scale: f32, // 1 / (1 - p)
  dropout_first: u32, // vec4s before the part that is launched
}

/// Factors of elements 4e .. 4e+3 of the part.
fn dropout_factors(e: u32) -> vec4f {
  let counter = vec4u(dims.dropout_first + e, dims.dropout_layer, state[STEP], 0u);
  let words = philox(counter, vec2u(state[SEED], DROPOUT_STREAM));
  let stays = words >> vec4u(8u) >= vec4u(dims.dropout_threshold);
  return select(vec4f(), vec4f(dims.dropout_scale), stays);
}

// Philox 4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1,
// 2, 3", SC 2011): the same 32-bit words as src/random/philox.ts, key = (seed, stream), counter =
// (position / 4, item, epoch, view). One call gives the words of positions 4b .. 4b+3.

/// Upper 32 bits of a * b. WGSL has no 64-bit integers, hence products of 16-bit halves.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let middle2 = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (middle2 >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  //#unroll
  for (var i = 0u; i < 10u; i++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let low0 = 0xd2511f53u * c.x;
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    let low1 = 0xcd9e8d57u * c.z;
    c = vec4u(high1 ^ c.y ^ k.x, low1, high0 ^ c.w ^ k.y, low0);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/// Uniform in [0, 1) with 24 bits, exact in float32.
fn unit(word: u32) -> f32 {
  return f32(word >> 8u) * 0x1p-24f;
}

/// Uniform integer in [0, count): floor(word * count / 2^32), off by less than count / 2^32 in
/// probability.
fn below(word: u32, count: u32) -> u32 {
  return multiply_high(word, count);
}

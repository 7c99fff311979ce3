// Words, integers and cosines of many counters, for tests/kernels/philox_test.ts.
//
//   counters [n] counter and key: c0 c1 c2 c3, k0 k1 count angle (bits of f32)
//   words    [n] the four words; below(word 0, count), unit(word 1), cosine, sine (bits of f32)

#import shared/philox
#import shared/turns

@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> words: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) place: vec3u) {
  let i = place.x;
  if (2u * i >= arrayLength(&counters)) {
    return;
  }
  let more = counters[2u * i + 1u];
  let drawn = philox(counters[2u * i], more.xy);
  words[2u * i] = drawn;
  words[2u * i + 1u] = vec4u(
    below(drawn.x, more.z),
    bitcast<u32>(unit(drawn.y)),
    bitcast<vec2u>(cos_sin(bitcast<f32>(more.w))),
  );
}

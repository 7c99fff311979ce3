// Per-channel noise:  y(t) = x(t) + level * deviation of the lead in this record * normal
//
// Draws: 32 gate, 36 .. 47 level of each lead; the noise itself 64 + 12 t + lead.
// Plan: three vec4s of level * deviation (mV)

#ifdef DRAW
struct Dims {
  noise_from: f32, // of the lead's standard deviation
  noise_to: f32,
}

fn channel_noise(slot: u32, words: vec4u, drawing: Drawing) {
  for (var q = 0u; q < 3u; q++) {
    let level = units(draw(9u + q, drawing));
    plan[slot + q] = (dims.noise_from + (dims.noise_to - dims.noise_from) * level) *
      deviation[3u * drawing.record + q];
  }
}
#else
var<private> noise: Leads; // standard deviations
var<private> noisy: bool;

fn prepare_channel_noise(slot: u32) {
  noise = Leads(plan[slot], plan[slot + 1u], plan[slot + 2u]);
  noisy = any(noise.a + noise.b + noise.c > vec4f());
}

fn channel_noise(x: Leads, t: u32) -> Leads {
  var y = x;
  if (noisy) {
    let block = 16u + 3u * t;
    y.a = fma(noise.a, normals(draw(block)), x.a);
    y.b = fma(noise.b, normals(draw(block + 1u)), x.b);
    y.c = fma(noise.c, normals(draw(block + 2u)), x.c);
  }
  return y;
}
#endif

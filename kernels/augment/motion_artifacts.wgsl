// Motion artifacts:  y(t) = x(t) + amplitude * sin(2 pi (frequency * t + phase)), one sine for all leads
//
// Draws: 16 gate, 17 frequency, 18 phase, 20 .. 31 signed amplitude of each lead.
// Plan: frequency (turns a sample), phase (turns), then three vec4s of amplitudes (mV, signed)

#ifdef DRAW
struct Dims {
  motion_frequency_from: f32, // Hz
  motion_frequency_to: f32,
  motion_amplitude_from: f32, // mV
  motion_amplitude_to: f32,
}

fn motion_artifacts(slot: u32, words: vec4u, drawing: Drawing) {
  let frequency = between(dims.motion_frequency_from, dims.motion_frequency_to, words.y);
  plan[slot].x = frequency * dims.hertz;
  plan[slot].y = unit(words.z);
  for (var q = 0u; q < 3u; q++) {
    let drawn = 2.0 * units(draw(5u + q, drawing)) - 1.0;
    let size = dims.motion_amplitude_from +
      (dims.motion_amplitude_to - dims.motion_amplitude_from) * abs(drawn);
    plan[slot + 1u + q] = select(size, -size, drawn < vec4f());
  }
}
#else
var<private> motion: vec2f; // frequency, phase
var<private> amplitude: Leads;

fn prepare_motion_artifacts(slot: u32) {
  motion = plan[slot].xy;
  amplitude = Leads(plan[slot + 1u], plan[slot + 2u], plan[slot + 3u]);
}

fn motion_artifacts(x: Leads, t: u32) -> Leads {
  let wander = vec4f(cos_sin(motion.x * f32(t) + motion.y).y);
  return Leads(
    fma(amplitude.a, wander, x.a),
    fma(amplitude.b, wander, x.b),
    fma(amplitude.c, wander, x.c),
  );
}
#endif

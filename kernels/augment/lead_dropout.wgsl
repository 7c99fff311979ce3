// Lead dropout:  y(t) = 0 mV in the leads that are lost, else x(t)
//
// Draws: 52 gate, 53 .. 63 the lost leads one after the other, each among those that are left.
// Plan: three vec4s, 1 where a lead is lost

#ifdef DRAW
struct Dims {
  lost_leads: u32, // 1 to 11
}

fn lead_dropout(slot: u32, words: vec4u, drawing: Drawing) {
  var lost = 0u; // one bit a lead
  for (var i = 1u; i <= dims.lost_leads; i++) {
    var skip = below(draw(13u + i / 4u, drawing)[i % 4u], 13u - i);
    for (var lead = 0u; lead < 12u; lead++) {
      let left = (lost >> lead & 1u) == 0u;
      if (left && skip == 0u) {
        lost |= 1u << lead;
        break;
      }
      skip -= select(0u, 1u, left);
    }
  }
  for (var q = 0u; q < 3u; q++) {
    let bits = vec4u(lost) >> (4u * q + vec4u(0u, 1u, 2u, 3u));
    plan[slot + q] = vec4f(bits & vec4u(1u));
  }
}
#else
var<private> lost: Leads;

fn prepare_lead_dropout(slot: u32) {
  lost = Leads(plan[slot], plan[slot + 1u], plan[slot + 2u]);
}

fn lead_dropout(x: Leads, t: u32) -> Leads {
  return Leads(
    select(x.a, vec4f(), lost.a > vec4f()),
    select(x.b, vec4f(), lost.b > vec4f()),
    select(x.c, vec4f(), lost.c > vec4f()),
  );
}
#endif

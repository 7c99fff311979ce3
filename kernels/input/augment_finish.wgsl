// The band-pass filter, the augmentations of the recording, then normalization:
//
//   x1(t) = sum over j of h[|j|] * x(t + j) - sum over k of b[k] * cos(pi k (2t + 1) / (2T))    FILTER
//           zero phase; both terms mirror the record at its ends (half-sample symmetry)
//   x2 = NAME(x1) of every augmentation of the recording, after prepare_NAME has read what was drawn
//   y  = (x2 - mean) * inverse
//
// Dispatch: (ceil(T / (64 * F)), rows), rows = views * N. An invocation owns F consecutive samples. Parts
// of x and y begin `skip` rows after their start.

#import shared/normals
#import shared/step_state
#import shared/streams
#import shared/augment_plan

const F = 4u; // samples of an invocation

struct Dims {
  rows: u32, // N
  first_view: u32,
  skip: u32,
  length: u32, // T
  bins: u32,
  half_width: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][T][12] mV
@group(0) @binding(2) var<storage, read> plan: array<vec4f>; // [rows][PLAN]
@group(0) @binding(3) var<storage, read> batch: array<u32>; // [N] row numbers in the whole set
@group(0) @binding(4) var<storage, read> state: array<u32>; // [16], see shared/step_state
@group(0) @binding(5) var<storage, read> normalization: array<vec4f>; // mean[12], 1 / standard deviation[12]
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>; // [rows][T][12]
#ifdef FILTER
@group(0) @binding(7) var<storage, read> taps: array<f32>; // [rows][half_width + 1] h
@group(0) @binding(8) var<storage, read> baseline: array<vec4f>; // [rows][bins][12] b
#endif

/// The twelve leads of a sample.
struct Leads {
  a: vec4f,
  b: vec4f,
  c: vec4f,
}

var<private> counter: vec4u;
var<private> key: vec2u;

/// Words 4 * block .. 4 * block + 3 of the row's draws.
fn draw(block: u32) -> vec4u {
  return philox(counter + vec4u(block, 0u, 0u, 0u), key);
}

#each recording
#import augment/${name}
#endeach

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t0 = (group.x * 64u + local) * F;
  let row = dims.skip + group.y;
  if (t0 >= dims.length) {
    return;
  }
  let base = group.y * dims.length;
  let last = dims.length - 1u;

  var sum: array<vec4f, F * 3u>; //#scalars
#ifdef FILTER
  let band = plan[row * PLAN + BANDPASS];
  if (band.y > 0.0) {
    // Frame t0 + j - M adds to frame t0 + f with tap |j - M - f|.
    let reach = u32(band.y);
    let row_taps = row * (dims.half_width + 1u);
    for (var j = 0u; j < F + 2u * reach; j++) {
      var t = i32(t0 + j) - i32(reach);
      t = select(t, -1 - t, t < 0);
      t = select(t, 2 * i32(last) + 1 - t, t > i32(last));
      let at = (base + u32(max(t, 0))) * 3u;
      var tap: array<f32, F>; //#scalars
      //#unroll
      for (var f = 0u; f < F; f++) {
        let distance = u32(abs(i32(j) - i32(reach) - i32(f)));
        tap[f] = select(0.0, taps[row_taps + min(distance, reach)], distance <= reach);
      }
      //#unroll
      for (var q = 0u; q < 3u; q++) {
        let value = x[at + q];
        //#unroll
        for (var f = 0u; f < F; f++) {
          sum[3u * f + q] = fma(vec4f(tap[f]), value, sum[3u * f + q]);
        }
      }
    }
  } else
#endif
  {
    //#unroll
    for (var f = 0u; f < F; f++) {
      let at = (base + min(t0 + f, last)) * 3u;
      //#unroll
      for (var q = 0u; q < 3u; q++) {
        sum[3u * f + q] = x[at + q];
      }
    }
  }
#ifdef FILTER
  if (band.x > 0.0) {
    var cosine: array<f32, F>; //#scalars
    var sine: array<f32, F>; //#scalars
    var angle: array<vec2f, F>; //#scalars
    //#unroll
    for (var f = 0u; f < F; f++) {
      angle[f] = cos_sin(f32(2u * (t0 + f) + 1u) / f32(4u * dims.length));
      cosine[f] = 1.0;
      sine[f] = 0.0;
    }
    var at = row * dims.bins * 3u;
    for (var k = 0u; k < u32(band.x); k++) {
      //#unroll
      for (var q = 0u; q < 3u; q++) {
        let coefficient = baseline[at + q];
        //#unroll
        for (var f = 0u; f < F; f++) {
          sum[3u * f + q] = fma(vec4f(-cosine[f]), coefficient, sum[3u * f + q]);
        }
      }
      //#unroll
      for (var f = 0u; f < F; f++) {
        let next = cosine[f] * angle[f].x - sine[f] * angle[f].y;
        sine[f] = sine[f] * angle[f].x + cosine[f] * angle[f].y;
        cosine[f] = next;
      }
      at += 3u;
    }
  }
#endif
  key = vec2u(state[SEED], AUGMENT_STREAM);
  counter = vec4u(0u, batch[row % dims.rows], state[EPOCH], dims.first_view + row / dims.rows);
#each recording
  prepare_${name}(row * PLAN + ${NAME});
#endeach
  //#unroll
  for (var f = 0u; f < F; f++) {
    var leads = Leads(sum[3u * f], sum[3u * f + 1u], sum[3u * f + 2u]);
#each recording
    leads = ${name}(leads, t0 + f);
#endeach
    sum[3u * f] = leads.a;
    sum[3u * f + 1u] = leads.b;
    sum[3u * f + 2u] = leads.c;
  }
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    let mean = normalization[q];
    let inverse = normalization[3u + q];
    //#unroll
    for (var f = 0u; f < F; f++) {
      if (t0 + f < dims.length) {
        y[(base + t0 + f) * 3u + q] = (sum[3u * f + q] - mean) * inverse;
      }
    }
  }
}

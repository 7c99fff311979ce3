// The last three augmentations, which are what the recording does to the signal, then normalization:
//
//   band-pass      x5(t) = sum over j of h[|j|] * x4(t + j) - sum over k of b[k] * cos(pi k (2t + 1) / (2T))
//                  zero phase; both terms mirror the record at its ends (half-sample symmetry)
//   motion         x6(t) = x5(t) + amplitude * sin(2 pi (frequency * t + phase))
//   channel noise  x7(t) = x6(t) + deviation * normal
//   y = (x7 - mean) * inverse
//
//   x              [rows][T][12] mV
//   plan           [rows][PLAN] vec4s, see shared/augment_plan.wgsl
//   batch, state   as in kernels/augment_plan.wgsl, for the noise draws
//   taps           [rows][half_width + 1] h          (BANDPASS)
//   baseline       [rows][bins][12] b                (BANDPASS)
//   normalization  mean[12], inverse[12]: 1 / standard deviation
//   y              [rows][T][12], rows = views * N
//
// Dispatch: (ceil(T / (64 * F)), rows). An invocation owns F consecutive frames. Parts of x and y
// begin `skip` rows after their start.

#import shared/normals
#import shared/step_state
#import shared/streams
#import shared/augment_plan

const F = 4u; // frames of an invocation

struct Dims {
  rows: u32, // N
  first_view: u32,
  skip: u32,
  length: u32, // T
  bins: u32,
  half_width: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> plan: array<vec4f>;
@group(0) @binding(3) var<storage, read> batch: array<u32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read> normalization: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;
#ifdef BANDPASS
@group(0) @binding(7) var<storage, read> taps: array<f32>;
@group(0) @binding(8) var<storage, read> baseline: array<vec4f>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t0 = (group.x * 64u + local) * F;
  let row = dims.skip + group.y;
  if (t0 >= dims.length) {
    return;
  }
  let chain = plan[row * PLAN + 2u];
  let base = group.y * dims.length;
  let last = dims.length - 1u;

  var sum: array<vec4f, F * 3u>; //#scalars
#ifdef BANDPASS
  if (chain.y > 0.0) {
    // Frame t0 + j - M adds to frame t0 + f with tap |j - M - f|.
    let reach = u32(chain.y);
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
#ifdef BANDPASS
  if (chain.x > 0.0) {
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
    for (var k = 0u; k < u32(chain.x); k++) {
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
  let noisy = any(plan[row * PLAN + 6u] + plan[row * PLAN + 7u] + plan[row * PLAN + 8u] > vec4f());
  var wander: array<f32, F>; //#scalars
  //#unroll
  for (var f = 0u; f < F; f++) {
    wander[f] = cos_sin(chain.z * f32(t0 + f) + chain.w).y;
  }
  let key = vec2u(state[SEED], AUGMENT_STREAM);
  let item = batch[row % dims.rows];
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    let amplitude = plan[row * PLAN + 3u + q];
    let deviation = plan[row * PLAN + 6u + q];
    let mean = normalization[q];
    let inverse = normalization[3u + q];
    //#unroll
    for (var f = 0u; f < F; f++) {
      sum[3u * f + q] = fma(amplitude, vec4f(wander[f]), sum[3u * f + q]);
      if (noisy) {
        let view = dims.first_view + row / dims.rows;
        let counter = vec4u(16u + 3u * (t0 + f) + q, item, state[EPOCH], view);
        sum[3u * f + q] = fma(deviation, normals(philox(counter, key)), sum[3u * f + q]);
      }
      if (t0 + f < dims.length) {
        y[(base + t0 + f) * 3u + q] = (sum[3u * f + q] - mean) * inverse;
      }
    }
  }
}

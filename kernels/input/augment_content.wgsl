// The first four augmentations, which change what the record shows (mV in, mV out), in this order:
//
//   frequency warping  x1(t) = x0(t + d), d = warp * t * (1 - t / (T - 1)), linear interpolation: the
//                      heart rate is 1 + warp times as high at the start and falls (rises) evenly to
//                      1 - warp times at the end; both ends stay where they are
//   mixup              x2(t) = (1 - share) * x1(t) + share * partner(t)
//   CutMix             x3(t) = other partner(t) for t in the segment, else x2(t)
//   temporal dropout   x4(t) = straight line from x3(before) to x3(behind) for t in the gap, else x3(t)
//
//   raw   [N][T][12] records as gathered, mV; partners are taken from here
//   plan  [views * N][PLAN] vec4s, see shared/augment_plan.wgsl
//   y     [views * N][T][12]
//
// Dispatch: (ceil(T / 64), views * N). A part of y begins `skip` rows after its start.

#import shared/augment_plan

struct Dims {
  rows: u32, // N
  skip: u32,
  length: u32, // T
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> raw: array<vec4f>;
@group(0) @binding(2) var<storage, read> plan: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let row = dims.skip + group.y;
  if (t >= dims.length) {
    return;
  }
  let content = plan[row * PLAN];
  let segments = plan[row * PLAN + 1u];
  let time = f32(t);
  let last = dims.length - 1u;
  let gap = time > segments.z && time < segments.w;
  let own = row % dims.rows * dims.length;
  let mixed = u32(content.z) * dims.length;
  let cut = u32(content.w) * dims.length;

  // Once, or twice for a frame of the gap: from its two borders.
  var sum: array<vec4f, 3>; //#scalars
  let sides = select(1u, 2u, gap);
  for (var side = 0u; side < sides; side++) {
    let border = select(segments.z, segments.w, side == 1u);
    let at = select(time, border, gap);
    let distance = abs(segments.z + segments.w - border - time); // to the other border
    let weight = select(1.0, distance / (segments.w - segments.z), gap);
    let replaced = at >= segments.x && at < segments.y;
    let shift = content.x * at * (1.0 - at / max(1.0, f32(last)));
    let whole = floor(shift);
    let origin = u32(i32(at) + i32(whole));
    var left = (own + min(origin, last)) * 3u;
    let right = (own + min(origin + 1u, last)) * 3u;
    var rest = shift - whole;
    left = select(left, (cut + u32(at)) * 3u, replaced);
    let share = select(content.y, 0.0, replaced);
    rest = select(rest, 0.0, replaced);
    //#unroll
    for (var q = 0u; q < 3u; q++) {
      sum[q] += weight * (1.0 - share) * (1.0 - rest) * raw[left + q];
    }
    // Loops rather than branches: software adapters run through both sides of a branch.
    for (var i = 0u; i < select(0u, 1u, rest > 0.0); i++) {
      //#unroll
      for (var q = 0u; q < 3u; q++) {
        sum[q] += weight * (1.0 - share) * rest * raw[right + q];
      }
    }
    for (var i = 0u; i < select(0u, 1u, share > 0.0); i++) {
      //#unroll
      for (var q = 0u; q < 3u; q++) {
        sum[q] += weight * share * raw[(mixed + u32(at)) * 3u + q];
      }
    }
  }
  let place = (group.y * dims.length + t) * 3u;
  //#unroll
  for (var q = 0u; q < 3u; q++) {
    y[place + q] = sum[q];
  }
}

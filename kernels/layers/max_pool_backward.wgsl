// Backward of the maximum over windows of time: dy of a window goes to its first maximum, which is
// found again in x:
//
//   dx[n, t, c] = sum of dy[n, u, c] over the windows u in which t is the first maximum
//
//   x, dx [N][T][C]    dy [N][U][C]
//
// Dispatch: ceil(N * T * C/4 / 64) workgroups, folded into x and y

const KERNEL = 3u;
const STRIDE = 2u;
const PADDING = 1u; // at most KERNEL / 2

struct Dims {
  size: u32, // N * T * C / 4
  length: u32, // T
  positions: u32, // U
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][C]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N][U][C]
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>; // [N][T][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let c = e % dims.channels;
  let row = e / dims.channels;
  let n = row / dims.length;
  let t = row % dims.length;
  let value = x[e];
  var sum = vec4f();
  // Windows u with u STRIDE - PADDING <= t < u STRIDE - PADDING + KERNEL.
  let low = select(0u, (t + PADDING - KERNEL) / STRIDE + 1u, t + PADDING >= KERNEL);
  let high = min((t + PADDING) / STRIDE, dims.positions - 1u);
  for (var u = low; u <= high; u++) {
    let start = u * STRIDE;
    let first = select(0u, start - PADDING, start >= PADDING);
    let end = min(start + KERNEL - PADDING, dims.length);
    var chosen = vec4<bool>(true);
    for (var s = first; s < t; s++) {
      chosen &= value > x[(n * dims.length + s) * dims.channels + c];
    }
    for (var s = t + 1u; s < end; s++) {
      chosen &= value >= x[(n * dims.length + s) * dims.channels + c];
    }
    sum += select(vec4f(), dy[(n * dims.positions + u) * dims.channels + c], chosen);
  }
  dx[e] = sum;
}

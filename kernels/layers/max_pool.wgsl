// Maximum over windows of time:
//
//   y[n, u, c] = max over k = 0 .. KERNEL-1 of x[n, u STRIDE + k - PADDING, c]    x = -inf outside 0 .. T-1
//
//   x [N][T][C]    y [N][U][C],  U = floor((T + 2 PADDING - KERNEL) / STRIDE) + 1
//
// A NaN in a window is its maximum, as in PyTorch.
//
// Dispatch: ceil(N * U * C/4 / 64) workgroups, folded into x and y

const KERNEL = 3u;
const STRIDE = 2u;
const PADDING = 1u; // at most KERNEL / 2, so that no window is wholly outside

struct Dims {
  size: u32, // N * U * C / 4
  length: u32, // T
  positions: u32, // U
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][C]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N][U][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let c = e % dims.channels;
  let row = e / dims.channels;
  let n = row / dims.positions;
  let start = row % dims.positions * STRIDE;
  let first = select(0u, start - PADDING, start >= PADDING);
  let end = min(start + KERNEL - PADDING, dims.length);
  var most = x[(n * dims.length + first) * dims.channels + c];
  for (var t = first + 1u; t < end; t++) {
    let value = x[(n * dims.length + t) * dims.channels + c];
    // By its bits, since compilers may assume that NaN does not occur.
    let nan = (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    most = select(most, value, (value > most) | nan);
  }
  y[e] = most;
}

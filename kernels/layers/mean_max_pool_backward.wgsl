// Backward of mean and maximum over time:
//
//   dx[n, t, c] = dy[n, c] / T + (dy[n, C + c] where t is index[n, c], else 0)
//
//   dy [N][2 C]    index [N][C]    dx [N][T][C]
//
// Dispatch: ceil(N * T * C/4 / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // N * T * C / 4
  length: u32, // T
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>; // [N][2 C]
@group(0) @binding(2) var<storage, read> index: array<vec4u>; // [N][C]
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
  let mean = dy[n * 2u * dims.channels + c] / f32(dims.length);
  let most = dy[(n * 2u + 1u) * dims.channels + c];
  dx[e] = mean + select(vec4f(), most, index[n * dims.channels + c] == vec4u(t));
}

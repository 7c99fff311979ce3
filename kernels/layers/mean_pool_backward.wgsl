// Backward of the mean over time:  dx[n, t, c] = dy[n, c] / T
//
//   dy [N][C]    dx [N][T][C]
//
// Dispatch: ceil(N * T * C/4 / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // N * T * C / 4
  length: u32, // T
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>; // [N][C]
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>; // [N][T][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let n = e / (dims.channels * dims.length);
  dx[e] = dy[n * dims.channels + e % dims.channels] / f32(dims.length);
}

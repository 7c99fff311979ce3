// Mean over time:  y[n, c] = (1 / T) * sum over t of x[n, t, c]
//
//   x [N][T][C]    y [N][C]
//
// Dispatch: ceil(N * C/4 / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // N * C / 4
  length: u32, // T
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][C]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let n = e / dims.channels;
  let c = e % dims.channels;
  var sum = vec4f();
  for (var t = 0u; t < dims.length; t++) {
    sum += x[(n * dims.length + t) * dims.channels + c];
  }
  y[e] = sum / f32(dims.length);
}

// Mean and maximum over time, side by side, and where the maximum was:
//
//   y[n, c] = (1 / T) * sum over t of x[n, t, c],    y[n, C + c] = max over t of x[n, t, c]
//   index[n, c] = first t with the maximum
//
//   x [N][T][C]    y [N][2 C]    index [N][C]
//
// A NaN is its channel's maximum, as in PyTorch.
//
// Dispatch: ceil(N * C/4 / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // N * C / 4
  length: u32, // T
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][T][C]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N][2 C]
@group(0) @binding(3) var<storage, read_write> index: array<vec4u>; // [N][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let n = e / dims.channels;
  let c = e % dims.channels;
  var most = x[n * dims.length * dims.channels + c];
  var sum = most;
  var at = vec4u();
  for (var t = 1u; t < dims.length; t++) {
    let value = x[(n * dims.length + t) * dims.channels + c];
    // By its bits, since compilers may assume that NaN does not occur.
    let nan = (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    let more = (value > most) | nan;
    most = select(most, value, more);
    at = select(at, vec4u(t), more);
    sum += value;
  }
  y[n * 2u * dims.channels + c] = sum / f32(dims.length);
  y[(n * 2u + 1u) * dims.channels + c] = most;
  index[e] = at;
}

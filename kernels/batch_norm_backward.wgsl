// Last part of batch normalisation's backward pass:
//
//   dx = scale * g + slope * x + offset
//
// with g = dy, or with RELU g = dy where scale * x + shift > 0.
//
//   x, dy, dx [rows][C]    affine [4][C]: scale, shift, mean, inverse    coefficients [2][C]
//
// Dispatch: ceil(rows * C/4 / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // rows * C / 4
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> affine: array<vec4f>;
@group(0) @binding(4) var<storage, read> coefficients: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let c = e % dims.channels;
  let value = x[e];
  var g = dy[e];
#ifdef RELU
  g = select(vec4f(), g, affine[c] * value + affine[dims.channels + c] > vec4f());
#endif
  dx[e] = affine[c] * g + coefficients[c] * value + coefficients[dims.channels + c];
}

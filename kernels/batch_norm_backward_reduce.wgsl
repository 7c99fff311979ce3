// First part of batch normalisation's backward pass: sums over tiles of P rows
//
//   partial[tile, 0, c] = sum of g,   partial[tile, 1, c] = sum of g * xhat
//
// with xhat = (x - mean) * inverse and g = dy, or with RELU g = dy where scale * x + shift > 0.
//
//   x, dy [rows][C]    affine [4][C]: scale, shift, mean, inverse    partial [tiles][2][C]
//
// Dispatch: ceil(tiles * C/4 / 64) workgroups, folded into x and y

const P = 64u;

struct Dims {
  rows: u32,
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> affine: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let c = index % dims.channels;
  let tile = index / dims.channels;
  let first = tile * P;
  if (first >= dims.rows) {
    return;
  }
  let scale = affine[c];
  let shift = affine[dims.channels + c];
  let mean = affine[2u * dims.channels + c];
  let inverse = affine[3u * dims.channels + c];
  var sum = vec4f();
  var sum_xhat = vec4f();
  for (var row = first; row < min(first + P, dims.rows); row++) {
    let value = x[row * dims.channels + c];
    var g = dy[row * dims.channels + c];
#ifdef RELU
    g = select(vec4f(), g, scale * value + shift > vec4f());
#endif
    sum += g;
    sum_xhat += g * ((value - mean) * inverse);
  }
  partial[tile * 2u * dims.channels + c] = sum;
  partial[(tile * 2u + 1u) * dims.channels + c] = sum_xhat;
}

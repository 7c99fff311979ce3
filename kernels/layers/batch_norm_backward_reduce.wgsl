// First part of batch normalization's backward pass: sums over tiles of P rows
//
//   partial[tile, 0, c] = sum of g,   partial[tile, 1, c] = sum of g * xhat
//
// with xhat = (x - mean) * inverse and g = the gradient of what was fused, from dy:
//
//   DROPOUT      * factor of the element (kernels/shared/dropout.wgsl)
//   RELU         where scale * x + shift > 0, else 0
//   RELU_OF_SUM  where y > 0, else 0: for y = max(0, scale * x + shift + residual)
//   STORE        nothing; g is written as well, for the last part and for the residual
//
//   x, dy, y, stored [rows][C]    affine [4][C]: scale, shift, mean, inverse    partial [tiles][2][C]
//
// Dispatch: ceil(tiles * C/4/Q / 64) workgroups, folded into x and y

#ifdef DROPOUT
#import shared/dropout
#endif

const P = 64u;
const Q = 1u; // channels of an invocation, C / Q apart; Q divides C / 4

struct Dims {
  rows: u32,
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][C]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [rows][C]
@group(0) @binding(3) var<storage, read> affine: array<vec4f>; // [4][C]
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [tiles][2][C]
#ifdef RELU_OF_SUM
@group(0) @binding(5) var<storage, read> y: array<vec4f>; // [rows][C]
#endif
#ifdef STORE
@group(0) @binding(6) var<storage, read_write> stored: array<vec4f>; // [rows][C]
#endif
#ifdef DROPOUT
@group(0) @binding(7) var<storage, read> state: array<u32>; // [16], see shared/step_state
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let span = dims.channels / Q;
  let c = index % span;
  let tile = index / span;
  let first = tile * P;
  if (first >= dims.rows) {
    return;
  }
  var scale: array<vec4f, Q>; //#scalars
  var shift: array<vec4f, Q>; //#scalars
  var mean: array<vec4f, Q>; //#scalars
  var inverse: array<vec4f, Q>; //#scalars
  var sum: array<vec4f, Q>; //#scalars
  var sum_xhat: array<vec4f, Q>; //#scalars
  //#unroll
  for (var q = 0u; q < Q; q++) {
    scale[q] = affine[c + q * span];
    shift[q] = affine[dims.channels + c + q * span];
    mean[q] = affine[2u * dims.channels + c + q * span];
    inverse[q] = affine[3u * dims.channels + c + q * span];
  }
  for (var row = first; row < min(first + P, dims.rows); row++) {
    //#unroll
    for (var q = 0u; q < Q; q++) {
      let e = row * dims.channels + c + q * span;
      let value = x[e];
      var g = dy[e];
#ifdef DROPOUT
      g *= dropout_factors(e);
#endif
#ifdef RELU
      g = select(vec4f(), g, scale[q] * value + shift[q] > vec4f());
#endif
#ifdef RELU_OF_SUM
      g = select(vec4f(), g, y[e] > vec4f());
#endif
#ifdef STORE
      stored[e] = g;
#endif
      sum[q] += g;
      sum_xhat[q] += g * ((value - mean[q]) * inverse[q]);
    }
  }
  //#unroll
  for (var q = 0u; q < Q; q++) {
    partial[tile * 2u * dims.channels + c + q * span] = sum[q];
    partial[(tile * 2u + 1u) * dims.channels + c + q * span] = sum_xhat[q];
  }
}

// Last part of batch normalization's backward pass:
//
//   dx = scale * g + slope * x + offset
//
// with g = dy, or with RELU g = dy where scale * x + shift > 0.
//
//   x, dy, dx [rows][C]    affine [4][C]: scale, shift, mean, inverse    coefficients [2][C]
//
// Dispatch: ceil(ceil(rows / R) * C/4/Q / 64) workgroups, folded into x and y

const CHANNELS = 16u; // C / 4; constant, since dividing by a variable is slow
const Q = 1u; // channels of an invocation, CHANNELS / Q apart
const R = 4u; // rows of an invocation

struct Dims {
  size: u32, // rows * C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][C]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [rows][C]
@group(0) @binding(3) var<storage, read> affine: array<vec4f>; // [4][C]
@group(0) @binding(4) var<storage, read> coefficients: array<vec4f>; // [2][C]
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>; // [rows][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let span = CHANNELS / Q;
  let c = index % span;
  let first = index / span * R;
  var scale: array<vec4f, Q>; //#scalars
  var shift: array<vec4f, Q>; //#scalars
  var slope: array<vec4f, Q>; //#scalars
  var offset: array<vec4f, Q>; //#scalars
  //#unroll
  for (var q = 0u; q < Q; q++) {
    scale[q] = affine[c + q * span];
    shift[q] = affine[CHANNELS + c + q * span];
    slope[q] = coefficients[c + q * span];
    offset[q] = coefficients[CHANNELS + c + q * span];
  }
  //#unroll
  for (var r = 0u; r < R; r++) {
    if ((first + r) * CHANNELS < dims.size) {
      //#unroll
      for (var q = 0u; q < Q; q++) {
        let e = (first + r) * CHANNELS + c + q * span;
        let value = x[e];
        var g = dy[e];
#ifdef RELU
        g = select(vec4f(), g, scale[q] * value + shift[q] > vec4f());
#endif
        dx[e] = scale[q] * g + slope[q] * value + offset[q];
      }
    }
  }
}

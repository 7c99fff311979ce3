// Applies batch normalization and what may follow it, in this order:
//
//   y = scale * x + shift
//   RESIDUAL  + added
//   RELU      max(0, .)
//   DROPOUT   * factor of the element (kernels/shared/dropout.wgsl)
//   SKIP      + added
//
//   x, added, y [rows][C]    affine: scale [C], shift [C], and what else follows
//
// Dispatch: ceil(ceil(rows / R) * C/4/Q / 64) workgroups, folded into x and y

#ifdef DROPOUT
#import shared/dropout
#endif

const CHANNELS = 16u; // C / 4; constant, since dividing by a variable is slow
const Q = 1u; // channels of an invocation, CHANNELS / Q apart
const R = 4u; // rows of an invocation

struct Dims {
  size: u32, // rows * C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][C]
@group(0) @binding(2) var<storage, read> affine: array<vec4f>; // [2 or 4][C]: scale, shift
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [rows][C]
#ifdef RESIDUAL
@group(0) @binding(4) var<storage, read> added: array<vec4f>; // [rows][C]
#endif
#ifdef SKIP
@group(0) @binding(4) var<storage, read> added: array<vec4f>; // [rows][C]
#endif
#ifdef DROPOUT
@group(0) @binding(5) var<storage, read> state: array<u32>; // [16], see shared/step_state
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let span = CHANNELS / Q;
  let c = index % span;
  let first = index / span * R;
  var scale: array<vec4f, Q>; //#scalars
  var shift: array<vec4f, Q>; //#scalars
  //#unroll
  for (var q = 0u; q < Q; q++) {
    scale[q] = affine[c + q * span];
    shift[q] = affine[CHANNELS + c + q * span];
  }
  //#unroll
  for (var r = 0u; r < R; r++) {
    if ((first + r) * CHANNELS < dims.size) {
      //#unroll
      for (var q = 0u; q < Q; q++) {
        let e = (first + r) * CHANNELS + c + q * span;
        var value = x[e] * scale[q] + shift[q];
#ifdef RESIDUAL
        value += added[e];
#endif
#ifdef RELU
        // Not max(value, 0): that would turn a NaN into 0 and hide it.
        value = select(value, vec4f(), value < vec4f());
#endif
#ifdef DROPOUT
        value *= dropout_factors(e);
#endif
#ifdef SKIP
        value += added[e];
#endif
        y[e] = value;
      }
    }
  }
}

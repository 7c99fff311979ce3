// What happens to a finished sum before it is stored (bindings 4 and 5), in this order:
//   BIAS        + bias[n]
//   AFFINE      * scale[n] + shift[n], the rows of affine [2][columns]: batch normalization with
//               running statistics, folded
//   ADD         + added, at the place of y that is stored to
//   RELU        max(0, .)
//   ADD_LAST    + added, after the ReLU
//   STATISTICS  nothing; the kernel writes the tile's moments to binding 4 as well

#ifdef BIAS
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
#endif
#ifdef AFFINE
@group(0) @binding(4) var<storage, read> affine: array<vec4f>;
#endif
#ifdef STATISTICS
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4f>;
#endif
#ifdef ADD
@group(0) @binding(5) var<storage, read> added: array<vec4f>;
#endif
#ifdef ADD_LAST
@group(0) @binding(5) var<storage, read> added: array<vec4f>;
#endif

/// The value for columns 4n .. 4n+3, stored to element `place` of y.
fn epilogue(sum: vec4f, n: u32, place: u32) -> vec4f {
  var value = sum;
#ifdef BIAS
  value += bias[n];
#endif
#ifdef AFFINE
  value = value * affine[n] + affine[dims.columns / 4u + n];
#endif
#ifdef ADD
  value += added[place];
#endif
#ifdef RELU
  // Not max(value, 0): that would turn a NaN into 0 and hide it.
  value = select(value, vec4f(), value < vec4f());
#endif
#ifdef ADD_LAST
  value += added[place];
#endif
  return value;
}

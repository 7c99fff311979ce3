// What happens to a finished sum before it is stored (bindings 4 and 5):
//   BIAS        + bias[n]
//   AFFINE      * scale[n] + shift[n]   (batch normalisation with running statistics, folded)
//   RELU        max(0, .)
//   STATISTICS  nothing; the kernel writes the tile's moments to binding 4 as well

#ifdef BIAS
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
#endif
#ifdef AFFINE
@group(0) @binding(4) var<storage, read> scale: array<vec4f>;
@group(0) @binding(5) var<storage, read> shift: array<vec4f>;
#endif
#ifdef STATISTICS
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4f>;
#endif

fn epilogue(sum: vec4f, n: u32) -> vec4f {
  var value = sum;
#ifdef BIAS
  value += bias[n];
#endif
#ifdef AFFINE
  value = value * scale[n] + shift[n];
#endif
#ifdef RELU
  // Not max(value, 0): that would turn a NaN into 0 and hide it.
  value = select(value, vec4f(), value < vec4f());
#endif
  return value;
}

// The one matrix product behind convolutions and linear layers. With activations channels-last
// [N, T, C], the window that output position u reads is contiguous in memory, so
//
//   y[i, u, n] = sum over f in 0 .. window-1 of  x[i, u * step + offset + f] * w[f, n]
//
// where x[i, g] is element g of sample i and zero for g outside 0 .. sample-1 (the padding).
//
//   what                        step       offset          window   rows of w
//   convolution                 s * Cin    -p * Cin        K * Cin  [K, Cin][Cout]
//   its input gradient, phase   Cout       see below       J * Cout packed [J, Cout][Cin]
//   linear layer                In         0               In       [In][Out]
//
// src/layers/transposed_product.ts has the phases. A transposed convolution goes forward as the second
// row does and back as the first. All extents are in floats and, for the vec4 kernels, multiples of 4.
struct Dims {
  rows: u32, // N * positions
  positions: u32, // output positions of one sample
  step: u32,
  offset: i32,
  window: u32,
  sample: u32,
  columns: u32, // n runs over 0 .. columns-1
  y_sample: u32, // y[i, u, n] is stored at i * y_sample + u * y_step + y_offset + n
  y_step: u32,
  y_offset: u32,
}

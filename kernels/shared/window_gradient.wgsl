// Extents of the weight gradient of the windowed matrix product (shared/window.wgsl), in floats.
struct Dims {
  samples: u32, // N
  skip: u32, // samples before the first chunk; rows in conv1d_backward_weight_tiled.wgsl
  chunk: u32, // samples of one chunk; rows in conv1d_backward_weight_tiled.wgsl
  positions: u32,
  step: u32,
  offset: i32,
  window: u32,
  sample: u32,
  columns: u32,
}

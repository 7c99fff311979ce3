// Adds the rows of a matrix to a vector, in ascending order: a bias's gradient.
//
//   total[n] += sum over rows of x[row, n]
//
//   x [rows][columns]    total [columns]
//
// Dispatch: ceil(columns / 64) workgroups

struct Dims {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [rows][columns]
@group(0) @binding(2) var<storage, read_write> total: array<f32>; // [columns]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= dims.columns) {
    return;
  }
  var sum = 0.0;
  for (var row = 0u; row < dims.rows; row++) {
    sum += x[row * dims.columns + n];
  }
  total[n] += sum;
}

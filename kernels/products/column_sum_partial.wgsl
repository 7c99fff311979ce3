// Sums of the columns of a matrix over chunks of ROWS rows, each in ascending order: first part of
// a bias's gradient where there are many rows. sum_partials.wgsl adds the chunks.
//
//   partial[chunk, n] = sum over rows of the chunk of x[row, n]
//
//   x [rows][columns]    partial [ceil(rows / ROWS)][columns]: numbers, or with VECTORS vectors of four
//
// Dispatch: ceil(chunks * columns / 64) workgroups, folded into x and y

#import shared/value

const ROWS = 256u;

struct Dims {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<Value>; // [rows][columns]
@group(0) @binding(2) var<storage, read_write> partial: array<Value>; // [ceil(rows / ROWS)][columns]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  let n = e % dims.columns;
  let first = e / dims.columns * ROWS;
  if (first >= dims.rows) {
    return;
  }
  var sum = Value();
  for (var row = first; row < min(first + ROWS, dims.rows); row++) {
    sum += x[row * dims.columns + n];
  }
  partial[e] = sum;
}

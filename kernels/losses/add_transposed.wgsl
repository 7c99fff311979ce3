// Sum of a square matrix and its transpose:  y[i, k] = x[i, k] + x[k, i]
//
//   x, y [rows][rows]
//
// Dispatch: ceil(rows * rows / 64) workgroups, folded into x and y

struct Dims {
  rows: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [rows][rows]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [rows][rows]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  let i = e / dims.rows;
  if (i < dims.rows) {
    y[e] = x[e] + x[e % dims.rows * dims.rows + i];
  }
}

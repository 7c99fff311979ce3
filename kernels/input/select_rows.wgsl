// Picks rows of a table by index:  y[n, c] = table[rows[n], c]
//
//   table [records][columns]    rows [N]    y [N][columns]
//
// Dispatch: ceil(N * columns / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // N * columns
  columns: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> table: array<f32>; // [records][columns]
@group(0) @binding(2) var<storage, read> rows: array<u32>; // [N]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N][columns]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e < dims.size) {
    y[e] = table[rows[e / dims.columns] * dims.columns + e % dims.columns];
  }
}

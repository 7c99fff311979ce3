// Copies one vec4 an invocation: what the adapter's memory reaches at best. Moves 32 bytes an
// invocation, half of them reads.
//
//   y[e] = x[e]      x, y [size] vec4
//
// Dispatch: ceil(size / 256) workgroups, folded into x and y

struct Dims {
  size: u32, // vec4s
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [size]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [size]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 256u + local;
  if (e < dims.size) {
    y[e] = x[e];
  }
}

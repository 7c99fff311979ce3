// Rows of a, then rows of b:  y[i] = a[i] for i < first, else b[i - first]
//
//   a [first]    b [any]    y [size], elements skip .. skip + size - 1 of the whole
//
// Dispatch: ceil(size / 64) workgroups, folded into x and y

struct Dims {
  size: u32,
  skip: u32,
  first: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> a: array<f32>; // [first]
@group(0) @binding(2) var<storage, read> b: array<f32>; // the rest
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [size]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  let i = dims.skip + e;
  if (i < dims.first) {
    y[e] = a[i];
  } else {
    y[e] = b[i - dims.first];
  }
}

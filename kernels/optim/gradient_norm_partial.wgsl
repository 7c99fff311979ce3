// Sums of squares of stretches of 256 gradient elements:  partial[j] = sum of g[256 j .. 256 j + 255]^2
//
//   gradient [size]    partial [ceil(size / 256)]
//
// Dispatch: ceil(partials / 64) workgroups, folded into x and y

struct Dims {
  size: u32, // vec4s
  partials: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>; // [size]
@group(0) @binding(2) var<storage, read_write> partial: array<f32>; // [ceil(size / 256)]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let j = (group.y * groups.x + group.x) * 64u + local;
  if (j >= dims.partials) {
    return;
  }
  var sum = vec4f();
  for (var e = j * 64u; e < min(j * 64u + 64u, dims.size); e++) {
    sum += gradient[e] * gradient[e];
  }
  partial[j] = sum.x + sum.y + sum.z + sum.w;
}

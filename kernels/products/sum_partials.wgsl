// Adds the chunks of a split reduction to a gradient, one by one in ascending order:
//
//   total[e] = (total[e] + partial[0, e]) + partial[1, e] + ...
//
// So it makes no difference whether the chunks come in one launch or in several.
//
//   partial [chunks][size]    total [size] of numbers, or with VECTORS of vectors of four
//
// Dispatch: ceil(size / 64) workgroups, folded into x and y

#import shared/value

struct Dims {
  size: u32,
  chunks: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<Value>; // [chunks][size]
@group(0) @binding(2) var<storage, read_write> total: array<Value>; // [size]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  if (e >= dims.size) {
    return;
  }
  var sum = total[e];
  for (var c = 0u; c < dims.chunks; c++) {
    sum += partial[c * dims.size + e];
  }
  total[e] = sum;
}

// Mean squared error of a prediction, in parts, and its gradient:
//
//   partial[j] = sum of (y[e] - wanted[e])^2 over the elements e of invocation j
//   dy[e] = 2 * (y[e] - wanted[e]) / total
//
//   y, wanted, dy [size]    partial [ceil(size / (64 * PER)) * 64]
//
// Total is the size of the whole prediction, size that of the part that is launched. The loss is the
// sum of all `partial` over total; record_loss.wgsl adds them. An invocation takes PER elements, 64
// apart.
//
// Dispatch: ceil(size / (64 * PER)) workgroups, folded into x and y

const PER = 64u;

struct Dims {
  size: u32,
  total: u32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> y: array<f32>; // [size]
@group(0) @binding(2) var<storage, read> wanted: array<f32>; // [size]
@group(0) @binding(3) var<storage, read_write> partial: array<f32>; // [ceil(size / (64 * PER)) * 64]
@group(0) @binding(4) var<storage, read_write> dy: array<f32>; // [size]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let tile = group.y * groups.x + group.x;
  let first = tile * 64u * PER;
  if (first >= dims.size) {
    return;
  }
  var sum = 0.0;
  for (var e = first + local; e < min(first + 64u * PER, dims.size); e += 64u) {
    let difference = y[e] - wanted[e];
    sum = fma(difference, difference, sum);
    dy[e] = 2.0 * difference / f32(dims.total);
  }
  partial[tile * 64u + local] = sum;
}

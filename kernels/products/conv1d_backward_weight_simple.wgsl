// Weight gradient of the windowed matrix product, one element per invocation, any extents:
//
//   partial[c, f, n] = sum over samples i of chunk c and positions u of
//                      x[i, u * step + offset + f] * dy[i, u, n]
//
//   x  [N][sample]    dy [N][positions][columns]    partial [chunks][window][columns]
//
// Dispatch: ceil(chunks * window * columns / 64) workgroups, folded into x and y

#import shared/window_gradient

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N][sample]
@group(0) @binding(2) var<storage, read> dy: array<f32>; // [N][positions][columns]
@group(0) @binding(3) var<storage, read_write> partial: array<f32>; // [chunks][window][columns]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let n = index % dims.columns;
  let f = index / dims.columns % dims.window;
  let chunk = index / (dims.columns * dims.window);
  let begin = dims.skip + chunk * dims.chunk;
  if (begin >= dims.samples) {
    return;
  }
  var sum = 0.0;
  for (var i = begin; i < min(begin + dims.chunk, dims.samples); i++) {
    for (var u = 0u; u < dims.positions; u++) {
      let place = u32(i32(u * dims.step) + dims.offset + i32(f));
      if (place < dims.sample) {
        sum = fma(x[i * dims.sample + place], dy[(i * dims.positions + u) * dims.columns + n], sum);
      }
    }
  }
  partial[index] = sum;
}

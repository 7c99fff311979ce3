// Windowed matrix product (kernels/shared/window.wgsl), one output per invocation, any extents:
// for layers whose channels are no multiple of 4, such as a head of five classes.
//
//   x [N][sample]    w [window][columns]    y [N][positions][columns]
//
// Dispatch: ceil(rows * columns / 64) workgroups, folded into x and y

#import shared/window

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N][sample]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [window][columns]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N][positions][columns]
#ifdef BIAS
@group(0) @binding(4) var<storage, read> bias: array<f32>; // [columns]
#endif
#ifdef AFFINE
@group(0) @binding(4) var<storage, read> affine: array<f32>; // [2][columns]: scale, shift
#endif
#ifdef ADD
@group(0) @binding(5) var<storage, read> added: array<f32>; // as y
#endif
#ifdef ADD_LAST
@group(0) @binding(5) var<storage, read> added: array<f32>; // as y
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let n = index % dims.columns;
  let row = index / dims.columns;
  if (row >= dims.rows) {
    return;
  }
  let sample = row / dims.positions;
  let start = i32(row % dims.positions * dims.step) + dims.offset;
  var sum = 0.0;
  for (var f = 0u; f < dims.window; f++) {
    let place = u32(start + i32(f));
    if (place < dims.sample) {
      sum = fma(x[sample * dims.sample + place], w[f * dims.columns + n], sum);
    }
  }
#ifdef BIAS
  sum += bias[n];
#endif
#ifdef AFFINE
  sum = sum * affine[n] + affine[dims.columns + n];
#endif
  let place = sample * dims.y_sample + row % dims.positions * dims.y_step + dims.y_offset + n;
#ifdef ADD
  sum += added[place];
#endif
#ifdef RELU
  sum = select(sum, 0.0, sum < 0.0);
#endif
#ifdef ADD_LAST
  sum += added[place];
#endif
  y[place] = sum;
}

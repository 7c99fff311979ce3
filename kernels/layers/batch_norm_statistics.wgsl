// Moments of every tile of P rows, per channel, for batch normalization (where the convolution that
// made x could not give them along the way):
//
//   moments[tile, 0, c] = mean of the tile's rows,  moments[tile, 1, c] = sum of (x - mean)^2
//
//   x [rows][C]    moments [tiles][2][C]
//
// Dispatch: ceil(tiles * C/4 / 64) workgroups, folded into x and y

const P = 32u;

struct Dims {
  rows: u32,
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [rows][C]
@group(0) @binding(2) var<storage, read_write> moments: array<vec4f>; // [tiles][2][C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  let c = index % dims.channels;
  let tile = index / dims.channels;
  let first = tile * P;
  if (first >= dims.rows) {
    return;
  }
  let end = min(first + P, dims.rows);
  var total = vec4f();
  for (var row = first; row < end; row++) {
    total += x[row * dims.channels + c];
  }
  let mean = total / f32(end - first);
  var squares = vec4f();
  for (var row = first; row < end; row++) {
    let deviation = x[row * dims.channels + c] - mean;
    squares += deviation * deviation;
  }
  moments[tile * 2u * dims.channels + c] = mean;
  moments[(tile * 2u + 1u) * dims.channels + c] = squares;
}

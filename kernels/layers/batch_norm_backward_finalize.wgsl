// Second part of batch normalization's backward pass: joins the tiles, adds to the parameters'
// gradients and prepares dx = scale * g + slope * x + offset:
//
//   dbeta += sum g,  dgamma += sum g * xhat
//   dx = scale * (g - sum g / rows - xhat * sum(g * xhat) / rows)
//
//   partial [tiles][2][C]    affine [4][C]    dgamma, dbeta [C]    coefficients [2][C]: slope, offset
//
// Dispatch: ceil(C/4 / (64 / T)) workgroups; T invocations share the tiles of four channels, then add
// in a fixed tree. Adding nothing changes no sum, so for all T of at least the tiles the result is the
// same; a small T leaves out barriers, which are dear on software adapters.

const T = 64u; // a power of two up to 64
const SPAN = 64u / T; // vectors of four channels in a workgroup

struct Dims {
  rows: u32,
  tiles: u32,
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>; // [tiles][2][C]
@group(0) @binding(2) var<storage, read> affine: array<vec4f>; // [4][C]
@group(0) @binding(3) var<storage, read_write> dgamma: array<vec4f>; // [C]
@group(0) @binding(4) var<storage, read_write> dbeta: array<vec4f>; // [C]
@group(0) @binding(5) var<storage, read_write> coefficients: array<vec4f>; // [2][C]

var<workgroup> sums: array<vec4f, 64>;
var<workgroup> sums_xhat: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = group.x * SPAN + local % SPAN;
  let member = local / SPAN;
  var sum = vec4f();
  var sum_xhat = vec4f();
  for (var tile = member; tile < dims.tiles && c < dims.channels; tile += T) {
    sum += partial[tile * 2u * dims.channels + c];
    sum_xhat += partial[(tile * 2u + 1u) * dims.channels + c];
  }
  sums[local] = sum;
  sums_xhat[local] = sum_xhat;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (member < half) {
      sums[local] += sums[local + half * SPAN];
      sums_xhat[local] += sums_xhat[local + half * SPAN];
    }
  }
  if (member == 0u && c < dims.channels) {
    dbeta[c] += sums[local];
    dgamma[c] += sums_xhat[local];
    let scale = affine[c];
    let mean = affine[2u * dims.channels + c];
    let inverse = affine[3u * dims.channels + c];
    let slope = -scale * inverse * sums_xhat[local] / f32(dims.rows);
    coefficients[c] = slope;
    coefficients[dims.channels + c] = -scale * sums[local] / f32(dims.rows) - slope * mean;
  }
}

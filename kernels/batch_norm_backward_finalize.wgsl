// Second part of batch normalisation's backward pass: joins the tiles, adds to the parameters'
// gradients and prepares dx = scale * g + slope * x + offset:
//
//   dbeta += sum g,  dgamma += sum g * xhat
//   dx = scale * (g - sum g / rows - xhat * sum(g * xhat) / rows)
//
//   partial [tiles][2][C]    affine [4][C]    dgamma, dbeta [C]    coefficients [2][C]: slope, offset
//
// Dispatch: C/4 workgroups; the 64 invocations of one share the tiles, then add in a fixed tree.

struct Dims {
  rows: u32,
  tiles: u32,
  channels: u32, // C / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> affine: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<vec4f>;

var<workgroup> sums: array<vec4f, 64>;
var<workgroup> sums_xhat: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = group.x;
  var sum = vec4f();
  var sum_xhat = vec4f();
  for (var tile = local; tile < dims.tiles; tile += 64u) {
    sum += partial[tile * 2u * dims.channels + c];
    sum_xhat += partial[(tile * 2u + 1u) * dims.channels + c];
  }
  sums[local] = sum;
  sums_xhat[local] = sum_xhat;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) {
      sums[local] += sums[local + half];
      sums_xhat[local] += sums_xhat[local + half];
    }
    workgroupBarrier();
  }
  if (local == 0u) {
    dbeta[c] += sums[0];
    dgamma[c] += sums_xhat[0];
    let scale = affine[c];
    let mean = affine[2u * dims.channels + c];
    let inverse = affine[3u * dims.channels + c];
    let slope = -scale * inverse * sums_xhat[0] / f32(dims.rows);
    coefficients[c] = slope;
    coefficients[dims.channels + c] = -scale * sums[0] / f32(dims.rows) - slope * mean;
  }
}

// Joins the moments of all tiles (Chan, Golub & LeVeque 1979: no cancellation), and prepares
// batch normalization y = scale * x + shift of this batch:
//
//   scale = gamma / sqrt(var + epsilon),  shift = beta - mean * scale     (var: biased)
//   running_mean = (1 - momentum) * running_mean + momentum * mean
//   running_var  = (1 - momentum) * running_var + momentum * var * rows / (rows - 1)
//
// A single row has no variance; it leaves running_var as it is.
//
//   moments [tiles][2][C]    gamma, beta, running_mean, running_var [C]
//   affine [4][C]: scale, shift, mean, 1 / sqrt(var + epsilon)
//
// Dispatch: ceil(C/4 / (64 / T)) workgroups; T invocations share the tiles of four channels, then join
// in a fixed tree. Joining with nothing changes no bit, so for all T of at least the tiles the result
// is the same; a small T leaves out barriers, which are dear on software adapters.

const T = 64u; // a power of two up to 64
const SPAN = 64u / T; // vectors of four channels in a workgroup

struct Dims {
  rows: u32,
  tile_rows: u32, // the last tile may be shorter
  tiles: u32,
  channels: u32, // C / 4
  epsilon: f32,
  momentum: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> moments: array<vec4f>; // [tiles][2][C]
@group(0) @binding(2) var<storage, read> gamma: array<vec4f>; // [C]
@group(0) @binding(3) var<storage, read> beta: array<vec4f>; // [C]
@group(0) @binding(4) var<storage, read_write> running_mean: array<vec4f>; // [C]
@group(0) @binding(5) var<storage, read_write> running_var: array<vec4f>; // [C]
@group(0) @binding(6) var<storage, read_write> affine: array<vec4f>; // [4][C]

struct Moments {
  count: f32,
  mean: vec4f,
  squares: vec4f,
}

var<workgroup> shared_moments: array<Moments, 64>;

fn join(a: Moments, b: Moments) -> Moments {
  let count = a.count + b.count;
  let delta = b.mean - a.mean;
  let share = b.count / max(count, 1.0);
  return Moments(
    count,
    a.mean + delta * share,
    a.squares + b.squares + delta * delta * (a.count * share),
  );
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = group.x * SPAN + local % SPAN;
  let member = local / SPAN;
  var own = Moments(0.0, vec4f(), vec4f());
  for (var tile = member; tile < dims.tiles && c < dims.channels; tile += T) {
    let count = min(dims.tile_rows, dims.rows - tile * dims.tile_rows);
    own = join(own, Moments(
      f32(count),
      moments[tile * 2u * dims.channels + c],
      moments[(tile * 2u + 1u) * dims.channels + c],
    ));
  }
  shared_moments[local] = own;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (member < half) {
      shared_moments[local] = join(shared_moments[local], shared_moments[local + half * SPAN]);
    }
  }
  if (member == 0u && c < dims.channels) {
    let all = shared_moments[local];
    let variance = all.squares / all.count;
    let inverse = 1.0 / sqrt(variance + dims.epsilon);
    let scale = gamma[c] * inverse;
    affine[c] = scale;
    affine[dims.channels + c] = beta[c] - all.mean * scale;
    affine[2u * dims.channels + c] = all.mean;
    affine[3u * dims.channels + c] = inverse;
    running_mean[c] += dims.momentum * (all.mean - running_mean[c]);
    if (dims.rows > 1u) {
      let unbiased = all.squares / (all.count - 1.0);
      running_var[c] += dims.momentum * (unbiased - running_var[c]);
    }
  }
}

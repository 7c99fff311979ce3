// Batch normalization with running statistics as y = scale * x + shift, for evaluation:
//
//   scale = gamma / sqrt(running_var + epsilon),  shift = beta - running_mean * scale
//
// With BIAS the layer before has a bias that it leaves out: shift = beta + (bias - running_mean) * scale
//
//   gamma, beta, running_mean, running_var, bias [C]    affine [2][C]: scale, shift
//
// Dispatch: ceil(C / 64) workgroups

struct Dims {
  channels: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> gamma: array<f32>; // [C]
@group(0) @binding(2) var<storage, read> beta: array<f32>; // [C]
@group(0) @binding(3) var<storage, read> running_mean: array<f32>; // [C]
@group(0) @binding(4) var<storage, read> running_var: array<f32>; // [C]
@group(0) @binding(5) var<storage, read_write> affine: array<f32>; // [2][C]
#ifdef BIAS
@group(0) @binding(6) var<storage, read> bias: array<f32>; // [C]
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= dims.channels) {
    return;
  }
  let scale = gamma[c] / sqrt(running_var[c] + dims.epsilon);
  var mean = running_mean[c];
#ifdef BIAS
  mean -= bias[c];
#endif
  affine[c] = scale;
  affine[dims.channels + c] = beta[c] - mean * scale;
}

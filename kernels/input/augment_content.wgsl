// The augmentations that change what a record shows (mV in, mV out). A sample of the result is a sum of
// weighted samples of the batch, which is found from the last augmentation to the first: NAME(t, weight)
// adds weight * (sample t of the record after NAME), by before_NAME(t, weight), the record before it, and
// by add(start, t, weight), a record of the batch as gathered. prepare_NAME reads what was drawn.
//
// Dispatch: (ceil(T / 64), views * N). A part of y begins `skip` rows after its start.

#import shared/augment_plan

struct Dims {
  rows: u32, // N
  skip: u32,
  length: u32, // T
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> raw: array<vec4f>; // [N][T][12] records as gathered, mV
@group(0) @binding(2) var<storage, read> plan: array<vec4f>; // [views * N][PLAN]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [views * N][T][12]

var<private> own: u32; // where the record begins in the batch, samples
var<private> sum_a: vec4f; // leads 0-3
var<private> sum_b: vec4f;
var<private> sum_c: vec4f;

/// Adds weight * sample t of the record that begins at sample `start` of the batch.
fn add(start: u32, t: u32, weight: f32) {
  let at = (start + t) * 3u;
  sum_a += weight * raw[at];
  sum_b += weight * raw[at + 1u];
  sum_c += weight * raw[at + 2u];
}

fn gathered(t: f32, weight: f32) {
  add(own, u32(t), weight);
}

#each content
fn before_${name}(t: f32, weight: f32) {
  ${before}(t, weight);
}
#import augment/${name}
#endeach

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = group.x * 64u + local;
  let row = dims.skip + group.y;
  own = row % dims.rows * dims.length;
  if (t >= dims.length) {
    return;
  }
#each content
  prepare_${name}(row * PLAN + ${NAME});
#endeach
#each last_content
  ${name}(f32(t), 1.0);
#endeach
  let place = (group.y * dims.length + t) * 3u;
  y[place] = sum_a;
  y[place + 1u] = sum_b;
  y[place + 2u] = sum_c;
}

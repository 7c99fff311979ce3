// Standard deviation of every lead of every record, in mV, population formula in two passes:
//
//   deviation[r, c] = scale * sqrt( sum over t of (raw[r, t, c] - mean[r, c])^2 / T )
//
//   records    [count][T][6] words: a frame of 12 leads, two 16-bit samples a word
//   deviation  [total][12]; this chunk fills records `first` .. `first + count - 1`
//
// Dispatch: ceil(6 * count / 64) workgroups, folded into x and y; once for a set, after its upload.
// The first pass adds integers: |sum| < 2^31 holds for T < 65,536.

struct Dims {
  length: u32, // T
  first: u32,
  count: u32,
  scale: f32, // mV per digital unit
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> records: array<u32>; // [count][T][6]
@group(0) @binding(2) var<storage, read_write> deviation: array<vec2f>; // [total][12]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let index = (group.y * groups.x + group.x) * 64u + local;
  if (index >= dims.count * 6u) {
    return;
  }
  let start = index / 6u * dims.length * 6u + index % 6u;
  var total = vec2i();
  for (var t = 0u; t < dims.length; t++) {
    let word = records[start + 6u * t];
    total += bitcast<vec2i>(vec2u(word << 16u, word)) >> vec2u(16u);
  }
  let mean = vec2f(total) / f32(dims.length);
  var squares = vec2f();
  for (var t = 0u; t < dims.length; t++) {
    let word = records[start + 6u * t];
    let distance = vec2f(bitcast<vec2i>(vec2u(word << 16u, word)) >> vec2u(16u)) - mean;
    squares += distance * distance;
  }
  deviation[dims.first * 6u + index] = dims.scale * sqrt(squares / f32(dims.length));
}

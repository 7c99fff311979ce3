// NT-Xent (Chen et al. 2020, equation 1), loss and gradient of one row of similarities:
//
//   loss[i] = -s[i, p(i)] + ln sum over k != i of exp(s[i, k]),   s = similarity / temperature
//   ds[i, k] = (softmax(s[i, .])[k] - [k == p(i)]) / (rows * temperature),   ds[i, i] = 0
//
// where p(i) = (i + N) mod 2N is the other view of the same record and rows = 2N.
//
//   similarity, ds [2N][2N]    loss [2N]
//
// Dispatch: one workgroup of 64 per row; maximum and sum are joined in a fixed tree.

#import shared/tree_sum

struct Dims {
  rows: u32, // 2N
  temperature: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> similarity: array<f32>; // [2N][2N]
@group(0) @binding(2) var<storage, read_write> ds: array<f32>; // [2N][2N]
@group(0) @binding(3) var<storage, read_write> loss: array<f32>; // [2N]

var<workgroup> joined: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = group.x;
  let partner = (i + dims.rows / 2u) % dims.rows;
  let inverse_temperature = 1.0 / dims.temperature;

  var highest = -3.0e38;
  for (var k = local; k < dims.rows; k += 64u) {
    if (k != i) {
      highest = max(highest, similarity[i * dims.rows + k] * inverse_temperature);
    }
  }
  joined[local] = highest;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) {
      joined[local] = max(joined[local], joined[local + half]);
    }
    workgroupBarrier();
  }
  highest = joined[0];

  var sum = 0.0;
  for (var k = local; k < dims.rows; k += 64u) {
    if (k != i) {
      sum += exp(similarity[i * dims.rows + k] * inverse_temperature - highest);
    }
  }
  sum = tree_sum(sum, local);

  let share = inverse_temperature / f32(dims.rows);
  for (var k = local; k < dims.rows; k += 64u) {
    let s = similarity[i * dims.rows + k] * inverse_temperature;
    let probability = exp(s - highest) / sum;
    ds[i * dims.rows + k] = select(
      share * (probability - select(0.0, 1.0, k == partner)),
      0.0,
      k == i,
    );
  }
  if (local == 0u) {
    loss[i] = highest + log(sum) - similarity[i * dims.rows + partner] * inverse_temperature;
  }
}

// Windowed matrix product (kernels/shared/window.wgsl), one tile of P rows by 4*S*Q columns per
// subgroup: lanes run over columns, every lane loads a part of the rows and hands it round by
// broadcast. No workgroup memory and no barriers, so it suits software adapters, whose loads are
// dear and whose barriers spill every register.
//
//   x           [N][sample]            w [window][columns]
//   y           [N][positions][columns]
//   statistics  [tiles][2][columns]    mean and sum of squared deviations of each tile of P rows
//
// Dispatch: (ceil(rows / (P * WORKGROUP / S)), ceil(columns / (4 * S * Q)))
// The sum over f runs in ascending order for every output, whatever P, Q and S: same bits.

#import shared/window
#import shared/epilogue

const S = 8u; // lanes of a subgroup on this adapter
const P = 16u; // rows of a tile
const Q = 1u; // vec4 columns of a lane
const WORKGROUP = 64u;
const L = (P + S - 1u) / S; // rows a lane loads

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][sample]
@group(0) @binding(2) var<storage, read> w: array<vec4f>; // [window][columns]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [N][positions][columns]

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = group.x * (WORKGROUP / S) + local / S;
  let first = tile * P;
  let columns = dims.columns / 4u;
  let column = group.y * S * Q + lane;
  let limit = dims.sample / 4u;

  var start: array<i32, L>; //#scalars
  var base: array<u32, L>; //#scalars
  //#unroll
  for (var l = 0u; l < L; l++) {
    let row = first + l * S + lane;
    start[l] = (i32(row % dims.positions * dims.step) + dims.offset) / 4;
    base[l] = row / dims.positions * limit;
  }

  var sum: array<vec4f, P * Q>; //#scalars
  var at = column;
  for (var f = 0u; f < dims.window / 4u; f++) {
    var part: array<vec4f, L>; //#scalars
    //#unroll
    for (var l = 0u; l < L; l++) {
      let place = u32(start[l] + i32(f));
      part[l] = select(vec4f(), x[base[l] + place], place < limit);
    }
    var weight: array<vec4f, 4u * Q>; //#scalars
    //#unroll
    for (var j = 0u; j < 4u; j++) {
      //#unroll
      for (var q = 0u; q < Q; q++) {
        weight[j * Q + q] = w[at + j * columns + q * S];
      }
    }
    at += 4u * columns;
    //#unroll
    for (var p = 0u; p < P; p++) {
      let value = subgroupBroadcast(part[p / S], p % S);
      //#unroll
      for (var q = 0u; q < Q; q++) {
        sum[p * Q + q] = fma(weight[q], vec4f(value.x), sum[p * Q + q]);
        sum[p * Q + q] = fma(weight[Q + q], vec4f(value.y), sum[p * Q + q]);
        sum[p * Q + q] = fma(weight[2u * Q + q], vec4f(value.z), sum[p * Q + q]);
        sum[p * Q + q] = fma(weight[3u * Q + q], vec4f(value.w), sum[p * Q + q]);
      }
    }
  }

  //#unroll
  for (var q = 0u; q < Q; q++) {
    let n = column + q * S;
    if (n < columns) {
      var total = vec4f();
      //#unroll
      for (var p = 0u; p < P; p++) {
        let row = first + p;
        if (row < dims.rows) {
          let place = row / dims.positions * dims.y_sample + row % dims.positions * dims.y_step +
            dims.y_offset;
          total += sum[p * Q + q];
          y[place / 4u + n] = epilogue(sum[p * Q + q], n, place / 4u + n);
        }
      }
#ifdef STATISTICS
      if (first < dims.rows) {
        let mean = total / f32(min(P, dims.rows - first));
        var squares = vec4f();
        //#unroll
        for (var p = 0u; p < P; p++) {
          let deviation = sum[p * Q + q] - mean;
          squares += select(vec4f(), deviation * deviation, first + p < dims.rows);
        }
        statistics[tile * 2u * columns + n] = mean;
        statistics[(tile * 2u + 1u) * columns + n] = squares;
      }
#endif
    }
  }
}

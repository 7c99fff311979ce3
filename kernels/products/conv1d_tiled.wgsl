// Windowed matrix product (kernels/shared/window.wgsl), one tile of P rows by COLUMNS columns per
// workgroup: for GPUs, where workgroup memory is fast and barriers are cheap. The workgroup copies
// DEPTH window elements of its rows and of w into workgroup memory, multiplies them, and so on;
// the copy of the next piece is in flight while the current one is multiplied.
//
//   x           [N][sample]            w [window][columns]
//   y           [N][positions][columns]
//   statistics  [tiles][2][columns]    mean and sum of squared deviations of each tile of P rows
//
// Dispatch: (ceil(columns / COLUMNS), tiles folded into y and z), tiles = ceil(rows / P)
// The sum over f runs in ascending order for every output, whatever the tile: same bits. The
// moments are added over an invocation's rows, then over invocations: fixed order for each P.
//
// Rows and columns of an invocation are interleaved (ty + r * TY, tx + q * TX), so that neighboring
// invocations touch neighboring vec4s: no bank conflicts, and full cache lines of y. Workgroup
// arrays are nested, so that the inner loop's only variable indices are loop invariants: the bounds
// checks that WGSL compilers insert are then done once.
//
// Divisibility: THREADS divides P * DEPTH / 4 and DEPTH * COLUMNS / 4; DEPTH, THREAD_COLUMNS are
// multiples of 4. Workgroup memory: 16 * (P * (DEPTH / 4 + PAD) + max(DEPTH, TY) * COLUMNS / 4) bytes.

#import shared/window
#import shared/epilogue

const P = 64u; // rows of a tile
const COLUMNS = 64u; // columns of a tile
const DEPTH = 16u; // window elements in workgroup memory at a time
const THREAD_ROWS = 8u; // rows of an invocation
const THREAD_COLUMNS = 8u; // columns of an invocation
const PAD = 1u; // unused vec4s after each row of tile_x, against bank conflicts
const TX = COLUMNS / THREAD_COLUMNS;
const TY = P / THREAD_ROWS;
const THREADS = TX * TY;
const Q = THREAD_COLUMNS / 4u; // vec4 columns of an invocation
const V = DEPTH / 4u; // vec4s of a row of tile_x
const C = COLUMNS / 4u; // vec4s of a row of tile_w
const X_LOADS = P * V / THREADS;
const W_LOADS = DEPTH * C / THREADS;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][sample]
@group(0) @binding(2) var<storage, read> w: array<vec4f>; // [window][columns]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [N][positions][columns]

var<workgroup> tile_x: array<array<vec4f, V + PAD>, P>;
var<workgroup> tile_w: array<array<vec4f, C>, max(DEPTH, TY)>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = group.z * groups.y + group.y;
  let first = tile * P;
  let first_column = group.x * C;
  let columns = dims.columns / 4u;
  let limit = dims.sample / 4u;
  let window = dims.window / 4u;
  let tx = local % TX;
  let ty = local / TX;

  var start: array<i32, X_LOADS>; //#scalars
  var base: array<u32, X_LOADS>; //#scalars
  //#unroll
  for (var l = 0u; l < X_LOADS; l++) {
    let row = first + (local + l * THREADS) / V;
    start[l] = (i32(row % dims.positions * dims.step) + dims.offset) / 4 +
      i32((local + l * THREADS) % V);
    base[l] = row / dims.positions * limit;
  }

  var sum: array<vec4f, THREAD_ROWS * Q>; //#scalars
  var next_x: array<vec4f, X_LOADS>; //#scalars
  var next_w: array<vec4f, W_LOADS>; //#scalars
  for (var f = 0u;; f += V) {
    if (f < window) {
      //#unroll
      for (var l = 0u; l < X_LOADS; l++) {
        let place = u32(start[l] + i32(f));
        let within = place < limit && f + (local + l * THREADS) % V < window;
        next_x[l] = select(vec4f(), x[base[l] + place], within);
      }
      //#unroll
      for (var l = 0u; l < W_LOADS; l++) {
        let element = f * 4u + (local + l * THREADS) / C;
        let n = first_column + (local + l * THREADS) % C;
        let within = element < dims.window && n < columns;
        next_w[l] = select(vec4f(), w[element * columns + n], within);
      }
    }
    if (f > 0u) {
      //#unroll
      for (var k = 0u; k < V; k++) {
        var weight: array<vec4f, 4u * Q>; //#scalars
        //#unroll
        for (var j = 0u; j < 4u; j++) {
          //#unroll
          for (var q = 0u; q < Q; q++) {
            weight[j * Q + q] = tile_w[k * 4u + j][tx + q * TX];
          }
        }
        //#unroll
        for (var r = 0u; r < THREAD_ROWS; r++) {
          let value = tile_x[ty + r * TY][k];
          //#unroll
          for (var q = 0u; q < Q; q++) {
            sum[r * Q + q] = fma(weight[q], vec4f(value.x), sum[r * Q + q]);
            sum[r * Q + q] = fma(weight[Q + q], vec4f(value.y), sum[r * Q + q]);
            sum[r * Q + q] = fma(weight[2u * Q + q], vec4f(value.z), sum[r * Q + q]);
            sum[r * Q + q] = fma(weight[3u * Q + q], vec4f(value.w), sum[r * Q + q]);
          }
        }
      }
    }
    if (f >= window) {
      break;
    }
    workgroupBarrier();
    //#unroll
    for (var l = 0u; l < X_LOADS; l++) {
      tile_x[(local + l * THREADS) / V][(local + l * THREADS) % V] = next_x[l];
    }
    //#unroll
    for (var l = 0u; l < W_LOADS; l++) {
      tile_w[(local + l * THREADS) / C][(local + l * THREADS) % C] = next_w[l];
    }
    workgroupBarrier();
  }

  //#unroll
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = first + ty + r * TY;
    if (row < dims.rows) {
      let place = row / dims.positions * dims.y_sample + row % dims.positions * dims.y_step +
        dims.y_offset;
      //#unroll
      for (var q = 0u; q < Q; q++) {
        let n = first_column + tx + q * TX;
        if (n < columns) {
          y[place / 4u + n] = epilogue(sum[r * Q + q], n, place / 4u + n);
        }
      }
    }
  }

#ifdef STATISTICS
  var mean: array<vec4f, Q>; //#scalars
  var part: array<vec4f, Q>; //#scalars
  //#unroll
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let counts = first + ty + r * TY < dims.rows;
    //#unroll
    for (var q = 0u; q < Q; q++) {
      part[q] += select(vec4f(), sum[r * Q + q], counts);
    }
  }
  workgroupBarrier();
  //#unroll
  for (var q = 0u; q < Q; q++) {
    tile_w[ty][tx + q * TX] = part[q];
  }
  workgroupBarrier();
  for (var t = 0u; t < TY; t++) {
    //#unroll
    for (var q = 0u; q < Q; q++) {
      mean[q] += tile_w[t][tx + q * TX];
    }
  }
  //#unroll
  for (var q = 0u; q < Q; q++) {
    mean[q] /= f32(min(P, dims.rows - min(first, dims.rows - 1u)));
    part[q] = vec4f();
  }
  //#unroll
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let counts = first + ty + r * TY < dims.rows;
    //#unroll
    for (var q = 0u; q < Q; q++) {
      let deviation = sum[r * Q + q] - mean[q];
      part[q] += select(vec4f(), deviation * deviation, counts);
    }
  }
  workgroupBarrier();
  //#unroll
  for (var q = 0u; q < Q; q++) {
    tile_w[ty][tx + q * TX] = part[q];
  }
  workgroupBarrier();
  //#unroll
  for (var q = 0u; q < Q; q++) {
    let n = first_column + tx + q * TX;
    if (ty == 0u && n < columns && first < dims.rows) {
      var squares = vec4f();
      for (var t = 0u; t < TY; t++) {
        squares += tile_w[t][tx + q * TX];
      }
      statistics[tile * 2u * columns + n] = mean[q];
      statistics[(tile * 2u + 1u) * columns + n] = squares;
    }
  }
#endif
}

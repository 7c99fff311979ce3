// Weight gradient of the windowed matrix product (kernels/shared/window.wgsl), for GPUs:
//
//   partial[c, f, n] = sum over rows (i, u) of chunk c of  x[i, u * step + offset + f] * dy[i, u, n]
//
// One tile of R window elements by COLUMNS columns per workgroup. Rows are counted through all
// samples and copied into workgroup memory DEPTH at a time; the copy of the next piece is in flight
// while the current one is multiplied. A chunk is dims.chunk rows, whatever sample they belong to;
// sum_partials_sliced.wgsl adds up the chunks in a fixed order.
//
//   x  [N][sample]    dy [N][positions][columns]    partial [chunks][window][columns]
//
// Dispatch: (ceil(columns / COLUMNS), ceil(window / R), chunks)
//
// Vec4s of an invocation are interleaved (ty + r * TY, tx + q * TX) and workgroup arrays nested; why
// is said in conv1d_tiled.wgsl.
//
// Divisibility: THREADS divides DEPTH * R / 4 and DEPTH * COLUMNS / 4; THREAD_ROWS and
// THREAD_COLUMNS are multiples of 4. Workgroup memory: 4 * DEPTH * (R + COLUMNS) bytes.

#import shared/window_gradient

const R = 64u; // window elements of a tile
const COLUMNS = 64u; // columns of a tile
const DEPTH = 16u; // rows in workgroup memory at a time
const THREAD_ROWS = 8u; // window elements of an invocation
const THREAD_COLUMNS = 8u; // columns of an invocation
// Only the host reads this one: it makes dims.chunk so small that about this many invocations run.
// More fill larger GPUs; fewer leave less partial sums to write and add up.
const INVOCATIONS = 65536u;
const TX = COLUMNS / THREAD_COLUMNS;
const TY = R / THREAD_ROWS;
const THREADS = TX * TY;
const Q = THREAD_COLUMNS / 4u; // vec4 columns of an invocation
const M = R / 4u; // vec4s of a row of tile_x
const C = COLUMNS / 4u; // vec4s of a row of tile_dy
const X_LOADS = DEPTH * M / THREADS;
const DY_LOADS = DEPTH * C / THREADS;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][sample]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N][positions][columns]
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>; // [chunks][window][columns]

var<workgroup> tile_x: array<array<vec4f, M>, DEPTH>;
var<workgroup> tile_dy: array<array<vec4f, C>, DEPTH>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let chunk = group.z;
  let first = group.y * R;
  let first_column = group.x * C;
  let columns = dims.columns / 4u;
  let limit = dims.sample / 4u;
  let begin = dims.skip + chunk * dims.chunk;
  let end = min(begin + dims.chunk, dims.samples * dims.positions);
  let tx = local % TX;
  let ty = local / TX;

  // Position within its sample of each row that this invocation copies, and where the sample starts.
  var position: array<u32, X_LOADS>; //#scalars
  var base: array<u32, X_LOADS>; //#scalars
  //#unroll
  for (var l = 0u; l < X_LOADS; l++) {
    let row = begin + (local + l * THREADS) / M;
    position[l] = row % dims.positions;
    base[l] = row / dims.positions * limit;
  }

  var sum: array<vec4f, THREAD_ROWS * Q>; //#scalars
  var next_x: array<vec4f, X_LOADS>; //#scalars
  var next_dy: array<vec4f, DY_LOADS>; //#scalars
  for (var row = begin;; row += DEPTH) {
    if (row < end) {
      //#unroll
      for (var l = 0u; l < X_LOADS; l++) {
        let place = u32((i32(position[l] * dims.step + first) + dims.offset) / 4) +
          (local + l * THREADS) % M;
        let within = place < limit && row + (local + l * THREADS) / M < end;
        next_x[l] = select(vec4f(), x[base[l] + place], within);
        position[l] += DEPTH;
        while (position[l] >= dims.positions) {
          position[l] -= dims.positions;
          base[l] += limit;
        }
      }
      //#unroll
      for (var l = 0u; l < DY_LOADS; l++) {
        let dy_row = row + (local + l * THREADS) / C;
        let n = first_column + (local + l * THREADS) % C;
        let within = dy_row < end && n < columns;
        next_dy[l] = select(vec4f(), dy[dy_row * columns + n], within);
      }
    }
    if (row > begin) {
      //#unroll
      for (var k = 0u; k < DEPTH; k++) {
        var gradient: array<vec4f, Q>; //#scalars
        //#unroll
        for (var q = 0u; q < Q; q++) {
          gradient[q] = tile_dy[k][tx + q * TX];
        }
        //#unroll
        for (var r = 0u; r < THREAD_ROWS / 4u; r++) {
          let value = tile_x[k][ty + r * TY];
          //#unroll
          for (var q = 0u; q < Q; q++) {
            sum[r * 4u * Q + q] = fma(gradient[q], vec4f(value.x), sum[r * 4u * Q + q]);
            sum[(r * 4u + 1u) * Q + q] =
              fma(gradient[q], vec4f(value.y), sum[(r * 4u + 1u) * Q + q]);
            sum[(r * 4u + 2u) * Q + q] =
              fma(gradient[q], vec4f(value.z), sum[(r * 4u + 2u) * Q + q]);
            sum[(r * 4u + 3u) * Q + q] =
              fma(gradient[q], vec4f(value.w), sum[(r * 4u + 3u) * Q + q]);
          }
        }
      }
    }
    if (row >= end) {
      break;
    }
    workgroupBarrier();
    //#unroll
    for (var l = 0u; l < X_LOADS; l++) {
      tile_x[(local + l * THREADS) / M][(local + l * THREADS) % M] = next_x[l];
    }
    //#unroll
    for (var l = 0u; l < DY_LOADS; l++) {
      tile_dy[(local + l * THREADS) / C][(local + l * THREADS) % C] = next_dy[l];
    }
    workgroupBarrier();
  }

  //#unroll
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let element = first + (ty + r / 4u * TY) * 4u + r % 4u;
    //#unroll
    for (var q = 0u; q < Q; q++) {
      let n = first_column + tx + q * TX;
      if (element < dims.window && n < columns) {
        partial[(chunk * dims.window + element) * columns + n] = sum[r * Q + q];
      }
    }
  }
}

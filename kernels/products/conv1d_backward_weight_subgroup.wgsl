// Weight gradient of the windowed matrix product (kernels/shared/window.wgsl):
//
//   partial[c, f, n] = sum over samples i of chunk c and positions u of
//                      x[i, u * step + offset + f] * dy[i, u, n]
//
// One tile of R window elements by 4*S*Q columns per subgroup; lanes run over columns. The long
// sum is split into chunks of whole samples, which sum_partials.wgsl adds up in a fixed order.
//
//   x  [N][sample]    dy [N][positions][columns]    partial [chunks][window][columns]
//
// Dispatch: (ceil(ceil(window / R) * chunks / (WORKGROUP / S)), ceil(columns / (4 * S * Q)))

#import shared/window_gradient

const S = 8u; // lanes of a subgroup on this adapter
const R = 32u; // window elements of a tile; R / 4 is at most S and divides it
const Q = 1u; // vec4 columns of a lane
const WORKGROUP = 64u;
const POSITIONS_PER_LOAD = S * 4u / R;
const LOADS = 4u / POSITIONS_PER_LOAD;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N][sample]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N][positions][columns]
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>; // [chunks][window][columns]

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let row_tiles = (dims.window + R - 1u) / R;
  let job = group.x * (WORKGROUP / S) + local / S;
  let chunk = job / row_tiles;
  let first = job % row_tiles * R;
  let columns = dims.columns / 4u;
  let column = group.y * S * Q + lane;
  let limit = dims.sample / 4u;
  let begin = dims.skip + chunk * dims.chunk;
  let end = min(begin + dims.chunk, dims.samples);
  let lane_offset = (dims.offset + i32(first)) / 4 + i32(lane % (R / 4u));
  let lane_position = lane / (R / 4u);

  var sum: array<vec4f, R * Q>; //#scalars
  for (var i = begin; i < end; i++) {
    for (var u = 0u; u < dims.positions; u += 4u) {
      var part: array<vec4f, LOADS>; //#scalars
      //#unroll
      for (var l = 0u; l < LOADS; l++) {
        let position = u + l * POSITIONS_PER_LOAD + lane_position;
        let place = u32(i32(position * dims.step / 4u) + lane_offset);
        part[l] = select(vec4f(), x[i * limit + place], place < limit);
      }
      var gradient: array<vec4f, 4u * Q>; //#scalars
      //#unroll
      for (var j = 0u; j < 4u; j++) {
        //#unroll
        for (var q = 0u; q < Q; q++) {
          gradient[j * Q + q] = select(
            vec4f(),
            dy[(i * dims.positions + u + j) * columns + column + q * S],
            u + j < dims.positions,
          );
        }
      }
      //#unroll
      for (var r = 0u; r < R / 4u; r++) {
        //#unroll
        for (var j = 0u; j < 4u; j++) {
          let value = subgroupBroadcast(
            part[j / POSITIONS_PER_LOAD],
            r + (j % POSITIONS_PER_LOAD) * (R / 4u),
          );
          //#unroll
          for (var q = 0u; q < Q; q++) {
            sum[r * 4u * Q + q] = fma(gradient[j * Q + q], vec4f(value.x), sum[r * 4u * Q + q]);
            sum[(r * 4u + 1u) * Q + q] =
              fma(gradient[j * Q + q], vec4f(value.y), sum[(r * 4u + 1u) * Q + q]);
            sum[(r * 4u + 2u) * Q + q] =
              fma(gradient[j * Q + q], vec4f(value.z), sum[(r * 4u + 2u) * Q + q]);
            sum[(r * 4u + 3u) * Q + q] =
              fma(gradient[j * Q + q], vec4f(value.w), sum[(r * 4u + 3u) * Q + q]);
          }
        }
      }
    }
  }

  //#unroll
  for (var q = 0u; q < Q; q++) {
    let n = column + q * S;
    //#unroll
    for (var r = 0u; r < R; r++) {
      if (n < columns && first + r < dims.window && begin < dims.samples) {
        partial[(chunk * dims.window + first + r) * columns + n] = sum[r * Q + q];
      }
    }
  }
}

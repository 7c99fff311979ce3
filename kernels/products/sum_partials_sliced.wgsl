// Adds the chunks of a split reduction to a gradient, for GPUs, where one invocation walking over
// hundreds of chunks would wait for memory most of the time:
//
//   total[e] += sum over slices s of (sum over c of slice s of partial[c, e])
//
// A workgroup adds ELEMENTS elements; each of its SLICES slices adds every SLICES-th chunk in
// ascending order, then the slices are added in ascending order.
//
//   partial [chunks][size]    total [size]
//
// Dispatch: ceil(size / ELEMENTS) workgroups, folded into x and y

struct Dims {
  size: u32,
  chunks: u32,
}

const ELEMENTS = 32u;
const SLICES = 8u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<f32>; // [chunks][size]
@group(0) @binding(2) var<storage, read_write> total: array<f32>; // [size]

var<workgroup> slices: array<array<f32, ELEMENTS>, SLICES>;

@compute @workgroup_size(ELEMENTS * SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let column = local % ELEMENTS;
  let slice = local / ELEMENTS;
  let e = (group.y * groups.x + group.x) * ELEMENTS + column;
  let last = dims.size - 1u;
  var sum = 0.0;
  for (var c = slice; c < dims.chunks; c += 4u * SLICES) {
    // Four loads in flight at a time; elements past the end read the last one and are dropped.
    var value: array<f32, 4>; //#scalars
    //#unroll
    for (var j = 0u; j < 4u; j++) {
      let chunk = c + j * SLICES;
      let loaded = partial[min(chunk, dims.chunks - 1u) * dims.size + min(e, last)];
      value[j] = select(0.0, loaded, chunk < dims.chunks);
    }
    //#unroll
    for (var j = 0u; j < 4u; j++) {
      sum += value[j];
    }
  }
  slices[slice][column] = sum;
  workgroupBarrier();
  if (slice == 0u && e < dims.size) {
    var whole = 0.0;
    //#unroll
    for (var s = 0u; s < SLICES; s++) {
      whole += slices[s][column];
    }
    total[e] += whole;
  }
}

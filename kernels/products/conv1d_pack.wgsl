// Weights of one phase of a convolution's input gradient, kernel positions reversed and channels
// exchanged so that the gradient is a windowed matrix product over dy (kernels/shared/window.wgsl):
//
//   packed[j, o, i] = w[first + stride * (kernel_size - 1 - j), i, o]
//
//   w [K][Cin][Cout]    packed [kernel_size][Cout][Cin]
//
// With VECTORS, for channels that are multiples of 4, an invocation turns a block of 4 by 4.
//
// Dispatch: ceil(kernel_size * Cout * Cin / 64) workgroups, or ceil(kernel_size * Cout/4 * Cin/4 / 64),
// folded into x and y

struct Dims {
  kernel_size: u32, // kernel positions of this phase
  first: u32, // the lowest of them
  stride: u32,
  inputs: u32, // Cin, or Cin / 4
  outputs: u32, // Cout, or Cout / 4
}

@group(0) @binding(0) var<uniform> dims: Dims;
#ifdef VECTORS
@group(0) @binding(1) var<storage, read> w: array<vec4f>; // [K][Cin][Cout]
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>; // [kernel_size][Cout][Cin]
#else
@group(0) @binding(1) var<storage, read> w: array<f32>; // [K][Cin][Cout]
@group(0) @binding(2) var<storage, read_write> packed: array<f32>; // [kernel_size][Cout][Cin]
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32) {
  let e = (group.y * groups.x + group.x) * 64u + local;
  let i = e % dims.inputs;
  let o = e / dims.inputs % dims.outputs;
  let j = e / (dims.inputs * dims.outputs);
  if (j >= dims.kernel_size) {
    return;
  }
  let k = dims.first + dims.stride * (dims.kernel_size - 1u - j);
#ifdef VECTORS
  let source = (k * dims.inputs + i) * 4u * dims.outputs + o;
  let block = transpose(mat4x4f(
    w[source],
    w[source + dims.outputs],
    w[source + 2u * dims.outputs],
    w[source + 3u * dims.outputs],
  ));
  let place = (j * dims.outputs + o) * 4u * dims.inputs + i;
  packed[place] = block[0];
  packed[place + dims.inputs] = block[1];
  packed[place + 2u * dims.inputs] = block[2];
  packed[place + 3u * dims.inputs] = block[3];
#else
  packed[e] = w[(k * dims.inputs + i) * dims.outputs + o];
#endif
}

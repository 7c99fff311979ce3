// Multiply-adds in registers only: what the adapter's arithmetic reaches at best.
//
//   y[i] = sum of CHAINS vectors, each after dims.rounds * 16 times  a = a * factor + increment
//
// CHAINS * 4 independent chains an invocation hide the latency of an operation. Multiply-adds of one
// invocation: rounds * 16 * CHAINS * 4. The factor comes from outside so that nothing folds.
//
//   y [invocations] vec4
//
// Dispatch: invocations / 64 workgroups

struct Dims {
  rounds: u32,
  factor: f32,
  increment: f32,
}

const CHAINS = 4u;

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [invocations]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(dims.factor);
  let increment = vec4f(dims.increment);
  var a: array<vec4f, CHAINS>; //#scalars
  //#unroll
  for (var c = 0u; c < CHAINS; c++) {
    a[c] = vec4f(f32(id.x), 1.0, 2.0, 3.0) + f32(c);
  }
  for (var round = 0u; round < dims.rounds; round++) {
    //#unroll
    for (var step = 0u; step < 16u; step++) {
      //#unroll
      for (var c = 0u; c < CHAINS; c++) {
        a[c] = fma(a[c], factor, increment);
      }
    }
  }
  var sum = vec4f();
  //#unroll
  for (var c = 0u; c < CHAINS; c++) {
    sum += a[c];
  }
  y[id.x] = sum;
}

// Norm of the whole gradient and whether it is finite:
//
//   ring[slot, 1] = sqrt(sum of partial),  ring[slot, 2] = 1 where that is not finite, else 0
//   guard[0] = 1 where it is not finite, else 0: the optimizer then skips its update
//   guard[1] = factor of the gradient, f32: min(1, clip / (norm + 1e-6)); 1 where clip is 0
//
// Shader compilers may assume that NaN does not occur (x != x is folded to false), so the test
// looks at the bits: an exponent of all ones.
//
//   partial [partials]    state [16]: see src/gpu/step_state.ts    ring [slots][4]    guard [4]
//
// Dispatch: one workgroup of 64; joined in a fixed tree.

#import shared/step_state
#import shared/tree_sum

struct Dims {
  partials: u32,
  clip: f32, // longest norm; 0: any
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> partial: array<f32>; // [partials]
@group(0) @binding(2) var<storage, read> state: array<u32>; // [16]
@group(0) @binding(3) var<storage, read_write> ring: array<f32>; // [slots][4]
@group(0) @binding(4) var<storage, read_write> guard: array<u32>; // [4]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var j = local; j < dims.partials; j += 64u) {
    sum += partial[j];
  }
  let total = tree_sum(sum, local);
  if (local == 0u) {
    let bits = bitcast<u32>(total);
    let broken = (bits & 0x7f800000u) == 0x7f800000u;
    let norm = sqrt(total);
    ring[state[SLOT] * 4u + 1u] = norm;
    ring[state[SLOT] * 4u + 2u] = select(0.0, 1.0, broken);
    guard[0] = select(0u, 1u, broken);
    guard[1] = bitcast<u32>(select(1.0, min(1.0, dims.clip / (norm + 1e-6)), dims.clip > 0.0));
  }
}

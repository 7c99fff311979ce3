// Mean of the losses of a batch, written to this step's slot of the metrics ring:
//
//   ring[slot, 0] = sum of loss / count
//
//   loss [size]    state [16]: see src/gpu/step_state.ts    ring [slots][4]
//
// Dispatch: one workgroup of 64; joined in a fixed tree.

#import shared/step_state
#import shared/tree_sum

struct Dims {
  size: u32,
  count: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> loss: array<f32>; // [size]
@group(0) @binding(2) var<storage, read> state: array<u32>; // [16]
@group(0) @binding(3) var<storage, read_write> ring: array<f32>; // [slots][4]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var e = local; e < dims.size; e += 64u) {
    sum += loss[e];
  }
  let total = tree_sum(sum, local);
  if (local == 0u) {
    ring[state[SLOT] * 4u] = total / dims.count;
  }
}

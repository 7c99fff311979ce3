// Sum over the 64 invocations of a workgroup, joined in a fixed tree: the same bits every time. To be
// called by all of them; all get the sum.
var<workgroup> tree: array<f32, 64>;

fn tree_sum(value: f32, local: u32) -> f32 {
  tree[local] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) {
      tree[local] += tree[local + half];
    }
    workgroupBarrier();
  }
  let total = tree[0];
  workgroupBarrier();
  return total;
}

import { assertEquals } from "@std/assert";
import { l2NormalizeBackward, l2NormalizeForward } from "../reference/losses/l2_normalize.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "./guarded.ts";

async function run(rows: number, width: number, z: Float64Array, upstream: Float64Array) {
  let result: { u: Float32Array; dz: Float32Array } | undefined;
  await GuardedRun.with(async (run) => {
    const { recorder } = run;
    const u = recorder.transient("u", [rows, width]);
    const inverse = recorder.transient("inverse", [rows]);
    const dz = recorder.transient("dz", [rows, width]);
    recorder.dispatch("l2_normalize", {
      tensors: { z: run.place("z", [rows, width], z), u, inverse },
      dims: { width },
      grid: [rows],
    });
    recorder.dispatch("l2_normalize_backward", {
      tensors: { u, du: run.place("du", [rows, width], upstream), inverse, dz },
      dims: { width },
      grid: [rows],
    });
    await run.run();
    result = { u: run.get(u), dz: run.get(dz) };
  });
  return result!;
}

for (const [rows, width] of [[1, 1], [3, 3], [5, 63], [2, 64], [7, 65], [66, 128]]) {
  Deno.test(`l2 normalization of [${rows}, ${width}], forward and backward`, async () => {
    const z = draws(rows * width, 1, 0.5, 2).map((value, j) => j % 3 === 0 ? -value : value);
    const upstream = draws(rows * width, 2, -3, 3);
    const expected = l2NormalizeForward(z, width);
    const { u, dz } = await run(rows, width, z, upstream);
    // Squares have one sign: the chain of width / 64 + 6 additions, a root and a product, relative to 1.
    const relative = (width / 64 + 12) * UNIT_ROUNDOFF;
    assertClose(u, expected.output, relative, "u");
    // u·du is a sum of up to √width · 3, divided by norms of at least √width / 2.
    assertClose(dz, l2NormalizeBackward(expected, upstream), 12 * relative, "dz");
  });
}

Deno.test("l2 normalization leaves a row of zeros at zero and finite", async () => {
  const z = draws(2 * 8, 1);
  z.fill(0, 8);
  const upstream = draws(2 * 8, 2);
  const { u, dz } = await run(2, 8, z, upstream);
  assertEquals([...u.subarray(8)], Array(8).fill(0));
  const expected = l2NormalizeBackward(l2NormalizeForward(z, 8), upstream);
  // The gradient is du · 1e12, with two roundings.
  assertClose(dz, expected, (j) => 4 * UNIT_ROUNDOFF * Math.max(4, Math.abs(expected[j])), "dz");
});

import { assertEquals, assertThrows } from "@std/assert";
import { concatenate } from "../../src/augment/concatenate.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { GuardedRun } from "../kernels/guarded.ts";
import { openGpu } from "../support/gpu.ts";

for (const [n, m] of [[1, 1], [3, 5], [40, 27]]) {
  Deno.test(`concatenate: ${n} rows and ${m} more, to the bit`, () =>
    GuardedRun.with(async (run) => {
      const values = (rows: number, from: number) =>
        Float32Array.from({ length: rows * 35 }, (_, i) => from + i / 3);
      const a = run.place("a", [n, 5, 7], values(n, 1));
      const b = run.place("b", [m, 5, 7], values(m, -9));
      const y = concatenate(run.recorder, a, b);
      await run.run();
      assertEquals(y.shape, [n + m, 5, 7]);
      assertEquals([...run.get(y)], [...values(n, 1), ...values(m, -9)]);
    }));
}

Deno.test("concatenate refuses rows of another shape", async () => {
  const recorder = new Recorder((await openGpu()).kernels);
  const [a, b] = [[2, 3], [2, 4]].map((shape) => recorder.transient("x", shape));
  assertThrows(() => concatenate(recorder, a, b), RangeError, "[2,3] and [2,4]");
});

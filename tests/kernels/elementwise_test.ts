/** Kernels that move or select values: no rounding, or a single one. */

import { assertEquals } from "@std/assert";
import { gridFor } from "../../src/gpu/recorder.ts";
import { packWeights } from "../../src/layers/pack_weights.ts";
import { reluBackward } from "../../src/layers/relu.ts";
import { selectRows } from "../../src/methods/method.ts";
import { assertClose, draws, GuardedRun } from "./guarded.ts";

// Single numbers, and vectors of four around a workgroup.
for (const size of [1, 63, 65, 1009, 4, 252, 256, 260]) {
  Deno.test(`relu_backward of ${size}: passes where the output is above 0`, () =>
    GuardedRun.with(async (run) => {
      const y = draws(size, 1).map((value) => Math.max(0, value)); // about half are exactly 0
      const dy = draws(size, 2, -3, 3);
      const dx = reluBackward(
        run.recorder,
        "layer",
        run.place("y", [size], y),
        run.place("dy", [size], dy),
      );
      await run.run();
      assertClose(run.get(dx), dy.map((value, j) => y[j] > 0 ? value : 0), 0, "dx");
    }));
}

for (const rows of [1, 2, 7, 8, 9, 66]) {
  Deno.test(`add_transposed of ${rows} rows`, () =>
    GuardedRun.with(async (run) => {
      const x = draws(rows * rows, 1);
      const y = run.recorder.transient("y", [rows, rows]);
      run.recorder.dispatch("add_transposed", {
        tensors: { x: run.place("x", [rows, rows], x), y },
        dims: { rows },
        grid: gridFor(rows * rows, 64),
      });
      await run.run();
      const expected = x.map((value, e) =>
        Math.fround(value + x[e % rows * rows + Math.floor(e / rows)])
      );
      assertClose(run.get(y), expected, 0, "y");
    }));
}

for (const [records, columns, count] of [[1, 1, 1], [9, 5, 13], [70, 3, 64], [4, 256, 3]]) {
  Deno.test(`select_rows picks ${count} of ${records} rows of ${columns}, repeats included`, () =>
    GuardedRun.with(async (run) => {
      const table = draws(records * columns, 1);
      const rows = Uint32Array.from({ length: count }, (_, n) => (n * 7 + records - 1) % records);
      // More indices than rows wanted, as in an epoch's last and smaller batch.
      const indices = new Uint32Array(count + 5).fill(0xffffffff);
      indices.set(rows);
      const y = selectRows(
        run.recorder,
        run.place("table", [records, columns], table),
        run.place("rows", [count + 5], indices),
        count,
      );
      await run.run();
      const expected = [...rows].flatMap((row) => [
        ...table.subarray(row * columns, (row + 1) * columns),
      ]);
      assertEquals([...run.get(y)], expected);
    }));
}

for (
  const [kernelSize, first, stride, inputs, outputs] of [
    [1, 0, 1, 67, 5],
    [3, 0, 3, 3, 7],
    [2, 1, 1, 12, 5],
    // Blocks of 4 by 4: fewer than a workgroup takes, and one more.
    [4, 1, 2, 12, 20],
    [1, 0, 1, 20, 52],
  ]
) {
  Deno.test(`conv1d_pack: ${kernelSize} positions from ${first} by ${stride}, ${inputs} to ${outputs}`, () =>
    GuardedRun.with(async (run) => {
      const all = first + stride * (kernelSize - 1) + 1;
      const w = draws(all * inputs * outputs, 1);
      const placed = run.place("w", [all, inputs, outputs], w);
      const packed = packWeights(run.recorder, "layer", placed, { kernelSize, first, stride });
      assertEquals(packed.shape, [kernelSize, outputs, inputs]);
      await run.run();
      const expected: number[] = [];
      for (let k = all - 1; k >= first; k -= stride) {
        for (let o = 0; o < outputs; o++) {
          for (let i = 0; i < inputs; i++) expected.push(w[(k * inputs + i) * outputs + o]);
        }
      }
      assertEquals([...run.get(packed)], expected);
    }));
}

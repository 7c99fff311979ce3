/**
 * Kernels that add things up. A sum of n numbers below `largest` is off by at most
 * n · 2^-24 · n · largest in float32, whatever the order; a lost or doubled term is off by far more.
 */

import { assertEquals } from "@std/assert";
import { gridFor } from "../../src/gpu/recorder.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "./guarded.ts";

function tolerance(terms: number, largest: number): number {
  return (terms + 1) * UNIT_ROUNDOFF * (terms + 1) * largest;
}

for (const [rows, columns] of [[1, 1], [37, 5], [3, 63], [130, 64], [2, 65], [4, 301]]) {
  Deno.test(`column_sum of [${rows}, ${columns}] adds to what is there`, () =>
    GuardedRun.with(async (run) => {
      const x = draws(rows * columns, 1);
      const before = draws(columns, 2);
      const total = run.place("total", [columns], before);
      run.recorder.dispatch("column_sum", {
        tensors: { x: run.place("x", [rows, columns], x), total },
        dims: { rows, columns },
        grid: gridFor(columns, 64),
      });
      await run.run(2);
      const expected = before.slice();
      x.forEach((value, j) => expected[j % columns] += 2 * value);
      assertClose(run.get(total), expected, 2 * tolerance(rows, 1), "total");
    }));
}

// Chunks of one row, of all rows but one, and of more rows than there are.
for (
  const [rows, columns, ROWS, width] of [
    [1, 1, 256, 1],
    [37, 5, 36, 1],
    [257, 12, 256, 1],
    [130, 65, 1, 1],
    [1, 4, 256, 4],
    [257, 12, 256, 4],
    [37, 260, 36, 4],
  ]
) {
  Deno.test(`column_sum_partial of [${rows}, ${columns}] in chunks of ${ROWS} rows, columns by ${width}`, () =>
    GuardedRun.with(async (run) => {
      const x = draws(rows * columns, 1);
      const chunks = Math.ceil(rows / ROWS);
      const partial = run.recorder.transient("partial", [chunks, columns]);
      run.recorder.dispatch("column_sum_partial", {
        constants: { ROWS, VECTORS: width === 4 },
        tensors: { x: run.place("x", [rows, columns], x), partial },
        dims: { rows, columns: columns / width },
        grid: gridFor(partial.size / width, 64),
      });
      await run.run();
      const expected = new Float64Array(chunks * columns);
      x.forEach((value, j) => {
        expected[Math.floor(j / columns / ROWS) * columns + j % columns] += value;
      });
      assertClose(run.get(partial), expected, tolerance(ROWS, 1), "partial");
    }));
}

// Around a workgroup's elements, a slice's four loads and eight slices.
const NUMBERS = [[1, 1], [2, 31], [7, 65], [8, 64], [9, 33], [33, 100], [131, 7]];
for (
  const { kernel, per, width, extents } of [
    { kernel: "sum_partials", per: 64, width: 1, extents: NUMBERS },
    { kernel: "sum_partials", per: 64, width: 4, extents: [[1, 4], [7, 252], [9, 260]] },
    { kernel: "sum_partials_sliced", per: 32, width: 1, extents: NUMBERS },
  ]
) {
  for (const [chunks, size] of extents) {
    Deno.test(`${kernel} of ${chunks} chunks of ${size} by ${width} adds to what is there`, () =>
      GuardedRun.with(async (run) => {
        const partial = draws(chunks * size, 1);
        const before = draws(size, 2);
        const total = run.place("total", [size], before);
        run.recorder.dispatch(kernel, {
          constants: width === 4 ? { VECTORS: true } : {},
          tensors: { partial: run.place("partial", [chunks, size], partial), total },
          dims: { size: size / width, chunks },
          grid: gridFor(size / width, per),
        });
        await run.run();
        const expected = before.slice();
        partial.forEach((value, j) => expected[j % size] += value);
        assertClose(run.get(total), expected, tolerance(chunks, 1), "total");
      }));
  }
}

for (const size of [1, 63, 64, 65, 127, 1000]) {
  Deno.test(`record_loss of ${size} losses writes this step's slot alone`, () =>
    GuardedRun.with(async (run) => {
      const loss = draws(size, 1, 0, 5);
      const before = draws(9 * 4, 2);
      const ring = run.place("ring", [9, 4], before);
      const state = new Uint32Array(16);
      state[3] = 7;
      run.recorder.dispatch("record_loss", {
        tensors: {
          loss: run.place("loss", [size], loss),
          state: run.place("state", [16], state),
          ring,
        },
        // Some losses may be left out of the mean's divisor.
        dims: { size, count: size + 0.5 },
        grid: [1],
      });
      await run.run();
      const expected = before.slice();
      expected[7 * 4] = loss.reduce((a, b) => a + b, 0) / (size + 0.5);
      assertClose(run.get(ring), expected, tolerance(size, 5) / size, "ring");
    }));
}

// Unclipped, longer and shorter than the clip.
const norms = [
  [4, 0],
  [252, 0],
  [256, 5],
  [260, 1000],
  [64 * 256, 0],
  [65 * 256 + 4, 0],
  [300 * 256, 0.1],
];
for (const [size, clip] of norms) {
  Deno.test(`gradient norm of ${size} values, clipped at ${clip}`, () =>
    GuardedRun.with(async (run) => {
      const gradient = draws(size, 1, -3, 3);
      const partials = Math.ceil(size / 256);
      const partial = run.recorder.transient("partial", [partials]);
      const state = new Uint32Array(16);
      state[3] = 2;
      const ring = run.place("ring", [4, 4], draws(16, 2));
      const guard = run.place("guard", [4], Uint32Array.of(9, 9, 9, 9));
      run.recorder.dispatch("gradient_norm_partial", {
        tensors: { gradient: run.place("gradient", [size], gradient), partial },
        dims: { size: size / 4, partials },
        grid: gridFor(partials, 64),
      });
      run.recorder.dispatch("gradient_norm", {
        tensors: { partial, state: run.place("state", [16], state), ring, guard },
        dims: { partials, clip },
        grid: [1],
      });
      await run.run();
      const squares = gradient.map((value) => value * value);
      const sums = new Float64Array(partials);
      squares.forEach((value, j) => sums[j >> 8] += value);
      assertClose(run.get(partial), sums, tolerance(64, 9), "partial");
      const expected = draws(16, 2);
      const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0));
      expected[9] = norm;
      expected[10] = 0;
      // Squares have one sign, so their sum's relative error is that of its longest chain: 64 + 5 + 6.
      assertClose(run.get(ring), expected, (j) => j === 9 ? 75 * UNIT_ROUNDOFF * norm : 0, "ring");
      const words = new Uint32Array(run.get(guard).buffer);
      assertEquals([words[0], ...words.subarray(2, 4)], [0, 9, 9]);
      const factor = clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1;
      // The error of the norm, and a division.
      assertClose([run.get(guard)[1]], [factor], 80 * UNIT_ROUNDOFF * factor, "factor");
    }));
}

for (const [what, value] of [["NaN", NaN], ["Inf", Infinity], ["-Inf", -Infinity]] as const) {
  Deno.test(`gradient norm: ${what} anywhere sets the guard and the ring's flag`, async () => {
    for (const place of [0, 777, 1023]) {
      await GuardedRun.with(async (run) => {
        const gradient = draws(1024, 1);
        gradient[place] = value;
        const partial = run.recorder.transient("partial", [4]);
        const ring = run.place("ring", [1, 4], [0, 0, 0, 0]);
        const guard = run.place("guard", [4], new Uint32Array(4));
        run.recorder.dispatch("gradient_norm_partial", {
          tensors: { gradient: run.place("gradient", [1024], gradient), partial },
          dims: { size: 256, partials: 4 },
          grid: [1],
        });
        run.recorder.dispatch("gradient_norm", {
          tensors: { partial, state: run.place("state", [16], new Uint32Array(16)), ring, guard },
          dims: { partials: 4, clip: 0 },
          grid: [1],
        });
        await run.run();
        assertEquals(run.get(ring)[2], 1, `at ${place}`);
        assertEquals(new Uint32Array(run.get(guard).buffer)[0], 1, `at ${place}`);
      });
    }
  });
}

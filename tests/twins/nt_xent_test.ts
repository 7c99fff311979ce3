import { assertAlmostEquals, assertThrows } from "@std/assert";
import { ntXent } from "../reference/losses/nt_xent.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

/** N = 4, D = 3: first views sin(0.37k + 0.1), second views cos(0.21k + 0.4), k = 3·row + column. */
function goldenEmbeddings(): Float64Array {
  const z = new Float64Array(24);
  for (let k = 0; k < 12; k++) {
    z[k] = Math.sin(0.37 * k + 0.1);
    z[12 + k] = Math.cos(0.21 * k + 0.4);
  }
  return z;
}

Deno.test("NT-Xent: golden values at four temperatures", () => {
  for (
    const [temperature, expected] of [
      [0.07, 6.560841990490764],
      [0.1, 4.847044184241203],
      [0.5, 1.8549723021957674],
      [1, 1.6811131783774664],
    ]
  ) {
    // Double precision on both sides; the order of summation differs.
    assertAlmostEquals(ntXent(goldenEmbeddings(), 3, temperature).loss, expected, 1e-13);
  }
});

Deno.test("NT-Xent: backward is the derivative, for any upstream gradient", () => {
  for (const temperature of [0.07, 0.5]) {
    const z = draws(6 * 5, 1);
    const { gradient } = ntXent(z, 5, temperature, 1.7);
    assertGradient(() => 1.7 * ntXent(z, 5, temperature).loss, z, gradient, `τ ${temperature}`);
  }
});

Deno.test("NT-Xent: the gradient of a row is orthogonal to the row", () => {
  const z = goldenEmbeddings();
  const { gradient } = ntXent(z, 3, 0.1);
  for (let r = 0; r < 8; r++) {
    const row = (a: Float64Array) => a.subarray(3 * r, 3 * r + 3);
    assertAlmostEquals(dot(row(gradient), row(z)), 0, 1e-13);
  }
});

Deno.test("NT-Xent: only directions count", () => {
  const z = goldenEmbeddings();
  const scaled = z.map((value, j) => value * (1 + Math.floor(j / 3)));
  assertAlmostEquals(ntXent(scaled, 3, 0.1).loss, ntXent(z, 3, 0.1).loss, 1e-13);
});

Deno.test("NT-Xent: a permutation of the records changes nothing, of one view it does", () => {
  const z = goldenEmbeddings();
  const order = [2, 0, 3, 1];
  const permute = (first: number[], second: number[]) => {
    const result = new Float64Array(24);
    for (let r = 0; r < 4; r++) {
      result.set(z.subarray(3 * first[r], 3 * first[r] + 3), 3 * r);
      result.set(z.subarray(12 + 3 * second[r], 15 + 3 * second[r]), 12 + 3 * r);
    }
    return ntXent(result, 3, 0.1).loss;
  };
  const loss = ntXent(z, 3, 0.1).loss;
  assertAlmostEquals(permute(order, order), loss, 1e-13);
  if (Math.abs(permute(order, [0, 1, 2, 3]) - loss) < 1e-3) {
    throw new Error("The pairing of the views does not matter");
  }
});

Deno.test("NT-Xent: exchanging the views changes nothing", () => {
  const z = goldenEmbeddings();
  const exchanged = new Float64Array(24);
  exchanged.set(z.subarray(12));
  exchanged.set(z.subarray(0, 12), 12);
  assertAlmostEquals(ntXent(exchanged, 3, 0.1).loss, ntXent(z, 3, 0.1).loss, 1e-13);
});

Deno.test("NT-Xent: equal, mutually orthogonal views give ln(1 + (2N − 2)·e^{−1/τ})", () => {
  const pairs = 4;
  const z = new Float64Array(2 * pairs * pairs);
  for (let r = 0; r < 2 * pairs; r++) z[r * pairs + (r % pairs)] = 3;
  for (const temperature of [0.1, 0.5, 1]) {
    const expected = Math.log1p((2 * pairs - 2) * Math.exp(-1 / temperature));
    assertAlmostEquals(ntXent(z, pairs, temperature).loss, expected, 1e-14);
  }
});

Deno.test("NT-Xent: all rows equal give ln(2N − 1), and so do all rows zero", () => {
  const collapsed = Float64Array.from({ length: 10 * 3 }, (_, j) => [0.3, -2, 0.7][j % 3]);
  assertAlmostEquals(ntXent(collapsed, 3, 0.07).loss, Math.log(9), 1e-13);
  assertAlmostEquals(ntXent(new Float64Array(30), 3, 0.07).loss, Math.log(9), 1e-13);
});

Deno.test("NT-Xent: one pair has nothing to tell apart, loss 0", () => {
  assertAlmostEquals(ntXent(draws(6, 3), 3, 0.07).loss, 0, 1e-15);
});

Deno.test("NT-Xent: a small temperature does not overflow", () => {
  const { loss, gradient } = ntXent(goldenEmbeddings(), 3, 1e-3);
  if (!Number.isFinite(loss) || !gradient.every(Number.isFinite)) throw new Error(`${loss}`);
});

Deno.test("NT-Xent: an odd number of rows is refused", () => {
  assertThrows(() => ntXent(new Float64Array(9), 3, 0.1), RangeError, "even number of rows");
});

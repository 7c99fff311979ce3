/** Sign flips and permuted labels. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { labelPermutationTest } from "../../src/stats/label_permutation_test.ts";
import { signFlipTest } from "../../src/stats/sign_flip_test.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("exact p-values agree with SciPy", () => {
  for (const { a, b, d, labels, signs } of cases("permutation")) {
    const found = d === undefined ? labelPermutationTest(a, b) : signFlipTest(d);
    assert(found.exact);
    assertAgrees(found.pValue, labels ?? signs, `${a ?? d}`);
  }
});

Deno.test("random rearrangements come near the exact p, and repeat with their seed", () => {
  const differences = Array.from({ length: 17 }, (_, i) => Math.sin(3 * i) + 0.35);
  const first = signFlipTest(differences, { seed: 1 });
  assertEquals([first.exact, first.resamples], [false, 9999]);
  assertEquals(signFlipTest(differences, { seed: 1 }), first);
  assert(signFlipTest(differences, { seed: 2 }).pValue !== first.pValue);
  // The exact p of the same differences, by hand.
  let asFar = 0;
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  for (let signs = 0; signs < 2 ** 17; signs++) {
    let sum = 0;
    for (let i = 0; i < 17; i++) sum += signs >> i & 1 ? -differences[i] : differences[i];
    if (Math.abs(sum) >= observed - 1e-9) asFar++;
  }
  const exact = asFar / 2 ** 17;
  // Five standard errors of 9,999 draws, doubled since the tail is.
  const bound = 2 * 5 * Math.sqrt(exact * (1 - exact) / 9999);
  assert(Math.abs(first.pValue - exact) < bound, `${first.pValue}, exact ${exact}`);

  const groups = [differences, differences.map((value, i) => value - 0.5 + 0.1 * i)] as const;
  const labels = labelPermutationTest(...groups, { resamples: 2000, seed: 3 });
  assertEquals([labels.exact, labels.resamples], [false, 2000]);
  assertEquals(labelPermutationTest(...groups, { resamples: 2000, seed: 3 }), labels);
});

Deno.test("the observed arrangement counts, so p is never 0", () => {
  const large = Array.from({ length: 40 }, (_, i) => 10 + i / 100);
  assertEquals(signFlipTest(large, { resamples: 99 }).pValue, 0.02);
  const small = large.map((value) => value - 9);
  assertEquals(labelPermutationTest(large, small, { resamples: 99 }).pValue, 0.02);
});

Deno.test("equal values, empty groups, not finite", () => {
  assertEquals(signFlipTest([0, 0, 0]).pValue, 1);
  assertEquals(labelPermutationTest([0.1, 0.1, 0.1], [0.1, 0.1]).pValue, 1);
  assertEquals(signFlipTest([5]).pValue, 1);
  assertThrows(() => signFlipTest([]), RangeError, "got 0 values");
  assertThrows(() => labelPermutationTest([1], []), RangeError, "got 0 values");
  assertThrows(() => labelPermutationTest([1], [NaN]), RangeError, "value 0 is NaN");
  assertThrows(() => signFlipTest([1], { resamples: 0 }), RangeError, "draw 0 rearrangements");
});

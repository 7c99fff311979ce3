import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { dropoutFactors } from "../reference/layers/dropout.ts";

const at = { seed: 1, step: 0, layer: 0, probability: 0.3 };

Deno.test("dropout: factors have mean 1, and p of them are 0", () => {
  const size = 40_000;
  const factors = dropoutFactors(size, at);
  assertEquals(new Set(factors), new Set([0, 1 / 0.7]));
  // The share of zeros has a deviation of √(0.3 · 0.7 / 40,000) = 0.0023.
  const zeros = factors.filter((factor) => factor === 0).length / size;
  assertAlmostEquals(zeros, 0.3, 0.01);
});

Deno.test("dropout: nothing falls out at probability 0", () => {
  assertEquals(new Set(dropoutFactors(1000, { ...at, probability: 0 })), new Set([1]));
});

Deno.test("dropout: a function of seed, step and layer, each with draws of its own", () => {
  const factors = dropoutFactors(64, at);
  assertEquals(dropoutFactors(64, at), factors);
  for (const other of [{ seed: 2 }, { step: 1 }, { layer: 1 }]) {
    assertNotEquals(dropoutFactors(64, { ...at, ...other }), factors);
  }
});

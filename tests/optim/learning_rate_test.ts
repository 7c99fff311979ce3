import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { scheduledRate } from "../../src/optim/learning_rate.ts";

// Rates of the first steps as torch.optim.lr_scheduler.CosineAnnealingLR(T_max=8) of PyTorch 1.13 gave
// them from 1e-3.
const COSINE = [
  1e-3,
  9.619397662556434e-4,
  8.535533905932738e-4,
  6.913417161825451e-4,
  5.000000000000001e-4,
  3.086582838174552e-4,
  1.464466094067263e-4,
  3.8060233744356646e-5,
  0,
];

Deno.test("the cosine gives PyTorch's rates", () => {
  for (const [step, rate] of COSINE.entries()) {
    // PyTorch multiplies from step to step: a few roundings of numbers up to 1e-3.
    assertAlmostEquals(scheduledRate("cosine", 1e-3, step, 8), rate, 5e-19);
  }
});

Deno.test("the cosine ends at 0 and stays there; a constant needs no number of steps", () => {
  assertEquals(scheduledRate("cosine", 1e-3, 8, 8), 0);
  assertEquals(scheduledRate("cosine", 1e-3, 9, 8), 0);
  assertEquals(scheduledRate("constant", 1e-3, 9, 0), 1e-3);
  assertThrows(() => scheduledRate("cosine", 1e-3, 0, 0), RangeError, "number of steps, got 0");
});

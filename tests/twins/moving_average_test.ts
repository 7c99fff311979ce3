import { assertAlmostEquals, assertEquals } from "@std/assert";
import { movingAverageStep } from "../reference/optim/moving_average.ts";

Deno.test("moving average: a constant source is approached as 1 − momentum^steps", () => {
  const average = Float64Array.of(0, 5);
  for (let step = 0; step < 1380; step++) movingAverageStep(average, Float64Array.of(1, 5), 0.999);
  assertAlmostEquals(average[0], 1 - 0.999 ** 1380, 1e-12); // three quarters
  assertEquals(average[1], 5);
});

Deno.test("moving average: momentum 0 copies, momentum 1 keeps", () => {
  const average = Float64Array.of(0.1, -3);
  movingAverageStep(average, Float64Array.of(7, 8), 1);
  assertEquals(average, Float64Array.of(0.1, -3));
  movingAverageStep(average, Float64Array.of(7, 8), 0);
  assertEquals(average, Float64Array.of(7, 8));
});

import { assertEquals } from "@std/assert";
import { describeCondition, sweepConditions } from "../../../src/data/signals/conditions.ts";

Deno.test("sweepConditions(): clean, then each axis alone, ascending, without repetition", () => {
  assertEquals(
    sweepConditions([0.5, 0, 0.1, 0.5], [0.3, 0.2]).map(({ noiseStd, maskRatio }) => [
      noiseStd,
      maskRatio,
    ]),
    [[0, 0], [0.1, 0], [0.5, 0], [0, 0.2], [0, 0.3]],
  );
  assertEquals(sweepConditions([0, 0], [0]), [{ noiseStd: 0, maskRatio: 0 }]);
});

Deno.test("conditions in words", () => {
  for (
    const [noiseStd, maskRatio, words] of [
      [0, 0, "clean"],
      [0.1, 0.25, "noise 0.1 mV, 25% zeroed"],
      [0, 0.29, "29% zeroed"],
      [0, 0.125, "12.5% zeroed"],
    ] as const
  ) assertEquals(describeCondition({ noiseStd, maskRatio }), words);
});

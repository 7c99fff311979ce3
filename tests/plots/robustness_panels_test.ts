import { assertEquals } from "@std/assert";
import { robustnessPanels } from "../../src/plots/robustness_panels.ts";
import { sweepConditions } from "../../src/data/signals/conditions.ts";

/** Points with made-up scores: 0.9 clean, 0.05 less for each further condition. */
const curve = (noiseStds: number[], maskRatios: number[]) => ({
  name: "a.pt",
  points: sweepConditions(noiseStds, maskRatios).map((condition, i) => {
    const estimate = 0.9 - 0.05 * i;
    return { ...condition, auroc: { estimate, low: estimate - 0.02, high: estimate + 0.03 } };
  }),
});

Deno.test("a panel for each axis that was swept, the clean record in both", () => {
  const [noise, gaps] = robustnessPanels([curve([0.1, 0.2], [0.3])]);
  assertEquals(noise.x.title, "Noise (standard deviation, mV)");
  assertEquals(noise.series[0].x, [0, 0.1, 0.2]);
  assertEquals(noise.series[0].y, [0.9, 0.85, 0.8]);
  assertEquals(gaps.x.title, "Zeroed part of the record");
  assertEquals(gaps.series[0].x, [0, 0.3]);
  assertEquals(robustnessPanels([curve([0.1], [])]).length, 1);
  assertEquals(robustnessPanels([curve([], [])]), []);
});

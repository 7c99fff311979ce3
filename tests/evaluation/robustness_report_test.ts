import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { sweepConditions, type SweepPoint } from "../../src/evaluation/robustness.ts";
import {
  describeCondition,
  describeSweep,
  sweepChart,
  sweepTable,
} from "../../src/evaluation/robustness_report.ts";

/** Points with made-up scores: 0.9 clean, 0.05 less for each further condition. */
function points(noiseStds: number[], maskRatios: number[]): SweepPoint[] {
  const metrics = (auroc_macro: number, f1_macro: number) => ({
    f1_macro,
    auroc_macro,
    sensitivity_micro: 0.5,
    specificity_micro: 0.5,
  });
  const around = (estimate: number) => ({
    estimate,
    low: estimate - 0.02,
    high: estimate + 0.03,
    resamples: 1000,
  });
  const intervals = (auroc: number, f1: number) => ({
    f1_macro: around(f1),
    auroc_macro: around(auroc),
    sensitivity_micro: around(0.5),
    specificity_micro: around(0.5),
  });
  return sweepConditions(noiseStds, maskRatios).map((condition, i) => ({
    ...condition,
    evaluation: {
      rows: new Int32Array(10),
      probabilities: new Float64Array(50),
      metrics: metrics(0.9 - 0.05 * i, 0.6),
      perClass: [],
      intervals: { overall: intervals(0.9 - 0.05 * i, 0.6), perClass: [] },
      recordsPerSecond: 1,
    },
    ...(i === 0 ? {} : { change: intervals(-0.05 * i, 0) }),
  }));
}

Deno.test("sweep: conditions in words", () => {
  assertEquals(describeCondition({ noiseStd: 0, maskRatio: 0 }), "clean");
  assertEquals(
    describeCondition({ noiseStd: 0.1, maskRatio: 0.25 }),
    "noise 0.1 mV, 25% zeroed",
  );
  assertEquals(describeCondition({ noiseStd: 0, maskRatio: 0.29 }), "29% zeroed");
  assertEquals(describeCondition({ noiseStd: 0, maskRatio: 0.125 }), "12.5% zeroed");
});

Deno.test("sweep: one aligned line a condition", () => {
  assertEquals(sweepTable(points([0.1], [0.3])).split("\n"), [
    "condition      AUROC  95 % interval       F1  AUROC - clean  95 % interval",
    "────────────  ──────  ──────────────  ──────  ─────────────  ────────────────",
    "clean         0.9000  0.880 to 0.930  0.6000",
    "noise 0.1 mV  0.8500  0.830 to 0.880  0.6000        -0.0500  -0.070 to -0.020",
    "30% zeroed    0.8000  0.780 to 0.830  0.6000        -0.1000  -0.120 to -0.070",
  ]);
});

Deno.test("sweep: JSON holds every condition with its change", () => {
  const [clean, noise] = describeSweep(points([0.1], [])) as Record<string, unknown>[];
  assertEquals([clean.noise_std, clean.mask_ratio, clean.change_from_clean], [0, 0, null]);
  assertEquals([noise.noise_std, noise.mask_ratio], [0.1, 0]);
  assertEquals(
    (noise.change_from_clean as Record<string, { estimate: number }>).auroc_macro.estimate,
    -0.05,
  );
});

Deno.test("sweep: a panel for each axis that was swept, the clean record in both", async () => {
  const both = await sweepChart(points([0.1, 0.2], [0.3]), "a.pt on fold 10");
  assertStringIncludes(both, "a.pt on fold 10");
  for (const title of ["Noise (standard deviation, mV)", "Zeroed part of the record"]) {
    assertStringIncludes(both, `>${title}</text>`);
  }
  const marks = (svg: string) => svg.match(/aria-roledescription="point"/g)!.length;
  assertEquals(marks(both), 3 + 2);
  const one = await sweepChart(points([0.1, 0.2], []), "");
  assertEquals(marks(one), 3);
  assert(!one.includes("Zeroed part"));
  assertThrows(() => void sweepChart(points([], []), ""), RangeError, "No panels");
});

import { assertEquals } from "@std/assert";
import {
  compareWithTarget,
  meanClassScores,
  rarestClasses,
} from "../../src/metrics/class_scores.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";

Deno.test("meanClassScores(): a class counts where its metric is defined", () => {
  // Class B has no positives, class C no negatives.
  const labels = [1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1];
  const scores = [0.9, 0.1, 0.8, 0.6, 0.7, 0.9, 0.2, 0.2, 0.4, 0.7, 0.1, 0.6];
  const perClass = perClassMetrics(labels, scores, { classes: 3 });
  const mean = meanClassScores(perClass);
  assertEquals(mean.auroc, multilabelMetrics(labels, scores, { classes: 3 }).auroc_macro);
  assertEquals(mean.sensitivity, (perClass[0].sensitivity + perClass[2].sensitivity) / 2);
  assertEquals(mean.specificity, (perClass[0].specificity + perClass[1].specificity) / 2);
  const nothing = meanClassScores(perClassMetrics([1, 1], [0.2, 0.3], { classes: 1 }));
  assertEquals(nothing.auroc, NaN);
});

Deno.test("rarestClasses(): by positives, ties in the order of the classes", () => {
  const labels = Float32Array.of(1, 0, 0, 1, 1, 0, 1, 0);
  const set = { labels, classNames: ["A", "B", "C", "D"] };
  assertEquals(rarestClasses(set, 2), [1, 2]);
  assertEquals(rarestClasses(set, 9), [1, 2, 3, 0]);
});

Deno.test("compareWithTarget(): the whole interval must lie above", () => {
  assertEquals(compareWithTarget({ estimate: 0.7, low: 0.61 }, 0.6), "reached");
  assertEquals(compareWithTarget({ estimate: 0.7, low: 0.6 }, 0.6), "interval reaches below");
  assertEquals(compareWithTarget({ estimate: 0.6, low: 0.5 }, 0.6), "missed");
  assertEquals(compareWithTarget({ estimate: NaN, low: NaN }, 0.6), "not defined");
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  describeMetrics,
  predictionsCsv,
  renderMetrics,
} from "../../src/evaluation/evaluation_tables.ts";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";

// Class B has negatives only.
const LABELS = [1, 0, 0, 0, 1, 0];
const PROBABILITIES = Float64Array.of(0.9, 0.1, 0.2, 0.3, 0.7, 0.2);
const NAMES = ["A", "B"];
const evaluated = {
  metrics: multilabelMetrics(LABELS, PROBABILITIES, { classes: 2 }),
  perClass: perClassMetrics(LABELS, PROBABILITIES, { classes: 2 }),
  intervals: bootstrapIntervals(LABELS, PROBABILITIES, { classes: 2, seed: 1, resamples: 50 }),
};

Deno.test("renderMetrics(): metrics and classes with intervals; n/a where none is defined", () => {
  const text = renderMetrics(evaluated, NAMES);
  assertStringIncludes(text, "auroc_macro        1.0000  1.000 to 1.000");
  const lines = text.split("\n").map((line) => line.split(/ {2,}/));
  const a = lines.find(([name]) => name === "A")!;
  assertEquals(a.slice(1, 4), ["2", "1.0000", "1.000 to 1.000"]);
  const b = lines.find(([name]) => name === "B")!;
  assertEquals(b.slice(1), ["0", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"]);
});

Deno.test("describeMetrics(): what is not defined is null in the file", () => {
  const file = JSON.parse(JSON.stringify(describeMetrics(evaluated, NAMES)));
  assertEquals(file.metrics.auroc_macro, 1);
  assertEquals(file.intervals_95.auroc_macro.estimate, 1);
  assertEquals(file.per_class.A.support, 2);
  assertEquals(file.per_class.B.auroc, null);
  assertEquals(file.per_class.B.intervals_95.auroc.low, null);
});

Deno.test("predictionsCsv(): ids and probabilities, a column a class", () => {
  const csv = predictionsCsv(
    { rows: Int32Array.of(2, 0), probabilities: Float64Array.of(0.25, 1, 0, 1e-9) },
    { ids: Int32Array.of(7, 8, 9), classNames: NAMES },
  );
  assertEquals(csv.trimEnd().split(/\r?\n/), ["ecg_id,A,B", "9,0.25,1", "7,0,1e-9"]);
});

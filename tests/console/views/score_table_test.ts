import { assertEquals, assertStringIncludes } from "@std/assert";
import { csvTable, metricsTables, scoreTable } from "../../../src/console/views/score_table.ts";
import { describeMetrics, evaluateMetrics } from "../../../src/metrics/evaluated_metrics.ts";

const interval = (estimate: number, low = estimate - 0.02, high = estimate + 0.03) => ({
  estimate,
  low,
  high,
  resamples: 10,
});
const LINES = [
  { name: "clean", auroc: interval(0.9), change: undefined },
  { name: "noise", auroc: interval(0.85), change: interval(-0.05) },
  { name: "one class", auroc: interval(NaN), change: interval(NaN) },
];

Deno.test("scoreTable(): numbers to the right, differences with their sign, n/a, points", () => {
  const table = scoreTable(LINES, [
    { title: "condition", text: ({ name }) => name },
    { title: "AUROC", interval: ({ auroc }) => auroc },
    { title: "change", interval: ({ change }) => change, signed: true },
    { title: "points", score: ({ change }) => change, signed: true, points: true },
    { title: "nobody", interval: () => undefined },
  ]);
  assertEquals(table.split("\n"), [
    "condition   AUROC  95 % interval    change  95 % interval     points",
    "─────────  ──────  ──────────────  ───────  ────────────────  ──────",
    "clean      0.9000  0.880 to 0.930",
    "noise      0.8500  0.830 to 0.880  -0.0500  -0.070 to -0.020   -5.00",
    "one class     n/a  n/a                 n/a  n/a                  n/a",
  ]);
});

Deno.test("csvTable(): an interval has three columns, empty where it is not defined", () => {
  const csv = csvTable(LINES, [
    { title: "name", value: ({ name }) => name },
    { title: "zero", value: () => 0 },
    { title: "change", interval: ({ change }) => change && { ...change, low: -1, high: 1 } },
  ]);
  assertEquals(csv.trimEnd().split(/\r?\n/), [
    "name,zero,change,change_low,change_high",
    "clean,0,,,",
    "noise,0,-0.05,-1,1",
    "one class,0,,-1,1",
  ]);
});

// Class B has negatives only.
const evaluated = evaluateMetrics([1, 0, 0, 0, 1, 0], [0.9, 0.1, 0.2, 0.3, 0.7, 0.2], {
  classes: 2,
  seed: 1,
  resamples: 50,
});

Deno.test("metricsTables(): metrics and classes with intervals; n/a where none is defined", () => {
  const text = metricsTables(evaluated, ["A", "B"]);
  assertStringIncludes(text, "auroc_macro        1.0000  1.000 to 1.000");
  const lines = text.split("\n").map((line) => line.split(/ {2,}/));
  const a = lines.find(([name]) => name === "A")!;
  assertEquals(a.slice(1, 4), ["2", "1.0000", "1.000 to 1.000"]);
  const b = lines.find(([name]) => name === "B")!;
  assertEquals(b.slice(1), ["0", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"]);
});

Deno.test("describeMetrics(): what is not defined is null in the file", () => {
  const file = JSON.parse(JSON.stringify(describeMetrics(evaluated, ["A", "B"])));
  assertEquals(file.metrics.auroc_macro, 1);
  assertEquals(file.intervals_95.auroc_macro.estimate, 1);
  assertEquals(file.per_class.A.support, 2);
  assertEquals(file.per_class.B.auroc, null);
  assertEquals(file.per_class.B.intervals_95.auroc.low, null);
});

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";
import {
  pairedBootstrapIntervals,
  pairedIntervalsAgainstMean,
} from "../../src/metrics/paired_bootstrap.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

/** Two sets of scores that share most of their noise; the second knows less. */
function pair(records: number, classes: number) {
  const random = new CounterRandom(7, Stream.synthetic);
  const labels = new Uint8Array(records * classes);
  const baseline = new Float64Array(labels.length);
  const changed = new Float64Array(labels.length);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  for (let i = 0; i < labels.length; i++) {
    labels[i] = random.uniform() < 0.3 ? 1 : 0;
    const shared = random.normal();
    baseline[i] = sigmoid(shared + 1.4 * labels[i] - 0.6);
    changed[i] = sigmoid(shared + 0.3 * random.normal() + 1.2 * labels[i] - 0.6);
  }
  return { labels, baseline, changed };
}

Deno.test("pairedBootstrapIntervals(): estimates are differences of the metrics", () => {
  const { labels, baseline, changed } = pair(200, 2);
  const { overall, perClass } = pairedBootstrapIntervals(labels, baseline, changed, {
    classes: 2,
    resamples: 20,
  });
  const [before, after] = [baseline, changed].map((scores) => ({
    metrics: multilabelMetrics(labels, scores, { classes: 2 }),
    perClass: perClassMetrics(labels, scores, { classes: 2 }),
  }));
  for (const name of ["f1_macro", "auroc_macro", "sensitivity_micro"] as const) {
    assertEquals(overall[name].estimate, after.metrics[name] - before.metrics[name]);
  }
  perClass.forEach(({ auroc, auprc }, k) => {
    assertEquals(auroc.estimate, after.perClass[k].auroc - before.perClass[k].auroc);
    assertEquals(auprc.estimate, after.perClass[k].auprc - before.perClass[k].auprc);
  });
});

Deno.test("pairedBootstrapIntervals(): what both share cancels", () => {
  const { labels, baseline, changed } = pair(400, 2);
  const options = { classes: 2, seed: 3 };
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  const paired = pairedBootstrapIntervals(labels, baseline, changed, options).overall.auroc_macro;
  const alone = bootstrapIntervals(labels, changed, options).overall.auroc_macro;
  // Independent ones would be √2 times as wide as a single one; a shared score makes them narrow.
  assert(width(paired) < width(alone), `${width(paired)} ${width(alone)}`);
  assert(paired.high < 0 && paired.low < paired.estimate && paired.estimate < paired.high);
  const turned = pairedBootstrapIntervals(labels, changed, baseline, options).overall.auroc_macro;
  // The same differences with the other sign; the quantiles interpolate from the other end.
  assertAlmostEquals(turned.low, -paired.high, 1e-12);
  assertAlmostEquals(turned.high, -paired.low, 1e-12);
});

Deno.test("pairedBootstrapIntervals(): equal predictions differ by exactly nothing", () => {
  const { labels, baseline } = pair(50, 2);
  const { overall, perClass } = pairedBootstrapIntervals(labels, baseline, baseline, {
    classes: 2,
    resamples: 50,
  });
  for (const { estimate, low, high } of [...Object.values(overall), perClass[1].f1]) {
    assertEquals([estimate, low, high], [0, 0, 0]);
  }
});

Deno.test("pairedBootstrapIntervals(): refuses predictions for other records", () => {
  assertThrows(
    () => pairedBootstrapIntervals([0, 1], [0.1, 0.2], [0.1], { classes: 1 }),
    RangeError,
    "2 labels and 1 probabilities",
  );
});

Deno.test("pairedIntervalsAgainstMean(): the mean of several baselines is what counts", () => {
  const { labels, baseline, changed } = pair(150, 2);
  const other = baseline.map((p, i) => i % 3 === 0 ? 1 - p : p);
  const options = { classes: 2, seed: 3, resamples: 40 };
  const against = (baselines: Float64Array[]) =>
    pairedIntervalsAgainstMean(labels, baselines, changed, options);
  assertEquals(
    against([baseline]),
    pairedBootstrapIntervals(labels, baseline, changed, options),
  );
  const [both, one, two] = [[baseline, other], [baseline], [other]].map(against);
  // Sums in another order.
  assertAlmostEquals(
    both.overall.auroc_macro.estimate,
    (one.overall.auroc_macro.estimate + two.overall.auroc_macro.estimate) / 2,
    1e-14,
  );
  assertAlmostEquals(
    both.perClass[1].auprc.estimate,
    (one.perClass[1].auprc.estimate + two.perClass[1].auprc.estimate) / 2,
    1e-14,
  );
  assertThrows(() => against([]), RangeError, "no baselines");
});

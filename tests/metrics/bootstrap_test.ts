import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { quantile } from "../../src/stats/descriptive.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

/** Labels with prevalence 0.3 and normal scores 1.2 standard deviations apart. */
function cohort(records: number, classes: number, seed: number) {
  const random = new CounterRandom(seed, Stream.synthetic);
  const labels = new Uint8Array(records * classes);
  const scores = new Float64Array(records * classes);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = random.uniform() < 0.3 ? 1 : 0;
    scores[i] = 1 / (1 + Math.exp(-(random.normal() + 1.2 * labels[i] - 0.6)));
  }
  return { labels, scores };
}

Deno.test("bootstrapIntervals() estimates are the metrics themselves", () => {
  const { labels, scores } = cohort(200, 3, 1);
  const { overall, perClass } = bootstrapIntervals(labels, scores, { classes: 3, resamples: 20 });
  const metrics = multilabelMetrics(labels, scores, { classes: 3 });
  for (const [name, value] of Object.entries(metrics)) {
    assertEquals(overall[name as keyof typeof metrics].estimate, value);
  }
  perClassMetrics(labels, scores, { classes: 3 }).forEach(({ support: _support, ...scores }, k) => {
    for (const [name, value] of Object.entries(scores)) {
      assertEquals(perClass[k][name as keyof typeof scores].estimate, value, name);
    }
  });
});

Deno.test("bootstrapIntervals() agrees with Hanley and McNeil's standard error of AUROC", () => {
  const { labels, scores } = cohort(400, 1, 2);
  const { auroc } = bootstrapIntervals(labels, scores, { classes: 1 }).perClass[0];
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = labels.length - positives;
  const a = auroc.estimate;
  const q1 = a / (2 - a);
  const q2 = 2 * a * a / (1 + a);
  const error = Math.sqrt(
    (a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a)) /
      (positives * negatives),
  );
  // Their formula assumes exponential scores; on normal ones it is right within some 15 %.
  const ratio = (auroc.high - auroc.low) / (2 * 1.96 * error);
  assert(ratio > 0.8 && ratio < 1.2, `width is ${ratio} of the expected`);
  assert(auroc.low < a && a < auroc.high);
});

Deno.test("bootstrapIntervals() is a function of the seed", () => {
  const { labels, scores } = cohort(50, 2, 3);
  const run = (seed: number) =>
    bootstrapIntervals(labels, scores, { classes: 2, resamples: 50, seed });
  assertEquals(run(1), run(1));
  assert(run(1).overall.auroc_macro.low !== run(2).overall.auroc_macro.low);
});

Deno.test("bootstrapIntervals() leaves out resamples where a class has one label", () => {
  // One positive in eight: absent from a resample with probability (7/8)^8 = 0.34.
  const labels = [1, 0, 0, 0, 0, 0, 0, 0];
  const scores = [0.6, 0.1, 0.2, 0.7, 0.3, 0.1, 0.2, 0.4];
  const { overall, perClass } = bootstrapIntervals(labels, scores, { classes: 1 });
  const { resamples } = perClass[0].auroc;
  assert(resamples > 600 && resamples < 720, `${resamples}: mean 656, standard deviation 15`);
  assertEquals(overall.auroc_macro.resamples, resamples);
  assertEquals(overall.specificity_micro.resamples, 1000);
  const none = bootstrapIntervals([0, 0], [0.1, 0.2], { classes: 1, resamples: 5 });
  assertEquals(none.perClass[0].auroc, { estimate: NaN, low: NaN, high: NaN, resamples: 0 });
});

Deno.test("bootstrapIntervals() is quick on a whole test fold", () => {
  const { labels, scores } = cohort(2198, 5, 4);
  const start = performance.now();
  bootstrapIntervals(labels, scores, { classes: 5 });
  const seconds = (performance.now() - start) / 1000;
  // About 0.3 s alone on one core; twenty times that on a busy machine still is no sort a resample.
  assert(seconds < 6, `${seconds} s`);
});

Deno.test("bootstrapIntervals() over clusters: copies of a record tell nothing new", () => {
  const { labels, scores } = cohort(60, 1, 6);
  const copies = 7;
  const repeat = <T>(values: ArrayLike<T>) =>
    Array.from({ length: copies * values.length }, (_, i) => values[i % values.length]);
  const options = { classes: 1, seed: 3, resamples: 200 };
  const alone = bootstrapIntervals(labels, scores, options);
  // Any numbers name the clusters; those of one cluster need not stand together.
  const clusters = repeat(Array.from(labels, (_, i) => 1000 - 3 * i));
  const drawn = (extra: object) =>
    bootstrapIntervals(repeat(labels), repeat(scores), { ...options, ...extra });
  const clustered = drawn({ clusters });
  for (const name of ["f1_macro", "auroc_macro", "sensitivity_micro"] as const) {
    for (const end of ["estimate", "low", "high", "resamples"] as const) {
      // Sensitivity divides by a count plus 1e-8.
      assertAlmostEquals(clustered.overall[name][end], alone.overall[name][end], 1e-9);
      // A sum of ratios: rounding.
      assertAlmostEquals(clustered.perClass[0].auprc[end], alone.perClass[0].auprc[end], 1e-12);
    }
  }
  // Drawn one by one, seven copies pretend to seven times the records: √7 = 2.6 times narrower.
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  const ratio = width(alone.perClass[0].auroc) / width(drawn({}).perClass[0].auroc);
  // An end of 200 resamples is uncertain by some 10 %.
  assert(ratio > 2 && ratio < 3.3, `${ratio}`);
});

Deno.test("bootstrapIntervals(): records that are clusters of their own are drawn as ever", () => {
  const { labels, scores } = cohort(40, 2, 7);
  const options = { classes: 2, seed: 5, resamples: 50 };
  const clusters = Array.from({ length: 40 }, (_, record) => -record);
  assertEquals(
    bootstrapIntervals(labels, scores, { ...options, clusters }),
    bootstrapIntervals(labels, scores, options),
  );
});

Deno.test("bootstrapIntervals() refuses bad options", () => {
  const run = (options: object) => () =>
    bootstrapIntervals([0, 1], [0, 1], { classes: 1, ...options });
  assertThrows(run({ resamples: 0 }), RangeError, "0 resamples");
  assertThrows(run({ level: 1 }), RangeError, "level 1");
  assertThrows(run({ clusters: [1] }), RangeError, "got 1 for 2 records");
});

Deno.test("quantile() interpolates as R's type 7", () => {
  const a = [.8712, .8734, .8698, .8751, .8689, .8725, .8741, .8703, .8719, .8705].sort();
  assertAlmostEquals(quantile(a, 0.025), 0.8691025, 1e-12); // rounding of one product
  assertAlmostEquals(quantile(a, 0.975), 0.874875, 1e-12);
  assertEquals(quantile([3], 0.9), 3);
  assertEquals(quantile([], 0.5), NaN);
});

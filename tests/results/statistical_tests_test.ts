import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../src/errors.ts";
import {
  readSeedResults,
  type SeedConfiguration,
  type SeedResults,
} from "../../src/results/seed_results.ts";
import { runStatisticalTests } from "../../src/results/statistical_tests.ts";
import { significanceStars } from "../../src/results/report/comparison_sections.ts";
import { renderText } from "../../src/results/report/plain_text.ts";
import {
  significanceFigure,
  statisticalReport,
} from "../../src/results/report/statistical_report.ts";
import { rewriteResults, writeSmallResults } from "./small_seed_results.ts";

/** A configuration with these values of one metric. */
function configuration(
  name: string,
  method: string,
  values: Record<number, number>,
): SeedConfiguration {
  const runs = Object.entries(values)
    .map(([seed, f1_macro]) => ({ seed: Number(seed), metrics: { f1_macro } }));
  return { name, method, runs };
}

const FIVE = { 1: 0.5, 2: 0.52, 3: 0.51, 4: 0.53, 5: 0.5 };
const BETTER = { 1: 0.6, 2: 0.61, 3: 0.62, 4: 0.63, 5: 0.61 };

function results(...configurations: SeedConfiguration[]): SeedResults {
  return { path: "results.json", configurations };
}

const three = results(
  configuration("bce_standard", "supervised", FIVE),
  configuration("focal_oversample", "supervised", FIVE),
  configuration("byol_bce_standard", "byol", BETTER),
);

Deno.test("the baseline: a configuration, a method, supervised, ssl", () => {
  const of = (baseline?: string) => {
    const tests = runStatisticalTests(three, { baseline });
    return [tests.baseline, tests.baseline_choice, tests.comparisons.length];
  };
  assertEquals(of(), ["bce_standard", "the first of 2 supervised configurations", 2]);
  assertEquals(of("ssl"), ["byol_bce_standard", "the only self-supervised configuration", 2]);
  assertEquals(of("byol"), ["byol_bce_standard", "the only byol configuration", 2]);
  assertEquals(of("focal_oversample")[1], "the configuration focal_oversample");
  const error = assertThrows(() => of("focal_oversampl"), UsageError, "is not among the results");
  assertStringIncludes(error.message, "Is focal_oversample meant?");
  const named = results(
    configuration("simclr", "simclr", FIVE),
    configuration("supervised", "other", BETTER),
  );
  assertEquals(runStatisticalTests(named).baseline_choice, "the configuration supervised");
});

Deno.test("paired by common seeds, in the order of seeds, whatever the order of the file", () => {
  const { comparisons: [{ seeds, paired, metrics, notes }] } = runStatisticalTests(results(
    configuration("base", "supervised", { ...FIVE, 9: 0 }),
    {
      ...configuration("a", "simclr", BETTER),
      runs: configuration("a", "simclr", BETTER).runs.toReversed(),
    },
  ));
  assertEquals([seeds, paired], [[1, 2, 3, 4, 5], true]);
  assertEquals(metrics.f1_macro.method2.n, 5, "seed 9 has no partner");
  assertEquals(metrics.f1_macro.improvement.toFixed(10), (0.102).toFixed(10));
  assertEquals(notes[0], "Seeds that only one of the two has were left out: 9");
});

Deno.test("without two common seeds: independent groups, and the notes say so", () => {
  const apart = (values: Record<number, number>) =>
    runStatisticalTests(results(
      configuration("base", "supervised", FIVE),
      configuration("a", "simclr", values),
    )).comparisons[0];
  const none = apart({ 6: 0.6, 7: 0.61, 8: 0.62 });
  assertEquals([none.paired, none.seeds], [false, []]);
  assertEquals(none.metrics.f1_macro.test_result?.test, "Mann-Whitney U test");
  assertEquals(none.notes, [
    "No seed is common: compared as independent groups of 3 and 5",
    "No comparison by records: no seed is common",
  ]);
  const one = apart({ 1: 0.6, 7: 0.61 });
  assertEquals([one.paired, one.seeds], [false, [1]]);
  assertStringIncludes(one.notes[0], "Only one seed is common");
});

Deno.test("one seed each: described, not tested", () => {
  const tests = runStatisticalTests(results(
    configuration("base", "supervised", { 1: 0.5 }),
    configuration("a", "simclr", { 1: 0.6 }),
  ));
  const [{ metrics, notes, paired }] = tests.comparisons;
  assertEquals([paired, metrics.f1_macro.test_result], [true, null]);
  assertStringIncludes(notes[0], "One seed only");
  const text = renderText(statisticalReport(tests), 96);
  assertStringIncludes(text, "f1_macro: higher by 10 points (+20.00 %); too few values to test");
  assert(!/NaN|undefined|Infinity/.test(text), text);
});

Deno.test("one seed each, with predictions: records are compared all the same", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const json = writeSmallResults(folder);
    for (const runs of Object.values<unknown[]>(json.individual_results)) runs.splice(1);
    rewriteResults(folder, json);
    const [{ delong, bootstrap_records, metrics }] =
      runStatisticalTests(readSeedResults(`${folder}/results`)).comparisons;
    assert(delong !== null && bootstrap_records !== null);
    assertEquals(metrics.f1_macro.test_result, null);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("missing values are counted in the notes, and reports show no NaN", () => {
  const tests = runStatisticalTests(results(
    configuration("base", "supervised", { ...FIVE, 2: NaN }),
    configuration("a", "simclr", BETTER),
    configuration("empty", "simclr", { 1: NaN, 2: NaN }),
  ));
  const [a, empty] = tests.comparisons;
  assertStringIncludes(a.notes[0], "f1_macro: 1 pair without a number left out");
  assertEquals(a.metrics.f1_macro.method1.n, 4);
  assertEquals(empty.metrics.f1_macro.test_result, null);
  const text = renderText(statisticalReport(tests), 96);
  assertStringIncludes(text, "f1_macro: one of the two has no values");
  assert(!/NaN|undefined|Infinity/.test(text), text);
  const figure = significanceFigure(tests)!;
  assertEquals(figure.comparisons.map(({ rows }) => rows.length), [1, 1]);
});

Deno.test("a constant gain has no spread: ranks decide, and the report stays readable", () => {
  const shifted = Object.fromEntries(Object.entries(FIVE).map(([seed, v]) => [seed, v + 0.1]));
  const tests = runStatisticalTests(results(
    configuration("base", "supervised", FIVE),
    configuration("a", "simclr", shifted),
  ));
  const text = renderText(statisticalReport(tests), 96);
  assertStringIncludes(text, "Wilcoxon signed-rank test");
  assert(!/NaN|undefined/.test(text), text);
});

Deno.test("stars, and the decision after Holm's correction", () => {
  const stars = [0.0009, 0.001, 0.0099, 0.01, 0.049, 0.05, 1, NaN].map(significanceStars);
  assertEquals(stars, ["***", "**", "**", "*", "*", "ns", "ns", ""]);
  const text = renderText(statisticalReport(runStatisticalTests(three)), 96);
  assertStringIncludes(text, "f1_macro: equal on average, not significant (p = 1.0000)");
  assert(
    /f1_macro: higher by 10\.2 points \(\+19\.92 %\), significant after Holm's/.test(text),
    text,
  );
});

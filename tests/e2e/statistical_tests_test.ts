/** statistical-tests as a user runs it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rewriteResults, SEEDS, writeSmallResults } from "../results/small_seed_results.ts";
import { inRepository } from "../support/paths.ts";
import { Playground } from "./command_line.ts";

const METRICS = ["auroc_macro", "f1_macro", "sensitivity_micro", "specificity_micro"];
const FILES = [
  "report.md",
  "report.txt",
  "significance_comparison.png",
  "significance_comparison.svg",
  "statistical_tests.json",
];

/** A new folder; this command needs no cohort. */
const inFolder = (body: (ground: Playground) => Promise<void>) => Playground.with(body, 1);

function files(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("results of train-multiseed: report, Markdown, JSON, SVG, PNG", () =>
  inFolder(async (ground) => {
    const { individual_results } = writeSmallResults(ground.folder);
    const out = await ground.succeed("statistical-tests", ["--results-dir", "results"]);
    const folder = ground.path("analysis/statistical_tests");
    assertEquals(files(folder), FILES);
    const text = Deno.readTextFileSync(`${folder}/report.txt`);
    assert(out.startsWith(text), "the report is what was printed");
    const json = ground.json("analysis/statistical_tests/statistical_tests.json");
    assertEquals([json.alpha, json.baseline], [0.05, "bce_standard"]);
    assertEquals(json.source, "results/phase2_multiseed_results.json");
    assert(!Number.isNaN(Date.parse(json.timestamp)));
    // deno-lint-ignore no-explicit-any -- a file with many fields
    const [focal, simclr] = json.comparisons as any[];
    assertEquals([focal.method1, simclr.method1], ["focal_oversample", "simclr_bce_standard"]);
    assertEquals([simclr.method2, simclr.paired, simclr.seeds], ["bce_standard", true, SEEDS]);
    assertEquals(Object.keys(simclr.metrics), METRICS);
    for (const metric of METRICS) {
      const found = simclr.metrics[metric];
      const mean = (name: string) =>
        individual_results[name]
          .reduce((sum: number, run: Record<string, number>) => sum + run[metric], 0) /
        SEEDS.length;
      const improvement = mean("simclr_bce_standard") - mean("bce_standard");
      assertEquals(found.improvement.toFixed(12), improvement.toFixed(12));
      const [low, high] = found.interval_95;
      assert(low < improvement && improvement < high);
      assert(found.p_holm >= found.test_result.p_value && found.p_holm < 0.05);
      assertStringIncludes(text, `${metric}: higher by `);
      for (const key of ["paired_t", "wilcoxon", "permutation", "mann_whitney"]) {
        assert("statistic" in found[key] && "p_value" in found[key]);
      }
      assertEquals(found.welch_t, null);
      assert(found.normality.differences.p_value > 0 && found.smallest_detectable_difference > 0);
      assertEquals(found.bootstrap_seeds.length, 2);
    }
    assertEquals(Object.keys(simclr.delong.classes), ["NORM", "MI", "CD"]);
    assertEquals(Object.keys(simclr.bootstrap_records), METRICS);
    assertEquals(simclr.notes, []);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/report.md`), "| auroc_macro |");
    const svg = Deno.readTextFileSync(`${folder}/significance_comparison.svg`);
    for (const part of [">simclr_bce_standard</text>", "n = 6 paired seeds", "alpha = 0.05"]) {
      assertStringIncludes(svg, part);
    }
    assert(![text, svg].some((each) => /NaN|undefined|Infinity/.test(each)));
    const png = ground.bytes("analysis/statistical_tests/significance_comparison.png");
    assertEquals([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);

    // Another baseline turns the signs; the same command gives the same numbers.
    const turned = ["--results-dir", "results", "--baseline", "ssl", "--output-dir", "turned"];
    await ground.succeed("statistical-tests", turned);
    const other = ground.json("turned/statistical_tests.json");
    assertEquals(other.baseline, "simclr_bce_standard");
    const [bce] = other.comparisons;
    assertEquals(bce.metrics.f1_macro.improvement, -simclr.metrics.f1_macro.improvement);
    assertEquals(
      bce.metrics.f1_macro.test_result.p_value,
      simclr.metrics.f1_macro.test_result.p_value,
    );
  }));

Deno.test("a table of scores: pairs by seed, a seed without a partner, a score without a number", () =>
  inFolder(async (ground) => {
    const rows = [1, 2, 3, 4].flatMap((seed) => [
      `supervised,${seed},${0.8 + seed / 100},0.5`,
      `simclr,${seed},${0.83 + (seed % 2) / 100},${seed === 2 ? "nan" : 0.55 + seed / 200}`,
    ]);
    const table = ["method,seed,auroc,f1", ...rows, "simclr,9,0.9,0.9"].join("\n");
    Deno.writeTextFileSync(ground.path("scores.csv"), `${table}\n`);
    const args = ["--results-dir", "scores.csv", "--alpha", 0.1, "--output-dir", "out"];
    const out = await ground.succeed("statistical-tests", args);
    const { comparisons: [found], alpha } = ground.json("out/statistical_tests.json");
    assertEquals([found.seeds, alpha], [[1, 2, 3, 4], 0.1]);
    assertEquals([found.metrics.auroc.method1.n, found.metrics.f1.method1.n], [4, 3]);
    assertEquals([found.delong, found.bootstrap_records], [null, null]);
    assertEquals(found.notes, [
      "Seeds that only one of the two has were left out: 9",
      "f1: 1 pair without a number left out",
      "No comparison by records: the run of seed 1 names no folder",
    ]);
    for (const note of found.notes) assertStringIncludes(out, note);
  }));

Deno.test("figures of a paper: the arithmetic of those published for the reference", () =>
  inFolder(async (ground) => {
    const args = [
      "--results-dir",
      inRepository("docs/published-figures.json"),
      "--output-dir",
      "out",
    ];
    const out = (await ground.succeed("statistical-tests", args)).replaceAll(/\s+/g, " ");
    for (
      const statement of [
        // The gain in F1 is relative, and not in points.
        "f1_macro: 0.5750 to 0.6448, +12.14 % relative, +6.98 points; simclr is above supervised",
        // The interval is no interval of the mean.
        "half-width of 0.0046 = 1.4375 SD. It fits a percentile range of the seeds, not a " +
        "confidence interval of the mean",
        "t interval of the mean 0.0023 (0.8694 to 0.8740), normal interval of the mean 0.0020, " +
        "normal range of the seeds 0.0063",
        "1.54 SD (SD with n)",
        // Means over seeds are single runs.
        "auroc_macro and f1_macro: the mean over seeds equals the single run to the last digit",
        // The weak single run of the headline.
        "the single run 0.8606 is 2.7 SD below the mean over seeds of the same method, 0.8699",
        // No significant difference.
        "Welch t = 1.16 to 1.22, p = 0.24 to 0.26, d = 0.52 to 0.55",
        "auroc_macro: higher by 0.18 points (+0.21 %), not significant (p = 0.2386)",
        // BYOL.
        "auroc_macro: 0.8606 to 0.8565, -0.48 % relative, -0.41 points; byol is below supervised",
      ]
    ) {
      assertStringIncludes(out, statement);
    }
    assertEquals(files(ground.path("out")), FILES);
    const { comparisons, published } = ground.json("out/statistical_tests.json");
    assertEquals(comparisons[0].metrics.auroc_macro.method1.median, null);
    assertEquals(comparisons[1].metrics, {});
    assertEquals(published.simclr.intervals.auroc_macro.fits, "percentile range of the seeds");
  }));

Deno.test("bad input: a message, no stack, nothing written", () =>
  inFolder(async (ground) => {
    writeSmallResults(ground.folder);
    const fails = async (code: number, message: string, ...args: (string | number)[]) => {
      const { code: found, out, error } = await ground.run("statistical-tests", args);
      assertStringIncludes(error, message);
      assert(!error.includes("    at "), error);
      assertEquals([found, out], [code, ""]);
    };
    const from = (name: string) => ["--results-dir", name];
    await fails(1, "Give --results-dir the folder", ...from("nowhere"));
    await fails(
      2,
      "--alpha was given 1: give a number in (0, 1)",
      ...from("results"),
      "--alpha",
      1,
    );
    await fails(2, "baseline simclrr is not", ...from("results"), "--baseline", "simclrr");
    Deno.writeTextFileSync(ground.path("half.json"), '{"individual_results": {"a"');
    await fails(1, "half.json: it is not valid JSON", ...from("half.json"));
    Deno.writeTextFileSync(ground.path("bad.csv"), "method,seed,f1\na,1,high\n");
    await fails(1, 'bad.csv, line 2: f1 is "high"', ...from("bad.csv"));
    await fails(1, "Cannot write", ...from("results"), "--output-dir", "half.json");
    assert(!files(ground.folder).includes("analysis"));
  }));

Deno.test("what cannot be tested is said, beside what can", () =>
  inFolder(async (ground) => {
    const results = writeSmallResults(ground.folder);
    const all = results.individual_results;
    all.focal_oversample.splice(0, 3);
    all.bce_standard.splice(3);
    for (const run of all.simclr_bce_standard) run.f1_macro = null;
    rewriteResults(ground.folder, results);
    const out = await ground.succeed("statistical-tests", ["--results-dir", "results"]);
    const [apart, missing] = ground.json("analysis/statistical_tests/statistical_tests.json")
      .comparisons;
    assertEquals([apart.paired, apart.seeds, apart.delong], [false, [], null]);
    assertEquals(apart.metrics.f1_macro.test_result.test, "Mann-Whitney U test");
    assertStringIncludes(out, "No seed is common: compared as independent groups of 3 and 3");
    assertEquals([missing.paired, missing.metrics.f1_macro.improvement], [true, null]);
    assert(missing.metrics.auroc_macro.p_holm < 1);
    assertStringIncludes(out, "f1_macro: one of the two has no values");
    assert(!/NaN|undefined/.test(out));
  }));

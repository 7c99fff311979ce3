import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { comparePredictions } from "../../src/results/compare_predictions.ts";
import { readSeedResults, type SeedRun } from "../../src/results/seed_results.ts";
import { readTestPredictions } from "../../src/results/test_predictions.ts";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { pairedBootstrapIntervals } from "../../src/metrics/paired_bootstrap.ts";
import { auroc } from "../../src/metrics/ranking.ts";
import { holm } from "../../src/stats/holm.ts";
import { CLASSES, RECORDS, writeSmallResults } from "./small_seed_results.ts";

/** Runs of SimCLR and of the baseline, with their files. */
function withRuns(
  body: (simclr: SeedRun[], baseline: SeedRun[], path: string, folder: string) => void,
): void {
  const folder = Deno.makeTempDirSync();
  try {
    writeSmallResults(folder);
    const results = readSeedResults(`${folder}/results`);
    if (!("configurations" in results)) throw new Error("these are values of seeds");
    const runs = (
      name: string,
    ) => [...results.configurations.find((each) => each.name === name)!.runs];
    body(runs("simclr_bce_standard"), runs("bce_standard"), results.path, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("averages over seeds, DeLong by class, bootstrap over patients", () =>
  withRuns((simclr, baseline, path, folder) => {
    const found = comparePredictions(simclr, baseline, path);
    if ("missing" in found) throw new Error(found.missing);
    // The same by hand.
    const averages = [simclr, baseline].map((runs) => {
      const files = runs.map(({ runFolder }) => readTestPredictions(`${folder}/${runFolder}`));
      return files[0].probabilities.map((_, i) =>
        files.reduce((sum, { probabilities }) => sum + probabilities[i], 0) / files.length
      );
    });
    const { labels, patients } = readTestPredictions(`${folder}/${simclr[0].runFolder}`);
    assertEquals([found.delong.records, Object.keys(found.delong.classes)], [RECORDS, CLASSES]);
    const p = Object.values(found.delong.classes).map(({ p_value }) => p_value);
    CLASSES.forEach((name, c) => {
      const { auroc1, auroc2, difference, low, high, p_holm } = found.delong.classes[name];
      const column = (values: ArrayLike<number>) =>
        Array.from({ length: RECORDS }, (_, i) => values[i * CLASSES.length + c]);
      assertEquals(auroc1.toFixed(12), auroc(column(labels), column(averages[0])).toFixed(12));
      assertEquals(auroc2.toFixed(12), auroc(column(labels), column(averages[1])).toFixed(12));
      assert(low < difference && difference < high && difference === auroc1 - auroc2);
      assertEquals(p_holm, holm(p)[c]);
    });
    const options = { classes: CLASSES.length, clusters: patients.map(Number) };
    const { overall } = pairedBootstrapIntervals(labels, averages[1], averages[0], options);
    const { estimate, low, high } = overall.auroc_macro;
    assertEquals(found.bootstrap_records.auroc_macro, { difference: estimate, low, high });
    const area = (values: Float64Array) =>
      bootstrapIntervals(labels, values, { ...options, resamples: 1 }).overall.auroc_macro.estimate;
    assertEquals(estimate, area(averages[0]) - area(averages[1]));
  }));

Deno.test("records whose patient is not known are patients of their own", () =>
  withRuns((simclr, baseline, path, folder) => {
    const strip = ({ runFolder }: SeedRun) => {
      const file = `${folder}/${runFolder}/test_predictions.csv`;
      const text = Deno.readTextFileSync(file);
      Deno.writeTextFileSync(file, text.replaceAll(/^(\d+),\d+,/gm, "$1,,"));
    };
    const before = comparePredictions(simclr, baseline, path);
    [...simclr, ...baseline].forEach(strip);
    const after = comparePredictions(simclr, baseline, path);
    if ("missing" in before || "missing" in after) throw new Error("both are there");
    assertEquals(after.delong, before.delong);
    const [a, b] = [before, after].map((each) => each.bootstrap_records.auroc_macro);
    assertEquals(a.difference, b.difference);
    assert(a.low !== b.low, "other clusters, other resamples");
  }));

Deno.test("says why there is no comparison; damaged files are errors", () =>
  withRuns((simclr, baseline, path, folder) => {
    const missing = (runs: SeedRun[]) => {
      const found = comparePredictions(runs, baseline, path);
      return "missing" in found ? found.missing : "";
    };
    const [first, ...others] = simclr;
    assertEquals(missing([{ seed: 42, metrics: {} }]), "the run of seed 42 names no folder");
    assertEquals(
      missing([{ ...first, runFolder: "nowhere" }]),
      "nowhere has no test_predictions.csv",
    );
    const file = `${folder}/${first.runFolder}/test_predictions.csv`;
    const text = Deno.readTextFileSync(file);
    const different = "the runs were not tested on the same records with the same classes";
    Deno.writeTextFileSync(file, text.replace("\n100,", "\n7,"));
    assertEquals(missing([first, ...others]), different);
    Deno.writeTextFileSync(file, text.replaceAll("CD", "HYP"));
    assertEquals(missing([first, ...others]), different);
    Deno.writeTextFileSync(file, "ecg_id\n");
    assertThrows(() => missing([first, ...others]), UserError, "Cannot read");
  }));

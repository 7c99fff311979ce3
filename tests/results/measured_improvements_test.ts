/** Improvements from the files of other commands, against sums done by hand. */

import { assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { readMeasuredImprovements } from "../../src/results/measured_improvements.ts";
import { withFiles } from "../support/folder_of_files.ts";

const MULTISEED = {
  methods: {
    focal_oversample: { method: "supervised", loss: "focal", balance_strategy: "oversample" },
    bce_standard: { method: "supervised", loss: "bce", balance_strategy: "standard" },
    byol_bce_standard: { method: "byol", loss: "bce", balance_strategy: "standard" },
    simclr_focal_standard: { method: "simclr", loss: "focal", balance_strategy: "standard" },
  },
  individual_results: {
    focal_oversample: [{ seed: 1, auroc_macro: 0.1 }],
    bce_standard: [{ seed: 1, auroc_macro: 0.8 }, { seed: 2, auroc_macro: 0.7 }],
    byol_bce_standard: [
      { seed: 2, auroc_macro: 0.76 },
      { seed: 1, auroc_macro: 0.82 },
      { seed: 3, auroc_macro: 0.99 },
    ],
    simclr_focal_standard: [{ seed: 1, auroc_macro: 0.9 }],
  },
};

const RETRAINING = {
  steps: [],
  comparison: {
    records: 150,
    differences: [
      { changed: "simclr", baseline: "byol", auroc_macro: { estimate: 9, low: 9, high: 9 } },
      { changed: "byol", baseline: "supervised", auroc_macro: { estimate: 0.5, low: 0, high: 1 } },
      {
        changed: "simclr",
        baseline: "supervised",
        auroc_macro: { estimate: 0.02, low: -0.01, high: 0.05 },
      },
    ],
  },
};

const delta = (n: number, mean: number | null, interval_95: (number | null)[]) => ({
  probe_auroc: { n: 0, mean: null, interval_95: [null, null] },
  finetuned_auroc: { n, mean, interval_95 },
});

Deno.test("nothing is measured where there are no files", () =>
  withFiles({}, (folder) => assertEquals(readMeasuredImprovements(folder), {})));

Deno.test("seeds are paired, the same loss and drawing compared, and seeds count before records", () =>
  withFiles({
    "phase2_multiseed_results.json": MULTISEED,
    "retrain_with_enhanced_augmentations/retrain_with_enhanced_augmentations.json": RETRAINING,
  }, (folder) => {
    const { byol, simclr } = readMeasuredImprovements(folder);
    // Differences 0.02 and 0.06 of the seeds in common: mean 0.04, SD 0.04/√2, t(1) = 12.7062.
    assertAlmostEquals(byol!.mean, 0.04, 1e-12);
    assertEquals([byol!.n, byol!.over], [2, "seeds"]);
    assertAlmostEquals(byol!.interval_95![1] - byol!.mean, 12.7062 * 0.04 / 2, 1e-5);
    assertEquals(byol!.compared, ["byol_bce_standard", "bce_standard"]);
    // No supervised runs with focal loss and standard drawing: the pipeline's comparison counts.
    assertEquals([simclr!.mean, simclr!.over, simclr!.n], [0.02, "records", 150]);
    assertEquals(simclr!.interval_95, [-0.01, 0.05]);
  }));

Deno.test("what leaving augmentations out costs is what they are worth", () =>
  withFiles({
    "ablation/ablation.json": {
      reference: "full",
      runs: [],
      deltas: {
        "none": delta(3, -0.03, [-0.05, -0.01]),
        "no-mixup": delta(1, 0.01, [null, null]),
        "no-cutmix": delta(0, null, [null, null]),
      },
    },
  }, (folder) => {
    const { none, "no-mixup": mixup, ...others } = readMeasuredImprovements(folder);
    assertEquals([none!.mean, none!.interval_95], [0.03, [0.01, 0.05]]);
    assertEquals([mixup!.mean, mixup!.interval_95], [-0.01, null]);
    assertEquals(others, {});
  }));

Deno.test("damaged files are named, with what to do", async () => {
  for (const content of ["{", "null", "{}"]) {
    await withFiles({ "phase2_multiseed_results.json": content }, (folder) => {
      const { message } = assertThrows(() => readMeasuredImprovements(folder), UserError);
      assertMatch(message, /^Cannot use .*phase2_multiseed_results\.json/);
    });
  }
});

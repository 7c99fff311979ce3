/** The schema of phase2_multiseed_results.json: other commands read it. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import type { MultiseedCell, MultiseedConfiguration } from "../../src/experiments/multiseed.ts";
import { describeMultiseed } from "../../src/experiments/multiseed_results.ts";

const CONFIGURATIONS: MultiseedConfiguration[] = [
  { method: "supervised", loss: "bce", balancing: "standard" },
  { method: "supervised", loss: "focal", balancing: "oversample" },
  { method: "simclr", loss: "focal", balancing: "oversample" },
];
const NAMES = ["bce_standard", "focal_oversample", "simclr_focal_oversample"];

const OPTIONS = {
  configurations: CONFIGURATIONS,
  seeds: [42, 52, 62],
  labelFraction: 0.1,
  epochs: 5,
  pretraining: { epochs: 7, once: true },
};
const FACTS = { options: OPTIONS, quick: true, data: "PTB-XL", classes: ["NORM", "MI"] };
function scores(auroc: number, f1: number) {
  return {
    f1_macro: f1,
    auroc_macro: auroc,
    sensitivity_micro: 0.5,
    specificity_micro: 0.75,
    loss: 0.4,
  };
}

type Run = readonly [configuration: number, seed: number, auroc: number, f1?: number];

/** The file of an experiment whose classifiers have these results. */
function file(runs: readonly Run[], failed: readonly Run[] = []) {
  const made = [...runs, ...failed].map(([configuration, seed, auroc, f1 = 0.5], i) => {
    const name = `${NAMES[configuration]}_seed0${seed}`;
    const cell = {
      kind: "classifier",
      configuration: CONFIGURATIONS[configuration],
      seed,
      folder: `runs/${name}`,
      out: `checkpoints/multiseed_${name}.pt`,
    } as MultiseedCell;
    const result = {
      best_epoch: 3,
      validation: scores(0.9, 0.6),
      test: scores(auroc, f1),
      per_class: { NORM: { support: 3, auroc, auprc: 0.5, f1: NaN } },
      adapter: "A",
      version: "1",
    };
    return { cell, outcome: i < runs.length ? result : new UserError("Training diverged") };
  });
  const outcome = (cell: unknown) => made.find((each) => each.cell === cell)!.outcome;
  const content = describeMultiseed(
    {
      cells: made.map(({ cell }) => cell),
      // deno-lint-ignore no-explicit-any -- the type of a result follows from its cell
      result: (cell): any => outcome(cell) instanceof UserError ? undefined : outcome(cell),
      error(cell) {
        const found = outcome(cell);
        return found instanceof UserError ? found : undefined;
      },
    },
    FACTS,
    new Date("2026-01-02T03:04:05Z"),
  );
  return JSON.parse(JSON.stringify(content));
}

Deno.test("all documented keys are there, with test metrics in the documented places", () => {
  const content = file([
    [0, 42, 0.8, 0.5],
    [1, 42, 0.85],
    [0, 52, 0.82, 0.6],
    [1, 52, 0.86],
    [0, 62, 0.9, 0.7],
    [1, 62, 0.91],
  ], [[2, 42, NaN]]);
  assertEquals(Object.keys(content), [
    "timestamp",
    "quick_mode",
    "configurations",
    "seeds",
    "methods",
    "data",
    "classes",
    "adapter",
    "version",
    "individual_results",
    "failures",
    "statistics",
  ]);
  assertEquals(content.timestamp, "2026-01-02T03:04:05.000Z");
  assertEquals(content.quick_mode, true);
  assertEquals(content.configurations, [["bce", "standard"], ["focal", "oversample"]]);
  assertEquals(content.seeds, [42, 52, 62]);
  assertEquals(content.methods.bce_standard, {
    method: "supervised",
    loss: "bce",
    balance_strategy: "standard",
    label_fraction: 0.1,
    epochs: 5,
    pretrain_epochs: null,
    pretrain_once: null,
  });
  assertEquals(content.methods.simclr_focal_oversample.pretrain_epochs, 7);
  assertEquals(content.methods.simclr_focal_oversample.pretrain_once, true);
  assertEquals([content.adapter, content.version], ["A", "1"]);

  assertEquals(Object.keys(content.individual_results), NAMES);
  assertEquals(content.individual_results.simclr_focal_oversample, []);
  assertEquals(content.individual_results.bce_standard[1], {
    seed: 52,
    auroc_macro: 0.82,
    f1_macro: 0.6,
    sensitivity_micro: 0.5,
    specificity_micro: 0.75,
    checkpoint: "checkpoints/multiseed_bce_standard_seed052.pt",
    best_epoch: 3,
    validation: scores(0.9, 0.6),
    test: scores(0.82, 0.6),
    per_class: { NORM: { support: 3, auroc: 0.82, auprc: 0.5, f1: null } },
    run_folder: "runs/bce_standard_seed052",
  });
  assertEquals(content.failures, [
    { configuration: "simclr_focal_oversample", seed: 42, error: "Training diverged" },
  ]);

  const { statistics } = content;
  assertEquals(Object.keys(statistics), ["bce_standard", "focal_oversample", "significance_test"]);
  const own = statistics.bce_standard;
  assertEquals(Object.keys(own), [
    "auroc",
    "f1",
    "sensitivity",
    "specificity",
    "n_seeds",
    "validation",
  ]);
  assertEquals(own.n_seeds, 3);
  // Of 0.8, 0.82, 0.9: mean 0.84, squares 0.0016 + 0.0004 + 0.0036 over 2; t(0.975, 2) = 4.302653.
  const sd = Math.sqrt(0.0028);
  const half = 4.302653 * sd / Math.sqrt(3);
  assertAlmostEquals(own.auroc.mean, 0.84, 1e-12);
  assertAlmostEquals(own.auroc.std, sd, 1e-12);
  assertEquals([own.auroc.min, own.auroc.max], [0.8, 0.9]);
  // Seven digits of the quantile.
  assertAlmostEquals(own.auroc.ci_95[0], 0.84 - half, 1e-7);
  assertAlmostEquals(own.auroc.ci_95[1], 0.84 + half, 1e-7);
  assertEquals(own.auroc.t_interval_95, own.auroc.ci_95);
  // 5 % of the way from the lowest to the middle one, and back from the highest.
  assertAlmostEquals(own.auroc.percentile_interval_95[0], 0.8 + 0.05 * 0.02, 1e-12);
  assertAlmostEquals(own.auroc.percentile_interval_95[1], 0.9 - 0.05 * 0.08, 1e-12);
  assertAlmostEquals(own.f1.mean, 0.6, 1e-12);
  assertEquals(own.sensitivity, { mean: 0.5, std: 0 });
  assertEquals(own.specificity, { mean: 0.75, std: 0 });
  assertAlmostEquals(own.validation.auroc.mean, 0.9, 1e-12);
  assertEquals(Object.keys(own.validation.f1), Object.keys(own.f1));

  // Differences 0.05, 0.04, 0.01: mean 1/30, SD sqrt(0.000433…), t = mean / (SD / √3).
  const test = statistics.significance_test;
  assertEquals(Object.keys(test), [
    "test",
    "configurations",
    "n",
    "t_statistic",
    "p_value",
    "cohens_d",
    "significant",
    "mean_difference",
  ]);
  assertEquals(test.configurations, ["bce_standard", "focal_oversample"]);
  const deviation = Math.sqrt(0.0013 / 3);
  assertEquals(test.n, 3);
  assertAlmostEquals(test.mean_difference, 0.1 / 3, 1e-12);
  assertAlmostEquals(test.cohens_d, 0.1 / 3 / deviation, 1e-9);
  assertAlmostEquals(test.t_statistic, 0.1 / deviation / Math.sqrt(3), 1e-9);
  // P(|t| with 2 degrees of freedom > x) = 1 - x / sqrt(2 + x²).
  const t = test.t_statistic;
  assertAlmostEquals(test.p_value, 1 - t / Math.sqrt(2 + t * t), 1e-9);
  assertEquals(test.significant, test.p_value < 0.05);
});

Deno.test("one seed, an undefined AUROC and no run at all give nulls, no NaN and no error", () => {
  const none = file([]);
  assertEquals(none.statistics, {});
  assertEquals([none.adapter, none.version], [null, null]);
  const one = file([[0, 42, 0.8], [1, 52, 0.9]]).statistics;
  assertEquals(one.significance_test, undefined, "no seed in common");
  assertEquals(one.bce_standard.auroc, {
    mean: 0.8,
    std: null,
    min: 0.8,
    max: 0.8,
    ci_95: [null, null],
    t_interval_95: [null, null],
    percentile_interval_95: [0.8, 0.8],
  });
  const undefinedOnce = file([[0, 42, NaN], [0, 52, 0.8]]).statistics.bce_standard;
  assertEquals(undefinedOnce.n_seeds, 2);
  assertEquals([undefinedOnce.auroc.mean, undefinedOnce.auroc.std], [0.8, null]);
});

Deno.test("the test takes the first two configurations with two common seeds", () => {
  const { significance_test: test } = file([
    [0, 42, 0.8],
    [1, 42, 0.9],
    [1, 52, 0.9],
    [2, 42, 0.85],
    [2, 52, 0.85],
  ]).statistics;
  assertEquals(test.configurations, NAMES.slice(1));
  // Both differences are the same: no spread, t is infinite.
  assertAlmostEquals(test.mean_difference, -0.05, 1e-12);
  assertEquals([test.t_statistic, test.cohens_d], [null, null]);
  assertEquals([test.p_value, test.significant], [0, true]);
});

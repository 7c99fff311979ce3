/** The kinds of JSON files that commands write and that this program reads back. */

import * as v from "valibot";
import {
  classScores,
  ends,
  interval,
  maybeInterval,
  maybeMeasured,
  maybeText,
  measured,
  metricIntervals,
  metrics,
  perClass,
  whole,
} from "./fields.ts";
import { resultKind } from "./result_file.ts";

/** What most files say of where they come from. */
const provenance = {
  command_line: maybeText,
  data: maybeText,
};

/** Name of the file of `train-multiseed` within the results folder. */
export const MULTISEED_FILE = "phase2_multiseed_results.json";

/** `phase2_multiseed_results.json`. */
export const multiseedResults = resultKind("train-multiseed", {
  ...provenance,
  /** Configuration → its runs, one a seed. The documented keys are of the test fold. */
  individual_results: v.record(
    v.string(),
    v.array(v.looseObject({
      ...metrics.entries,
      seed: whole,
      best_epoch: maybeMeasured,
      validation: v.optional(metrics, {}),
      test: v.optional(metrics),
      per_class: v.optional(perClass, {}),
      checkpoint: maybeText,
      run_folder: v.optional(v.string()),
    })),
  ),
  /** Configuration → its settings. */
  methods: v.optional(
    v.record(v.string(), v.looseObject({ method: v.optional(v.string()) })),
    {},
  ),
  seeds: v.optional(v.array(whole), []),
  quick_mode: v.optional(v.boolean(), false),
  failures: v.optional(
    v.array(v.object({ configuration: v.string(), seed: whole, error: v.string() })),
    [],
  ),
  /** Where the numbers come from, in files that were not made by this program. */
  source: v.optional(v.string()),
});

const track = v.object({ auroc: v.array(measured), f1: v.array(measured) });

/** `label_scarcity_benchmark.json`. */
export const labelScarcityResults = resultKind("label-scarcity", {
  ...provenance,
  /** Fraction of the labels → track → a value a seed. */
  label_scarcity: v.record(v.string(), v.record(v.string(), track)),
  seeds: v.optional(v.array(whole), []),
});

const change = v.object({ n: maybeMeasured, mean: measured, interval_95: ends });

/** `ablation.json`. */
export const ablationResults = resultKind("ablation", {
  ...provenance,
  /** The configuration that all others are compared with. */
  reference: v.string(),
  /** Configuration → change against the reference, paired by seed. */
  deltas: v.record(v.string(), v.object({ probe_auroc: change, finetuned_auroc: change })),
  runs: v.array(v.object({
    config: v.string(),
    seed: whole,
    probe_auroc: maybeMeasured,
    finetuned_auroc: maybeMeasured,
  })),
  seeds: v.optional(v.array(whole), []),
});

/** What `evaluate` measures under one condition. */
const condition = v.object({
  noise_std: v.number(),
  mask_ratio: v.number(),
  metrics,
  intervals_95: metricIntervals,
  /** Null for the clean records. */
  change_from_clean: v.optional(v.nullable(metricIntervals), null),
});

/** The file of `evaluate --json`; with `sweep` where several conditions were asked for. */
export const evaluationResults = resultKind("evaluate", {
  ...provenance,
  checkpoint: v.string(),
  fold: v.optional(whole),
  records: maybeMeasured,
  noise_std: v.number(),
  metrics,
  per_class: v.record(v.string(), classScores),
  sweep: v.optional(v.array(condition)),
});

const leftOut = v.array(v.object({ checkpoint: v.string(), reason: v.string() }));

/** The file of `compare-baselines`, `compare-losses`, `quick-compare` and `per-class-analysis`. */
export const comparisonResults = resultKind("compare", {
  ...provenance,
  command: v.optional(v.string()),
  /** Name of the one that all others are compared with. */
  baseline: v.string(),
  /** Name → what was measured. */
  checkpoints: v.record(
    v.string(),
    v.looseObject({
      checkpoint: v.string(),
      metrics,
      intervals_95: metricIntervals,
      per_class: perClass,
      /** Null for the baseline. */
      difference_from_baseline: v.nullable(v.looseObject(metricIntervals.entries)),
    }),
  ),
  records: v.number(),
  left_out: leftOut,
});

/** The file of `evaluate-all --json`. */
export const evaluateAllResults = resultKind("evaluate-all", {
  ...provenance,
  checkpoints: v.array(v.looseObject({
    checkpoint: v.string(),
    metrics,
    intervals_95: metricIntervals,
    per_class: perClass,
  })),
  fold: whole,
  records: v.number(),
  left_out: leftOut,
});

const probed = v.object({ metrics, intervals_95: metricIntervals });

/** The file of `linear-probe` and `knn-probe`. */
export const probeResults = resultKind("probe", {
  ...provenance,
  command: v.optional(v.string(), "linear-probe"),
  checkpoint: v.string(),
  probe: v.looseObject({}),
  fold: v.union([whole, v.literal("each")]),
  records: v.number(),
  labelled: maybeMeasured,
  trained: probed,
  random: v.array(probed),
  /** Over the mean of the random encoders, paired by record. */
  gain: v.looseObject(metricIntervals.entries),
});

/** Scores of a transfer: key and title. */
export const TRANSFER_METRICS = [
  ["auroc", "AUROC"],
  ["auprc", "AUPRC"],
  ["f1", "F1"],
  ["sensitivity", "sensitivity"],
  ["specificity", "specificity"],
] as const;

const transferScores = v.object({
  auroc: maybeInterval,
  auprc: maybeInterval,
  f1: maybeInterval,
  sensitivity: maybeInterval,
  specificity: maybeInterval,
});

const transferred = v.looseObject({ intervals_95: transferScores });

/** `transfer_mitbih.json`. */
export const transferResults = resultKind("transfer-mitbih", {
  ...provenance,
  transfer_eval: v.object({ auroc: measured, f1: measured }),
  checkpoint: v.string(),
  freeze_encoder: v.optional(v.boolean(), false),
  seed: v.optional(whole),
  parts: v.optional(v.looseObject({ test: v.looseObject({ windows: v.number() }) })),
  transfer: transferred,
  /** Null where it was not trained. */
  baseline: v.optional(v.nullable(transferred)),
  difference: v.optional(v.nullable(transferScores)),
});

/** The file of `retrain-with-enhanced-augmentations`. */
export const retrainingResults = resultKind("retrain-with-enhanced-augmentations", {
  ...provenance,
  steps: v.array(v.looseObject({ name: v.string(), checkpoint: v.string() })),
  comparison: v.looseObject({
    records: v.number(),
    differences: v.array(v.looseObject({
      changed: v.string(),
      baseline: v.string(),
      auroc_macro: interval,
    })),
  }),
});

/** `retraining_recommendations.json`. */
export const retrainingRecommendations = resultKind("analyze-retraining-strategy", {
  epochs_recommendation: v.record(v.string(), v.looseObject({ recommended: v.number() })),
  augmentation_recommendation: v.looseObject({}),
  experiments_to_run: v.array(v.looseObject({ name: v.string(), command: v.string() })),
});

const tested = v.nullable(v.object({ p_value: measured }));
const side = v.object({ n: v.number(), mean: measured, std: measured });
const pair = v.tuple([v.number(), v.number()]);

/** One metric of a comparison. */
const comparedMetric = v.object({
  method1: side,
  method2: side,
  /** The test that decides; null where there are too few values. */
  test_result: v.nullable(v.object({ test: v.string(), p_value: measured })),
  improvement: measured,
  improvement_pct: measured,
  interval_95: ends,
  p_holm: measured,
  normality: v.optional(v.object({ differences: tested })),
  paired_t: tested,
  wilcoxon: tested,
  permutation: tested,
  welch_t: tested,
  mann_whitney: tested,
  cohens_d: measured,
  bootstrap_seeds: v.nullable(ends),
  smallest_detectable_difference: v.nullable(measured),
});

const recordDifference = v.object({ difference: measured, low: measured, high: measured });

/** DeLong's test of one class. */
const comparedClass = v.object({
  ...recordDifference.entries,
  auroc1: measured,
  auroc2: measured,
  z: measured,
  p_value: measured,
  p_holm: measured,
});

/** `statistical_tests.json`. */
export const statisticalTestResults = resultKind("statistical-tests", {
  ...provenance,
  /** The file whose results were compared. */
  source: v.string(),
  alpha: v.number(),
  baseline: v.string(),
  comparisons: v.array(v.object({
    method1: v.string(),
    /** The baseline. */
    method2: v.string(),
    seeds: v.array(whole),
    paired: v.boolean(),
    metrics: v.record(v.string(), comparedMetric),
    delong: v.nullable(
      v.object({ records: v.number(), classes: v.record(v.string(), comparedClass) }),
    ),
    bootstrap_records: v.nullable(v.record(v.string(), recordDifference)),
    notes: v.optional(v.array(v.string()), []),
    /** Of published figures: gains of single runs. */
    single_runs: v.optional(v.array(v.object({
      metric: v.string(),
      value1: v.number(),
      value2: v.number(),
      points: v.number(),
      percent: v.number(),
    }))),
    /** Of published figures: ends, for both readings of the printed standard deviations. */
    test_ranges: v.optional(
      v.record(v.string(), v.object({ t: pair, pValue: pair, cohensD: pair })),
    ),
  })),
});

/**
 * Files that a folder of results may hold. What lacks the field `kind` is of the first kind whose
 * required fields it has; so a comparison comes before `evaluate-all`.
 */
export const RESULT_KINDS = [
  multiseedResults,
  labelScarcityResults,
  ablationResults,
  evaluationResults,
  comparisonResults,
  evaluateAllResults,
  probeResults,
  transferResults,
  retrainingResults,
  retrainingRecommendations,
  statisticalTestResults,
] as const;

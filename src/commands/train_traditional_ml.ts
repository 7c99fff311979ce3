/**
 * `train-traditional-ml` as a person sees it.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatDuration, formatScore } from "../text/format.ts";
import { Interrupted } from "../console/flags/interrupt.ts";
import { Progress } from "../console/progress.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions } from "../console/flags/training_flags.ts";
import type { ClassFrequency } from "../data/sampling/balancing.ts";
import { classTable } from "../data/sampling/class_imbalance.ts";
import { describeRecordSet, type RecordSet } from "../data/signals/record_set.ts";
import { assertAllParts, splitByFolds } from "../data/sampling/splits.ts";
import { metricsTables } from "../console/score_table.ts";
import { describeMetrics } from "../metrics/evaluated_metrics.ts";
import { predictionsCsv } from "../results/test_predictions.ts";
import {
  TRADITIONAL_MODELS,
  type TraditionalEvaluation,
  type TraditionalModel,
  type TraditionalOptions,
  type TraditionalResult,
  trainTraditionalMl,
} from "../training/train_traditional_ml.ts";
import { barChart } from "../plots/bar_chart.ts";
import {
  assertFolderWritable,
  dataArguments,
  metricsLine,
  printSettings,
} from "../console/console.ts";
import { COHORT_SEED, openRecords } from "../console/open_records.ts";

/** The options of `train-traditional-ml`. */
export interface TraditionalFlags extends DataOptions {
  readonly labelFraction: number;
  readonly seed: number;
  readonly model: TraditionalModel;
  readonly out: string | undefined;
  readonly predictions: string | undefined;
}

/** Records of the cohort that stands in for PTB-XL: as many as training has without a GPU. */
const COHORT_RECORDS = 800;

/** Runs the command. */
export async function runTrainTraditionalMl(
  flags: TraditionalFlags,
  context: CommandContext,
): Promise<void> {
  const { model, labelFraction, seed } = flags;
  const out = flags.out ?? `results/traditional_ml_${model}.json`;
  const figure = `${out.replace(/\.json$/i, "")}_importances.svg`;
  assertFolderWritable(out, "--out");
  assertFolderWritable(figure, "--out");
  if (flags.predictions !== undefined) assertFolderWritable(flags.predictions, "--predictions");
  const set = await openRecords({
    ...flags,
    explicit: context.given.has("data-root"),
    synthetic: { records: COHORT_RECORDS, seed: COHORT_SEED },
  });
  assertAllParts(set);
  const result = await train(set, { model, labelFraction, seed, signal: context.signal });

  for (const [name, fold] of [["validation", 9], ["test", 10]] as const) {
    const part = result[name];
    console.log(`Fold ${fold} (${name}), ${formatCount(part.rows.length)} records\n`);
    console.log(metricsTables(part, set.classNames) + "\n");
  }
  console.log("Intervals: percentile bootstrap over records, 1,000 resamples\n");
  const important = Object.entries(result.importances).sort(([, a], [, b]) => b - a);
  const splits = important[0][1] > 0;
  if (splits) {
    const rows = important.slice(0, 5).map(([name, value]) => [name, formatScore(value)]);
    console.log(renderTable(["feature", "importance"], rows) + "\n");
  }

  const description = { ...settings(set, flags, result), ...parts(set, result) };
  await writeFileAtomically(out, JSON.stringify(description, null, 2) + "\n");
  if (splits) await writeFileAtomically(figure, await drawImportances(set, flags, result));
  if (flags.predictions !== undefined) {
    await writeFileAtomically(flags.predictions, predictionsCsv(result.test, set));
  }
  printSettings([
    ["Validation", metricsLine(result.validation.metrics)],
    ["Test", metricsLine(result.test.metrics)],
    ["Trees grown", `in ${formatDuration(result.seconds)}`],
    ["Metrics", out],
    ["Figure", splits ? figure : "none: no tree found anything to split"],
    ["Predictions", flags.predictions],
    [
      "Next",
      `${context.program} train-supervised --label-fraction ${labelFraction} --seed ${seed}` +
      dataArguments(flags, context.given),
    ],
  ]);
}

/** Trains with settings, class table and progress on the terminal. */
async function train(
  set: RecordSet,
  options: TraditionalOptions & { readonly signal: AbortSignal },
): Promise<TraditionalResult> {
  const { model, labelFraction, seed, signal } = options;
  using progress = new Progress({ label: "Growing trees", total: 1, unit: "trees" });
  try {
    return await trainTraditionalMl(set, {
      ...options,
      onPrepared: (frequencies, labeled) => {
        const { train, validation, test } = splitByFolds(set);
        const folds = [train, validation, test].map(({ length }) => formatCount(length));
        printSettings([
          ["Command", "train-traditional-ml"],
          ["Data", describeRecordSet(set).join("\n")],
          ["Folds", `train ${folds[0]} (1-8), validation ${folds[1]} (9), test ${folds[2]} (10)`],
          [
            "Labels",
            `${formatCount(labeled)} records (${Number((labelFraction * 100).toPrecision(6))} %)`,
          ],
          ["Features", "22 a record, standardized by the labeled records"],
          ["Model", describeModel(model)],
          ["Seed", seed],
        ]);
        console.log(classTable(frequencies) + "\n");
        warnOfOneLabel(frequencies.slice(0, -1), labeled);
      },
      onTree: (done, total) => progress.update(done, undefined, total),
    });
  } catch (error) {
    if (signal.aborted) throw new Interrupted("Stopped before the end; nothing was written");
    throw error;
  }
}

/** Says which classes all labeled records have, or none has: trees learn nothing about them. */
function warnOfOneLabel(classes: readonly ClassFrequency[], labeled: number): void {
  const names = classes.filter(({ before }) => before === 0 || before === labeled)
    .map(({ className }) => className);
  if (names.length === 0) return;
  console.log(
    `Nothing to learn about ${names.join(", ")}: all labeled records agree. ` +
      `Their probabilities are the same for every record. A larger --label-fraction may help\n`,
  );
}

function describeModel(model: TraditionalModel): string {
  const { name, trees, maximumDepth } = TRADITIONAL_MODELS[model];
  return model === "rf"
    ? `${name}, ${trees} trees for all classes, depth up to ${maximumDepth}`
    : `${name}, ${trees} trees a class, depth up to ${maximumDepth}, ` +
      `learning rate ${TRADITIONAL_MODELS.xgb.learningRate}`;
}

function settings(set: RecordSet, flags: TraditionalFlags, result: TraditionalResult) {
  const { rf, xgb } = TRADITIONAL_MODELS;
  return {
    command: "train-traditional-ml",
    data: set.source,
    sampling_rate: set.samplingRate,
    signal_length: set.signalLength,
    classes: set.classNames,
    model: flags.model,
    model_settings: flags.model === "rf"
      ? { trees: rf.trees, max_depth: rf.maximumDepth }
      : { trees: xgb.trees, max_depth: xgb.maximumDepth, learning_rate: xgb.learningRate },
    label_fraction: flags.labelFraction,
    labelled: result.labeled.length,
    seed: flags.seed,
    seconds: result.seconds,
    feature_importances: result.importances,
  };
}

/** Documented names first, then what `evaluate` writes. */
function parts(set: RecordSet, { validation, test }: TraditionalResult) {
  const describe = (fold: number, part: TraditionalEvaluation) => ({
    fold,
    records: part.rows.length,
    ...part.documented,
    ...describeMetrics(part, set.classNames),
  });
  return { validation: describe(9, validation), test: describe(10, test) };
}

/** Bars of all features, the most important on top. */
function drawImportances(
  set: RecordSet,
  { model, seed }: TraditionalFlags,
  { importances, labeled }: TraditionalResult,
): Promise<string> {
  const bars = Object.entries(importances)
    .map(([name, value]) => {
      const lead = /^rms_lead_(\d+)$/.exec(name)?.[1];
      return { name: lead === undefined ? name : `${name} (${set.leads[Number(lead)]})`, value };
    })
    .sort((a, b) => b.value - a.value);
  return barChart({
    title: `Importance of features, ${TRADITIONAL_MODELS[model].name}`,
    caption: `${set.source}, n = ${formatCount(labeled.length)} labeled records, seed ${seed}; ` +
      "features without a lead in their name: lead I",
    valueTitle: model === "rf"
      ? "Share of the decrease in Gini impurity"
      : "Share of the gain of all splits, mean over classes",
    bars,
  });
}

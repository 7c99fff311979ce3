import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import {
  assertFolderWritable,
  dataArguments,
  metricsLine,
  printSettings,
  recordSettings,
  warnOfOneLabel,
} from "../src/console/console.ts";
import { defineCommand, type Options } from "../src/console/flags/command.ts";
import { choiceFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { dataFlags, labelFractionFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { openRecords } from "../src/console/open_records.ts";
import { assertOutputs } from "../src/console/outputs.ts";
import { Progress } from "../src/console/progress.ts";
import { metricsTables } from "../src/console/views/score_table.ts";
import { classTable } from "../src/data/sampling/class_imbalance.ts";
import { assertAllParts, splitByFolds } from "../src/data/sampling/splits.ts";
import type { RecordSet } from "../src/data/signals/record_set.ts";
import { describeMetrics } from "../src/metrics/evaluated_metrics.ts";
import { barChart } from "../src/plots/bar_chart.ts";
import { predictionsCsv } from "../src/results/test_predictions.ts";
import { writeJson } from "../src/results/schema/result_file.ts";
import { formatCount, formatDuration, formatScore, formatShare } from "../src/text/format.ts";
import { renderTable } from "../src/text/table.ts";
import {
  TRADITIONAL_MODELS,
  type TraditionalEvaluation,
  type TraditionalResult,
  trainTraditionalMl,
} from "../src/training/train_traditional_ml.ts";

const flags = {
  ...dataFlags,
  "label-fraction": labelFractionFlag(0.1),
  "seed": seedFlag("Seed of the label subset, the forest and the bootstrap"),
  "model": choiceFlag({
    choices: ["rf", "xgb"],
    default: "rf",
    description: "Random forest, or gradient-boosted trees by XGBoost's rules",
  }),
  "out": pathFlag({
    description: "Metrics and importances as JSON; the figure is written next to it",
    defaultText: "results/traditional_ml_MODEL.json",
  }),
  "predictions": pathFlag({
    description: "Write probabilities of the test fold as CSV: ecg_id, one per class",
  }),
};
type Settings = Options<typeof flags>;

/** Records of the cohort that replaces PTB-XL: as many as training has without a GPU. */
const COHORT_RECORDS = 800;

export const command = defineCommand({
  name: "train-traditional-ml",
  summary: "Train a random forest or boosted trees on 22 hand-made features",
  description: [
    "The baseline without a network, and without a GPU: features of the signals, standardized by " +
    "the labeled part of folds 1-8, and trees on them. Reports folds 9 and 10; neither of them " +
    "chooses anything.",
    "Writes metrics with intervals and feature importances as JSON, and the importances as a " +
    "figure.",
  ],
  flags,
  examples: [
    { args: "--label-fraction 1", about: "Random forest on all labels" },
    { args: "--model xgb --predictions xgb.csv", about: "Boosted trees on one label in ten" },
  ],
  async run(options, context) {
    const { model, labelFraction, seed, predictions } = options;
    const out = options.out ?? `results/traditional_ml_${model}.json`;
    const figure = `${out.replace(/\.json$/i, "")}_importances.svg`;
    for (const file of [out, figure]) assertFolderWritable(file, "--out");
    assertOutputs(options);
    const set = await openRecords(options, context.given, COHORT_RECORDS);
    assertAllParts(set);
    const result = await train(set, options, context.signal);

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

    await writeJson(out, describeResult(set, options, result));
    if (splits) await writeFileAtomically(figure, await drawImportances(set, options, result));
    if (predictions !== undefined) {
      await writeFileAtomically(predictions, predictionsCsv(result.test, set));
    }
    printSettings([
      ["Validation", metricsLine(result.validation.metrics)],
      ["Test", metricsLine(result.test.metrics)],
      ["Trees grown", `in ${formatDuration(result.seconds)}`],
      ["Metrics", out],
      ["Figure", splits ? figure : "none: no tree found anything to split"],
      ["Predictions", predictions],
      [
        "Next",
        `${context.program} train-supervised --label-fraction ${labelFraction} --seed ${seed}` +
        dataArguments(options, context.given),
      ],
    ]);
  },
  stopped: () => "Stopped before the end; nothing was written",
});

/** Trains with settings, class table and progress on the terminal. */
async function train(
  set: RecordSet,
  { model, labelFraction, seed }: Settings,
  signal: AbortSignal,
): Promise<TraditionalResult> {
  using progress = new Progress({ label: "Growing trees", unit: "trees" });
  return await trainTraditionalMl(set, {
    model,
    labelFraction,
    seed,
    signal,
    onPrepared: (frequencies, labeled) => {
      printSettings([
        ["Command", "train-traditional-ml"],
        ...recordSettings(set, splitByFolds(set)),
        ["Labels", `${formatCount(labeled)} records (${formatShare(labelFraction)})`],
        ["Features", "22 a record, standardized by the labeled records"],
        ["Model", describeModel(model)],
        ["Seed", seed],
      ]);
      console.log(classTable(frequencies) + "\n");
      warnOfOneLabel(
        frequencies.slice(0, -1).filter(({ before }) => before === 0 || before === labeled)
          .map(({ className }) => className),
        ". A larger --label-fraction may help",
      );
    },
    onTree: progress.report,
  });
}

function describeModel(model: Settings["model"]): string {
  const { name, trees, maximumDepth } = TRADITIONAL_MODELS[model];
  const [each, more] = model === "rf"
    ? ["for all classes", ""]
    : ["a class", `, learning rate ${TRADITIONAL_MODELS.xgb.learningRate}`];
  return `${name}, ${trees} trees ${each}, depth up to ${maximumDepth}${more}`;
}

/** What the JSON file says; of each part documented names first, then what `evaluate` writes. */
function describeResult(
  set: RecordSet,
  { model, labelFraction, seed }: Settings,
  result: TraditionalResult,
) {
  const { rf, xgb } = TRADITIONAL_MODELS;
  const part = (fold: number, evaluation: TraditionalEvaluation) => ({
    fold,
    records: evaluation.rows.length,
    ...evaluation.documented,
    ...describeMetrics(evaluation, set.classNames),
  });
  return {
    command: "train-traditional-ml",
    data: set.source,
    sampling_rate: set.samplingRate,
    signal_length: set.signalLength,
    classes: set.classNames,
    model,
    model_settings: model === "rf"
      ? { trees: rf.trees, max_depth: rf.maximumDepth }
      : { trees: xgb.trees, max_depth: xgb.maximumDepth, learning_rate: xgb.learningRate },
    label_fraction: labelFraction,
    labelled: result.labeled.length,
    seed,
    seconds: result.seconds,
    feature_importances: result.importances,
    validation: part(9, result.validation),
    test: part(10, result.test),
  };
}

/** Bars of all features, the most important on top. */
function drawImportances(
  set: RecordSet,
  { model, seed }: Settings,
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

if (import.meta.main) await runCommand(command);

import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../src/models/describe_checkpoint.ts";
import { runComparison } from "../src/console/comparison.ts";
import {
  describeClassifier,
  differenceOf,
  METRIC_COLUMNS,
  metricOf,
} from "../src/console/views/comparison_view.ts";
import { metricsLine } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { evaluationFlags } from "../src/console/flags/evaluation_flags.ts";
import { numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { csvTable, metricsTables, scoreTable } from "../src/console/views/score_table.ts";
import { UsageError } from "../src/errors.ts";
import type {
  ClassifierComparison,
  ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import { linePanels } from "../src/plots/line_chart.ts";
import { robustnessPanels } from "../src/plots/robustness_panels.ts";
import { describeCondition, sweepConditions } from "../src/data/signals/conditions.ts";
import { evaluationResults } from "../src/results/schema/kinds.ts";
import { normalizationFor } from "../src/runs/checkpoints.ts";
import type { Workspace } from "../src/runs/workspace.ts";
import { formatCount, formatPath, formatRate } from "../src/text/format.ts";

export const command = defineCommand({
  name: "evaluate",
  summary: "Evaluate a classifier on the test fold, clean or corrupted",
  description: [
    "With several values for --noise-std or --mask-ratio the clean record is evaluated, then every " +
    "noise without a gap and every gap without noise. A record has the same noise at every strength, " +
    "only scaled. Changes against the clean record have intervals paired by record.",
    "Gives the four documented metrics, and AUROC, AUPRC and F1 of each class, with bootstrap " +
    "intervals of 95 %. Noise and gaps depend on --seed and the record only.",
  ],
  flags: {
    "checkpoint": pathFlag({
      required: true,
      description: "Classifier (.pt or .safetensors), key model",
    }),
    "noise-std": numberListFlag({
      default: [0],
      minimum: 0,
      description: "Standard deviation of noise added to every sample, mV; several values: a sweep",
    }),
    "mask-ratio": numberListFlag({
      default: [0],
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Part of each record that one stretch of zeros covers; several values: a sweep",
    }),
    ...evaluationFlags(true, "Seed of corruption and bootstrap"),
    "predictions": pathFlag({ description: "Write probabilities as CSV: ecg_id, one per class" }),
    "json": pathFlag({ description: "Write metrics and intervals as JSON" }),
    "figure": pathFlag({ description: "Draw the sweep as SVG: AUROC with intervals" }),
  },
  examples: [
    { args: "--checkpoint checkpoints/finetuned.pt", about: "Test fold" },
    {
      args: "--checkpoint checkpoints/finetuned.pt --noise-std 0.1 --mask-ratio 0.2",
      about: "How much noise and gaps cost together",
    },
    {
      args: "--checkpoint checkpoints/finetuned.pt --noise-std 0.05,0.1,0.2 --mask-ratio 0.1,0.3 " +
        "--figure robustness.svg",
      about: "A sweep of each",
    },
  ],
  async run(flags, context) {
    const { checkpoint: path, noiseStd, maskRatio, fold, seed } = flags;
    const sweeps = noiseStd.length > 1 || maskRatio.length > 1;
    const conditions = sweeps
      ? sweepConditions(noiseStd, maskRatio)
      : [{ noiseStd: noiseStd[0], maskRatio: maskRatio[0] }];
    if (flags.figure !== undefined && conditions.length === 1) {
      throw new UsageError(
        "--figure draws a sweep: give --noise-std or --mask-ratio several values, such as 0.05,0.1,0.2",
      );
    }
    const checkpoint = await readCheckpoint(path);
    const corruption = conditions.map(describeCondition).join("; ");
    await runComparison(flags, context, {
      command: "evaluate",
      checkpoints: [{ name: path, path }],
      conditions,
      strict: true,
      normalization: normalizationFor(checkpoint, flags.normalize),
      about: [["Checkpoint", [path, ...describeCheckpoint(checkpoint)].join("\n")]],
      settings: [[
        "Corruption",
        corruption === "clean" ? undefined : `${corruption}; seed ${seed}`,
      ]],
      title: ({ compared: [{ evaluation }] }) =>
        ` at ${formatRate(evaluation.recordsPerSecond, "records")}` +
        (conditions.length > 1 ? "" : `: ${metricsLine(evaluation.metrics)}`),
      report: ({ compared }, { set }) =>
        compared.length > 1
          ? sweepTable(compared)
          : metricsTables(compared[0].evaluation, set.classNames),
      predictions: predictionsCsv,
      resultKind: evaluationResults,
      json: describeResult,
      async draw(file, { compared }, { set }) {
        const records = formatCount(compared[0].evaluation.rows.length);
        const caption = `${formatPath(path)} on fold ${fold} of ${set.source}, ` +
          `n = ${records} records, seed ${seed}`;
        await writeFileAtomically(file, await sweepChart(compared, caption));
      },
    });
  },
});

/** A line a condition. */
function sweepTable(points: readonly ComparedClassifier[]): string {
  const [auroc, f1] = METRIC_COLUMNS;
  return scoreTable(points, [
    { title: "condition", text: describeCondition },
    auroc,
    f1,
    { title: "AUROC - clean", interval: differenceOf("auroc_macro"), signed: true },
  ]);
}

/** A row a record; in a sweep a row a record and condition, which is then in front. */
function predictionsCsv({ compared }: ClassifierComparison, { set }: Workspace): string {
  const { ids, classNames } = set;
  const lines = compared.flatMap(({ noiseStd, maskRatio, evaluation }) =>
    Array.from(evaluation.rows, (row, i) => ({
      noiseStd,
      maskRatio,
      row,
      probabilities: evaluation.probabilities.subarray(i * classNames.length),
    }))
  );
  type Line = typeof lines[number];
  const condition = [
    { title: "noise_std", value: ({ noiseStd }: Line) => noiseStd },
    { title: "mask_ratio", value: ({ maskRatio }: Line) => maskRatio },
  ];
  return csvTable(lines, [
    ...compared.length === 1 ? [] : condition,
    { title: "ecg_id", value: ({ row }) => ids[row] },
    ...classNames.map((title, c) => ({
      title,
      value: ({ probabilities }: Line) => probabilities[c],
    })),
  ]);
}

async function describeResult({ compared }: ClassifierComparison, { set }: Workspace) {
  const [first] = compared;
  return {
    ...await describeClassifier(first, set.classNames),
    noise_std: first.noiseStd,
    mask_ratio: first.maskRatio,
    sweep: compared.length === 1 ? undefined : compared.map((point) => ({
      noise_std: point.noiseStd,
      mask_ratio: point.maskRatio,
      metrics: point.evaluation.metrics,
      intervals_95: point.evaluation.intervals.overall,
      change_from_clean: point.difference?.overall ?? null,
    })),
  };
}

function sweepChart(compared: readonly ComparedClassifier[], caption: string): Promise<string> {
  const auroc = metricOf("auroc_macro");
  const points = compared.map((point) => ({ ...point, auroc: auroc(point) }));
  return linePanels({
    title: "Robustness to noise and gaps",
    caption: `${caption}; bands: 95 % bootstrap intervals over records`,
    y: { title: "Macro AUROC (0.5 = chance)" },
    points: true,
    panels: robustnessPanels([{ name: "macro AUROC", points }]),
  });
}

if (import.meta.main) await runCommand(command);

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { assertEachOnce, assertFolderWritable, workspaceSettings } from "../src/console/console.ts";
import { runExperiment } from "../src/console/experiment.ts";
import { type CommandContext, defineCommand, type Options } from "../src/console/flags/command.ts";
import {
  choiceFlag,
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  experimentFlags,
  jobsFlag,
  learningRateFlag,
  SEEDS,
} from "../src/console/flags/training_flags.ts";
import { openExperimentWorkspace } from "../src/console/open_workspace.ts";
import { dataName } from "../src/data/signals/record_set.ts";
import type { Experiment } from "../src/experiments/experiment.ts";
import {
  planLabelScarcity,
  type ScarcityCell,
  type Track,
  TRACKS,
} from "../src/experiments/label_scarcity.ts";
import { lineChart } from "../src/plots/line_chart.ts";
import { labelScarcityResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import { chooseSource, normalizationFor } from "../src/runs/checkpoints.ts";
import type { Workspace } from "../src/runs/workspace.ts";
import { meanInterval } from "../src/stats/mean_interval.ts";
import { formatCount, formatScore, formatShare, plural } from "../src/text/format.ts";
import { renderTable } from "../src/text/table.ts";

const flags = {
  "ssl-checkpoint": pathFlag({
    default: "checkpoints/ssl_masked.pt",
    description: "Pretrained encoder (.pt or .safetensors), key encoder",
  }),
  "fractions": numberListFlag({
    default: [0.05, 0.1, 0.25, 1],
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Shares of the training labels",
  }),
  "seeds": numberListFlag({
    ...SEEDS,
    default: [42, 52, 62],
    description: "Seeds; each chooses labels, weights and order",
  }),
  "tracks": stringListFlag({
    choices: TRACKS,
    default: TRACKS,
    description: "What to compare",
  }),
  "epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of a run, at most" }),
  "batch-size": integerFlag({ default: 32, minimum: 1, description: "Records of a step" }),
  "lr": learningRateFlag(5e-4),
  ...experimentFlags,
  "normalize": choiceFlag({
    choices: ["train", "none"],
    description: "Standardize each lead by the training folds, or take mV as they are",
    defaultText: "the checkpoint's",
  }),
  "out": pathFlag({
    default: "results/label_scarcity",
    description: "Folder of runs, JSON and figure",
  }),
  "jobs": jobsFlag,
};

type LabelScarcityOptions = Options<typeof flags>;

/** `deno task label-scarcity`: metrics against the share of labels. */
export const command = defineCommand({
  name: "label-scarcity",
  summary: "Compare pretrained and fresh encoders at several shares of labels",
  description: [
    "Trains a classifier from scratch, on a pretrained encoder (fine-tuned and frozen), and on a " +
    "frozen random encoder, at every share of the labels with every seed. Each run starts from " +
    "fresh weights. Runs that are done are kept; started again, the command continues.",
    "Writes label_scarcity_benchmark.json and a curve with intervals.",
  ],
  flags,
  examples: [
    {
      args: "--ssl-checkpoint checkpoints/ssl_simclr.pt",
      about: "Four tracks, four shares, three seeds",
    },
    { args: "--fractions 0.01,0.1 --seeds 1,2 --tracks supervised,random_frozen", about: "Less" },
  ],
  run,
});

const TITLES: Readonly<Record<Track, string>> = {
  supervised: "supervised",
  ssl_finetuned: "SSL, fine-tuned",
  ssl_frozen: "SSL, frozen",
  random_frozen: "random, frozen",
};

async function run(options: LabelScarcityOptions, context: CommandContext): Promise<void> {
  const { fractions, seeds, epochs, batchSize, lr, jobs } = options;
  assertEachOnce({ fractions, seeds });
  const out = join(options.out, "label_scarcity_benchmark.json");
  assertFolderWritable(out, "--out");
  const { tracks, encoderCheckpoint } = chooseTracks(options, context);
  const checkpoint = encoderCheckpoint === undefined
    ? undefined
    : await readCheckpoint(encoderCheckpoint);
  if (checkpoint) chooseSource(checkpoint, ["encoder"]);
  await runExperiment({
    name: "label-scarcity",
    context,
    jobs,
    open: () =>
      openExperimentWorkspace(
        options,
        context,
        // One normalization for all tracks, so that they differ in the weights alone.
        checkpoint && normalizationFor(checkpoint, options.normalize),
      ),
    plan: (workspace) =>
      planLabelScarcity(workspace, {
        fractions,
        seeds,
        tracks,
        epochs,
        batchSize,
        learningRate: lr,
        encoderCheckpoint,
        folder: options.out,
      }),
    settings: (workspace) => [
      ...workspaceSettings(workspace),
      ["Encoder", encoderCheckpoint ?? "none"],
      ["Tracks", tracks.map((track) => TITLES[track]).join("; ")],
      ["Labels", fractions.map(formatShare).join(", ")],
      ["Seeds", seeds.join(", ")],
      [
        "Training",
        `at most ${epochs} epochs, batch ${batchSize}, BCE, Adam ${lr} with decay 1e-5, halved ` +
        `after 5 epochs without a lower validation loss, stopped after 10`,
      ],
      ["Folder", options.out],
    ],
    line(cell, experiment) {
      const { auroc, f1, best_epoch, epochs } = experiment.result(cell)!;
      return `${TITLES[cell.track].padEnd(16)}${formatShare(cell.fraction).padStart(7)}  ` +
        `seed ${cell.seed}  AUROC ${formatScore(auroc, 4)}  F1 ${formatScore(f1, 4)}  ` +
        `best epoch ${best_epoch} of ${epochs}`;
    },
    async finish(experiment, workspace, time) {
      const results = describe(experiment, options);
      await writeResult(out, labelScarcityResults, {
        ...results,
        ssl_checkpoint: encoderCheckpoint ?? null,
        command_line: context.commandLine,
        data: workspace.set.source,
      });
      const figure = await drawCurve(results, options.out, workspace);
      console.log("\nTest macro AUROC, mean ± SD over the seeds\n");
      console.log(summaryTable(results) + "\n");
      return [["Results", out], ["Figure", figure], time];
    },
  });
}

/** The tracks that can be run: without a checkpoint those of a pretrained encoder cannot. */
function chooseTracks(
  { tracks, sslCheckpoint }: LabelScarcityOptions,
  { given, program }: CommandContext,
): { tracks: LabelScarcityOptions["tracks"]; encoderCheckpoint?: string } {
  const wanted = [...new Set(tracks)];
  const others = wanted.filter((track) => !track.startsWith("ssl_"));
  if (others.length === wanted.length) return { tracks: wanted };
  if (given.has("ssl-checkpoint") || given.has("tracks") || existsSync(sslCheckpoint)) {
    return { tracks: wanted, encoderCheckpoint: sslCheckpoint };
  }
  console.log(
    `There is no ${sslCheckpoint}: leaving out the tracks of a pretrained encoder ` +
      `(${program} train-masked makes it, --ssl-checkpoint takes another)`,
  );
  return { tracks: others };
}

/** The documented keys, and all runs one by one. */
function describe(
  experiment: Experiment<ScarcityCell>,
  { fractions, seeds }: LabelScarcityOptions,
) {
  const runs = experiment.cells.flatMap((cell) => {
    const { track, fraction, seed } = cell;
    const result = experiment.result(cell);
    return result ? [{ track, label_fraction: fraction, seed, ...result }] : [];
  });
  const tracks = TRACKS.filter((each) => runs.some(({ track }) => track === each));
  const summarize = (fraction: number, wanted: Track) => {
    const own = runs.filter((run) => run.track === wanted && run.label_fraction === fraction);
    const auroc = own.map((run) => run.auroc);
    const { mean, standardDeviation, low, high } = meanInterval(auroc);
    return {
      auroc,
      f1: own.map(({ f1 }) => f1),
      auroc_mean: mean,
      auroc_sd: standardDeviation,
      auroc_interval_95: [low, high] as const,
    };
  };
  return {
    label_scarcity: Object.fromEntries(fractions.map((fraction) => [
      String(fraction),
      Object.fromEntries(tracks.map((track) => [track, summarize(fraction, track)])),
    ])),
    seeds,
    label_fractions: fractions,
    runs,
  };
}

type Results = ReturnType<typeof describe>;

/** Tracks that were run at any share of the labels. */
const tracksOf = ({ label_scarcity }: Results) =>
  Object.keys(Object.values(label_scarcity)[0]) as Track[];

function summaryTable(results: Results): string {
  const tracks = tracksOf(results);
  return renderTable(
    ["labels", ...tracks.map((track) => TITLES[track])],
    results.label_fractions.map((fraction) => [
      formatShare(fraction),
      ...tracks.map((track) => {
        const { auroc_mean, auroc_sd } = results.label_scarcity[fraction][track];
        const spread = Number.isFinite(auroc_sd) ? ` ± ${auroc_sd.toFixed(4)}` : "";
        return formatScore(auroc_mean, 4) + spread;
      }),
    ]),
  );
}

async function drawCurve(
  results: Results,
  folder: string,
  { set, split }: Workspace,
): Promise<string | undefined> {
  const { seeds, label_scarcity } = results;
  const ascending = [...results.label_fractions].sort((a, b) => a - b);
  const series = tracksOf(results).map((track) => {
    const points = ascending.map((fraction) => label_scarcity[fraction][track]);
    return {
      name: TITLES[track],
      x: ascending.map((fraction) => 100 * fraction),
      y: points.map(({ auroc_mean }) => auroc_mean),
      // The t interval of two or three seeds may leave the range of the metric.
      ...(seeds.length > 1 && {
        low: points.map(({ auroc_interval_95: [low] }) => Math.max(0, low)),
        high: points.map(({ auroc_interval_95: [, high] }) => Math.min(1, high)),
      }),
    };
  });
  if (ascending.length < 2 || !series.some(({ y }) => y.some(Number.isFinite))) return undefined;
  const path = join(folder, "label_scarcity_curve.svg");
  const svg = await lineChart({
    title: "Label efficiency",
    caption: `${dataName(set)}, ${formatCount(split.train.length)} training and ` +
      `${formatCount(split.test.length)} test records, n = ${plural(seeds.length, "seed")}` +
      (seeds.length === 1 ? "" : "; bands: 95 % t interval of the mean"),
    x: { title: "Labels used (%)", scale: "log" },
    y: { title: "Test macro AUROC" },
    series,
  });
  await writeFileAtomically(path, svg);
  return path;
}

if (import.meta.main) await runCommand(command);

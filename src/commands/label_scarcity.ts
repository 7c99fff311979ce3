/**
 * `label-scarcity` as a person sees it.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatDuration, formatScore } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import { dataName } from "../data/signals/record_set.ts";
import { chooseSource, normalizationFor } from "../runs/checkpoints.ts";
import { epochCost } from "../experiments/epoch_cost.ts";
import { finiteOrNull } from "../results/finite_or_null.ts";
import { labelScarcity, type ScarcityRun, type Track } from "../experiments/label_scarcity.ts";
import { SweepTime } from "../experiments/sweep_time.ts";
import type { TimedTask } from "../experiments/task_times.ts";
import type { Workspace } from "../runs/workspace.ts";
import { lineChart } from "../plots/line_chart.ts";
import { meanInterval } from "../stats/mean_interval.ts";
import {
  assertEachOnce,
  assertFolderWritable,
  printSettings,
  stoppedToRepeat,
  workspaceSettings,
} from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `label-scarcity`. */
export interface LabelScarcityFlags extends DataOptions, DeviceOptions {
  readonly sslCheckpoint: string;
  readonly fractions: readonly number[];
  readonly seeds: readonly number[];
  readonly tracks: readonly Track[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly normalize: "train" | "none" | undefined;
  readonly out: string;
}

const TITLES: Readonly<Record<Track, string>> = {
  supervised: "supervised",
  ssl_finetuned: "SSL, fine-tuned",
  ssl_frozen: "SSL, frozen",
  random_frozen: "random, frozen",
};

/** Runs the command. */
export async function runLabelScarcity(
  flags: LabelScarcityFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  assertEachOnce({ fractions: flags.fractions, seeds: flags.seeds });
  const out = join(flags.out, "label_scarcity_benchmark.json");
  assertFolderWritable(out, "--out");
  const { tracks, encoderCheckpoint } = chooseTracks(flags, context);
  const checkpoint = encoderCheckpoint === undefined
    ? undefined
    : await readCheckpoint(encoderCheckpoint);
  if (checkpoint) chooseSource(checkpoint, ["encoder"]);
  // One normalization for all tracks, so that they differ in the weights alone.
  const normalization = checkpoint
    ? normalizationFor(checkpoint, flags.normalize)
    : flags.normalize ?? "train";
  const workspace = await openWorkspace({ flags, context, normalization, allParts: true });
  try {
    const { fractions, seeds, epochs, batchSize, lr } = flags;
    printSettings([
      ["Command", "label-scarcity"],
      ...workspaceSettings(workspace),
      ["Encoder", encoderCheckpoint ?? "none"],
      ["Tracks", tracks.map((track) => TITLES[track]).join("; ")],
      ["Labels", fractions.map(percent).join(", ")],
      ["Seeds", seeds.join(", ")],
      [
        "Training",
        `at most ${epochs} epochs, batch ${batchSize}, BCE, Adam ${lr} with decay 1e-5, halved ` +
        `after 5 epochs without a lower validation loss, stopped after 10`,
      ],
      ["Folder", flags.out],
    ]);
    const runsOfSeed = fractions.flatMap((fraction) =>
      tracks.map((track) => [sweepPart(track, fraction, epochs, workspace)])
    );
    const time = new SweepTime(seeds.flatMap(() => runsOfSeed));
    using progress = new Progress({
      label: "Training",
      total: tracks.length * fractions.length * seeds.length * epochs,
      unit: "epochs",
      left: () => time.secondsLeft,
    });
    let run = "";
    let before = 0;
    const runs = await labelScarcity(workspace, {
      fractions,
      seeds,
      tracks,
      epochs,
      batchSize,
      learningRate: lr,
      ...(encoderCheckpoint === undefined ? {} : { encoderCheckpoint }),
      folder: flags.out,
      signal: context.signal,
      commandLine: context.commandLine,
      events: {
        run: ({ track, fraction, seed }, index) => {
          time.begin(sweepKind(track, fraction));
          run = `${TITLES[track]}, ${percent(fraction)}, seed ${seed}`;
          before = index * epochs;
          progress.update(before, run);
        },
        epoch: (epoch, loss) => {
          time.epoch();
          progress.update(before + epoch, `${run}, loss ${loss.toFixed(4)}`);
        },
        done: ({ track, fraction, seed, auroc, f1, epochs: took, bestEpoch }, fresh, index) => {
          time.runDone(index);
          progress.update((index + 1) * epochs);
          progress.log(
            `${TITLES[track].padEnd(16)}${percent(fraction).padStart(7)}  seed ${seed}  ` +
              `AUROC ${formatScore(auroc, 4)}  F1 ${formatScore(f1, 4)}  ` +
              (fresh ? `best epoch ${bestEpoch} of ${took}` : "done before"),
          );
        },
      },
    });
    progress.finish();
    await writeFileAtomically(
      out,
      JSON.stringify(
        describe(runs, flags, encoderCheckpoint, workspace.set.source, context),
        null,
        2,
      ) +
        "\n",
    );
    const figure = await drawCurve(runs, flags, tracks, {
      source: dataName(workspace.set),
      train: workspace.split.train.length,
      test: workspace.split.test.length,
    });
    console.log("\nTest macro AUROC, mean ± SD over the seeds\n");
    console.log(summaryTable(runs, fractions, tracks) + "\n");
    printSettings([
      ["Results", out],
      ["Figure", figure],
      ["Time", formatDuration((performance.now() - started) / 1000)],
    ]);
  } catch (error) {
    if (context.signal.aborted) throw stoppedToRepeat(context);
    throw error;
  } finally {
    workspace.destroy();
  }
}

/** Runs of one kind take equally long an epoch. */
function sweepKind(track: Track, fraction: number): string {
  return `${track.endsWith("_frozen") ? "frozen" : "trained"}, ${fraction}`;
}

/** A run with what it costs as long as nothing is measured. */
function sweepPart(
  track: Track,
  fraction: number,
  epochs: number,
  { split: { train, validation, test } }: Workspace,
): TimedTask {
  const frozen = track.endsWith("_frozen");
  const labeled = fraction * train.length;
  const validated = validation.length;
  return {
    kind: sweepKind(track, fraction),
    epochs,
    // A head alone is trained on features that were computed once.
    epochCost: epochCost("classifier", { trained: frozen ? 0 : labeled, validated }),
    overheadCost: validated + test.length,
  };
}

/** The tracks that can be run: without a checkpoint those of a pretrained encoder cannot. */
function chooseTracks(
  flags: LabelScarcityFlags,
  context: CommandContext,
): { tracks: readonly Track[]; encoderCheckpoint: string | undefined } {
  const wanted = flags.tracks.filter((track, i) => flags.tracks.indexOf(track) === i);
  const pretrained = wanted.filter((track) => track.startsWith("ssl_"));
  if (pretrained.length === 0) return { tracks: wanted, encoderCheckpoint: undefined };
  const { sslCheckpoint } = flags;
  const asked = context.given.has("ssl-checkpoint") || context.given.has("tracks");
  if (asked || existsSync(sslCheckpoint)) {
    return { tracks: wanted, encoderCheckpoint: sslCheckpoint };
  }
  console.log(
    `There is no ${sslCheckpoint}: leaving out the tracks of a pretrained encoder ` +
      `(${context.program} train-masked makes it, --ssl-checkpoint takes another)`,
  );
  return {
    tracks: wanted.filter((track) => !pretrained.includes(track)),
    encoderCheckpoint: undefined,
  };
}

/** `12.5 %`, without trailing zeros. */
function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(4))} %`;
}

function select(runs: readonly ScarcityRun[], track: Track, fraction: number): ScarcityRun[] {
  return runs.filter((run) => run.track === track && run.fraction === fraction);
}

function summaryTable(
  runs: readonly ScarcityRun[],
  fractions: readonly number[],
  tracks: readonly Track[],
): string {
  return renderTable(
    ["labels", ...tracks.map((track) => TITLES[track])],
    fractions.map((fraction) => [
      percent(fraction),
      ...tracks.map((track) => {
        const { n, mean, standardDeviation } = meanInterval(
          select(runs, track, fraction).map(({ auroc }) => auroc),
        );
        if (n === 0) return "n/a";
        return mean.toFixed(4) + (n > 1 ? ` ± ${standardDeviation.toFixed(4)}` : "");
      }),
    ]),
  );
}

/** `label_scarcity_benchmark.json`: the documented keys, and all runs one by one. */
function describe(
  runs: readonly ScarcityRun[],
  { fractions, seeds }: LabelScarcityFlags,
  encoder: string | undefined,
  data: string,
  { commandLine }: CommandContext,
): unknown {
  const tracks = [...new Set(runs.map(({ track }) => track))];
  return {
    label_scarcity: Object.fromEntries(fractions.map((fraction) => [
      String(fraction),
      Object.fromEntries(tracks.map((track) => {
        const own = select(runs, track, fraction);
        const { mean, standardDeviation, low, high } = meanInterval(own.map(({ auroc }) => auroc));
        return [track, {
          auroc: own.map(({ auroc }) => finiteOrNull(auroc)),
          f1: own.map(({ f1 }) => f1),
          auroc_mean: finiteOrNull(mean),
          auroc_sd: finiteOrNull(standardDeviation),
          auroc_interval_95: [finiteOrNull(low), finiteOrNull(high)],
        }];
      })),
    ])),
    seeds,
    label_fractions: fractions,
    ssl_checkpoint: encoder ?? null,
    command_line: commandLine,
    data,
    runs: runs.map(({ track, fraction, seed, auroc, f1, bestEpoch, epochs }) => ({
      track,
      label_fraction: fraction,
      seed,
      auroc: finiteOrNull(auroc),
      f1,
      best_epoch: bestEpoch,
      epochs,
    })),
  };
}

async function drawCurve(
  runs: readonly ScarcityRun[],
  { fractions, seeds, out }: LabelScarcityFlags,
  tracks: readonly Track[],
  data: { source: string; train: number; test: number },
): Promise<string | undefined> {
  const ascending = [...fractions].sort((a, b) => a - b);
  const series = tracks.map((track) => {
    const points = ascending.map((fraction) =>
      meanInterval(select(runs, track, fraction).map(({ auroc }) => auroc))
    );
    return {
      name: TITLES[track],
      x: ascending.map((fraction) => 100 * fraction),
      y: points.map(({ mean }) => mean),
      ...(seeds.length > 1
        ? {
          // The t interval of two or three seeds may leave the range of the metric.
          low: points.map(({ low }) => Math.max(0, low)),
          high: points.map(({ high }) => Math.min(1, high)),
        }
        : {}),
    };
  });
  if (ascending.length < 2 || !series.some(({ y }) => y.some(Number.isFinite))) return undefined;
  const path = join(out, "label_scarcity_curve.svg");
  await writeFileAtomically(
    path,
    await lineChart({
      title: "Label efficiency",
      caption: `${data.source}, ${formatCount(data.train)} training and ` +
        `${formatCount(data.test)} test records, n = ${seeds.length} ` +
        `${seeds.length === 1 ? "seed" : "seeds; bands: 95 % t interval of the mean"}`,
      x: { title: "Labels used (%)", scale: "log" },
      y: { title: "Test macro AUROC" },
      series,
    }),
  );
  return path;
}

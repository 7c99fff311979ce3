/**
 * The commands that train a classifier as a person sees them: settings, progress, summary, figure.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { CommandContext } from "./flags/command.ts";
import { formatCount, formatDuration, formatRate } from "../text/format.ts";
import { Progress } from "./progress.ts";
import { quote } from "../text/shell_words.ts";
import type { TrainingOptions } from "./flags/training_flags.ts";
import type { Balancing } from "../data/sampling/balancing.ts";
import { classTable } from "../data/sampling/class_imbalance.ts";
import { chooseSource, normalizationFor } from "../runs/checkpoints.ts";
import { describeMemory } from "../runs/memory_use.ts";
import { defaultRunFolder } from "../runs/run_folder.ts";
import {
  type Selection,
  trainClassifier,
  type TrainClassifierOptions,
} from "../training/train_classifier.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import type { ClassifierArchitecture } from "../models/registry.ts";
import { lineChart } from "../plots/line_chart.ts";
import {
  assertResumable,
  assertWritable,
  dataArguments,
  epochLabel,
  metricsLine,
  printSettings,
  stopped,
  workspaceSettings,
} from "./console.ts";
import { openWorkspace } from "./open_workspace.ts";

/** What a command trains, and by what it chooses the epoch. */
export interface ClassifierRecipe extends Pick<TrainClassifierOptions, "command" | "method"> {
  readonly architecture: ClassifierArchitecture;
  readonly selection: Selection;
}

/** The options of the commands. */
export interface TrainClassifierFlags extends TrainingOptions {
  readonly sslCheckpoint?: string | undefined;
  readonly freezeEncoder?: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly labelFraction: number;
  /** Absent: plain BCE where records are oversampled, else with weighted positives. */
  readonly loss: ClassificationLoss["name"] | undefined;
  readonly balanceStrategy: Balancing;
  readonly seed: number;
  readonly out: string;
}

const SELECTION_NAMES = { f1_macro: "macro F1", auroc_macro: "macro AUROC", loss: "loss" } as const;

/** Runs the command. */
export async function runTrainClassifier(
  { command, method, architecture, selection }: ClassifierRecipe,
  flags: TrainClassifierFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  const { sslCheckpoint, freezeEncoder = false, balanceStrategy } = flags;
  const loss = flags.loss ?? (balanceStrategy === "oversample" ? "bce" : "weighted_positives");
  const selectionName = `validation ${SELECTION_NAMES[selection]}`;
  assertWritable(flags.out, "--out");
  assertResumable(flags);
  const initial = sslCheckpoint ?? flags.init;
  const starts = [sslCheckpoint, flags.init].filter((path) => path !== undefined);
  const checkpoint = initial === undefined ? undefined : await readCheckpoint(initial);
  if (checkpoint && sslCheckpoint !== undefined) {
    chooseSource(checkpoint, ["encoder"]);
  }
  const runFolder = flags.runDir ?? defaultRunFolder(command);
  const asked = context.given.has("normalize") ? flags.normalize : undefined;
  const normalization = checkpoint ? normalizationFor(checkpoint, asked) : flags.normalize;
  const workspace = await openWorkspace({ flags, context, normalization, allParts: true });
  try {
    using progress = new Progress({ label: "Training", total: 1, unit: "steps" });
    const result = await trainClassifier(workspace, {
      command,
      method,
      architecture,
      selection,
      epochs: flags.epochs,
      batchSize: flags.batchSize,
      learningRate: flags.lr,
      labelFraction: flags.labelFraction,
      loss,
      balancing: balanceStrategy,
      freezeEncoder,
      seed: flags.seed,
      shuffle: !flags.noShuffle,
      logEvery: flags.logEvery,
      ...(sslCheckpoint === undefined ? {} : { encoderCheckpoint: sslCheckpoint }),
      ...(flags.init === undefined ? {} : { init: flags.init }),
      out: flags.out,
      runFolder,
      resume: flags.resume,
      signal: context.signal,
      commandLine: context.commandLine,
      events: {
        prepared: (facts) => {
          printSettings([
            ["Command", command],
            ...workspaceSettings(workspace),
            [
              "Labels",
              `${formatCount(facts.labeled)} records (${flags.labelFraction * 100} %), ` +
              `loss ${loss}, drawing ${balanceStrategy}`,
            ],
            ["Start", starts.length > 0 ? starts.join(", then ") : "random weights"],
            [
              "Model",
              `${architecture}, ${formatCount(facts.parameters)} parameters, ` +
              `${formatCount(facts.trained)} trained` +
              (freezeEncoder ? " (encoder frozen, features computed once)" : ""),
            ],
            [
              "Training",
              `${flags.epochs} epochs, batch ${flags.batchSize}, Adam ${flags.lr}, ` +
              `seed ${flags.seed}`,
            ],
            ["Device memory", describeMemory(facts.memory)],
            ["Run folder", runFolder],
            ["Resumed", facts.resumedAfter > 0 ? `after epoch ${facts.resumedAfter}` : undefined],
          ]);
          console.log(classTable(facts.frequencies, { draws: true }) + "\n");
        },
        steps: (epoch, done, total, loss) =>
          progress.update(
            (epoch - 1) * total + done,
            `loss ${loss.toFixed(4)}`,
            flags.epochs * total,
          ),
        epoch: (epoch, { loss }, validation, best) =>
          progress.log(
            `${epochLabel(epoch, flags.epochs)}  loss ${loss.toFixed(4)}  ` +
              `validation ${metricsLine(validation)}` + (best ? "  best" : ""),
          ),
      },
    });
    progress.finish();
    const curve = await drawCurve(
      command,
      [
        { name: "training loss", y: result.epochLosses },
        { name: selectionName, y: result.selected },
      ],
      runFolder,
    );
    console.log("");
    printSettings([
      [
        "Best epoch",
        Number.isNaN(result.selected[result.bestEpoch - 1])
          ? `${result.bestEpoch}, for want of a better: the ${selectionName} is not defined, since ` +
            "no class of fold 9 has records with and without it"
          : `${result.bestEpoch}, by ${selectionName}`,
      ],
      ["Validation", metricsLine(result.validation)],
      ["Test", metricsLine(result.test)],
      [
        "Throughput",
        `${formatRate(result.recordsPerSecond, "records")} in training, ` +
        `${formatDuration((performance.now() - started) / 1000)} in all`,
      ],
      ["Checkpoint", flags.out],
      ["Metrics", `${runFolder}/metrics.jsonl`],
      ["Figure", curve],
      [
        "Next",
        `${context.program} evaluate --checkpoint ${quote(flags.out)}` +
        dataArguments(flags, context.given),
      ],
    ]);
  } catch (error) {
    if (context.signal.aborted) throw stopped(context, runFolder, flags.resume);
    throw error;
  } finally {
    workspace.destroy();
  }
}

async function drawCurve(
  title: string,
  curves: readonly { readonly name: string; readonly y: readonly number[] }[],
  runFolder: string,
): Promise<string | undefined> {
  if (curves[0].y.length < 2) return undefined;
  const path = `${runFolder}/curve.svg`;
  await writeFileAtomically(
    path,
    await lineChart({
      title,
      x: { title: "Epoch", whole: true },
      y: { title: `Training loss (nats), ${curves[1].name}` },
      series: curves.map(({ name, y }) => ({ name, x: y.map((_, i) => i + 1), y })),
    }),
  );
  return path;
}

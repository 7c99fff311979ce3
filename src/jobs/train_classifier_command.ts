/**
 * `train-supervised` and `finetune` as a person sees them.
 *
 * @module
 */

import { type CommandContext, quote } from "../cli/command.ts";
import { formatCount, formatDuration, formatRate } from "../cli/format.ts";
import { Progress } from "../cli/progress.ts";
import type { TrainingOptions } from "../cli/training_flags.ts";
import type { Balancing } from "../data/balancing.ts";
import { classTable } from "../data/class_imbalance.ts";
import { UsageError } from "../errors.ts";
import { lineChart } from "../report/line_chart.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import { normalisationFor } from "./checkpoints.ts";
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
import { describeMemory } from "./memory_use.ts";
import { openWorkspace } from "./open_workspace.ts";
import { defaultRunFolder } from "./run_folder.ts";
import { trainClassifier } from "./train_classifier.ts";

/** The options of `train-supervised` and `finetune`. */
export interface TrainClassifierFlags extends TrainingOptions {
  readonly method: "supervised" | "finetune";
  readonly encoderCheckpoint?: string | undefined;
  readonly freezeEncoder: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly labelFraction: number;
  readonly loss: ClassificationLoss["name"];
  readonly balanceStrategy: Balancing;
  readonly seed: number;
  readonly out: string;
}

/** Runs the command. */
export async function runTrainClassifier(
  flags: TrainClassifierFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  const name = flags.method === "finetune" ? "finetune" : "train-supervised";
  assertWritable(flags.out, "--out");
  assertResumable(flags);
  if (flags.method === "finetune" && (flags.encoderCheckpoint ?? flags.init) === undefined) {
    throw new UsageError("--ssl-checkpoint is missing: give the path of a pretrained encoder");
  }
  const initial = flags.encoderCheckpoint ?? flags.init;
  const starts = [flags.encoderCheckpoint, flags.init].filter((path) => path !== undefined);
  const checkpoint = initial === undefined ? undefined : await readCheckpoint(initial);
  const runFolder = flags.runDir ?? defaultRunFolder(name);
  const asked = context.given.has("normalize") ? flags.normalize : undefined;
  const normalisation = checkpoint ? normalisationFor(checkpoint, asked) : flags.normalize;
  const workspace = await openWorkspace({ flags, context, normalisation, allParts: true });
  try {
    using progress = new Progress({ label: "Training", total: 1, unit: "steps" });
    const result = await trainClassifier(workspace, {
      command: name,
      method: flags.method,
      epochs: flags.epochs,
      batchSize: flags.batchSize,
      learningRate: flags.lr,
      labelFraction: flags.labelFraction,
      loss: flags.loss,
      balancing: flags.balanceStrategy,
      freezeEncoder: flags.freezeEncoder,
      seed: flags.seed,
      shuffle: !flags.noShuffle,
      logEvery: flags.logEvery,
      ...(flags.encoderCheckpoint === undefined
        ? {}
        : { encoderCheckpoint: flags.encoderCheckpoint }),
      ...(flags.init === undefined ? {} : { init: flags.init }),
      out: flags.out,
      runFolder,
      resume: flags.resume,
      signal: context.signal,
      events: {
        prepared: (facts) => {
          printSettings([
            ["Command", name],
            ...workspaceSettings(workspace),
            [
              "Labels",
              `${formatCount(facts.labelled)} records (${flags.labelFraction * 100} %), ` +
              `loss ${flags.loss}, drawing ${flags.balanceStrategy}`,
            ],
            ["Start", starts.length > 0 ? starts.join(", then ") : "random weights"],
            [
              "Model",
              `${formatCount(facts.parameters)} parameters, ${formatCount(facts.trained)} trained` +
              (flags.freezeEncoder ? " (encoder frozen, features computed once)" : ""),
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
    const curve = await drawCurve(result.epochLosses, result.validationF1, runFolder, name);
    console.log("");
    printSettings([
      ["Best epoch", `${result.bestEpoch}, by validation macro F1`],
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
  losses: readonly number[],
  f1: readonly number[],
  runFolder: string,
  name: string,
): Promise<string | undefined> {
  if (losses.length < 2) return undefined;
  const path = `${runFolder}/curve.svg`;
  const x = losses.map((_, i) => i + 1);
  await writeFileAtomically(
    path,
    await lineChart({
      title: name,
      x: { title: "Epoch" },
      y: { title: "Training loss (nats), validation macro F1" },
      series: [
        { name: "training loss", x, y: losses },
        { name: "validation macro F1", x, y: f1 },
      ],
    }),
  );
  return path;
}

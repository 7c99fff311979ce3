/**
 * `transfer-mitbih` as a person sees it.
 *
 * @module
 */

import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { Checkpoint } from "../checkpoint/state_dict.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatDuration, formatPath, formatScore } from "../text/format.ts";
import { Interrupted } from "../console/flags/interrupt.ts";
import { Progress } from "../console/progress.ts";
import { quote } from "../text/shell_words.ts";
import type { DeviceOptions } from "../console/flags/training_flags.ts";
import { loadMitBih, type MitBihSet } from "../data/datasets/mit_bih.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { openDevice } from "../runs/device.ts";
import { defaultRunFolder } from "../runs/run_folder.ts";
import {
  assertTransferable,
  type EncoderSource,
  encoderSource,
  transferMitBih,
  type TransferMitBihOptions,
  type TransferMitBihResult,
  type TransferRunName,
} from "../experiments/transfer_mitbih.ts";
import { Workspace } from "../runs/workspace.ts";
import {
  assertFolderWritable,
  epochLabel,
  printSettings,
  type Settings,
  workspaceSettings,
} from "../console/console.ts";
import {
  describePart,
  describeTransfer,
  documentedResult,
  recordsChart,
  recordsTable,
  rocChart,
  scoresTable,
  summarizeParts,
  transferPredictions,
} from "./transfer_mitbih_report.ts";

/** The options of `transfer-mitbih`. */
export interface TransferMitBihFlags extends DeviceOptions {
  readonly mitbihRoot: string;
  readonly strict: boolean;
  readonly checkpoint: string;
  readonly useSsl: boolean;
  readonly freezeEncoder: boolean;
  readonly noBaseline: boolean;
  readonly normalize: "train" | "checkpoint" | "none";
  readonly batchSize: number;
  readonly finetuneEpochs: number;
  readonly lr: number;
  readonly seed: number;
  readonly runDir: string | undefined;
  readonly json: string | undefined;
  readonly predictions: string | undefined;
}

/** Rate of a model whose checkpoint does not state one, Hz. */
const DEFAULT_RATE = 100;

/** Runs the command. */
export async function runTransferMitBih(
  flags: TransferMitBihFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const encoderFrom = encoderSource(checkpoint, flags.checkpoint, flags.useSsl);
  const runFolder = flags.runDir ?? defaultRunFolder("transfer-mitbih");
  const json = flags.json ?? join(runFolder, "transfer_mitbih.json");
  const set = await readWindows(flags, checkpoint);
  assertTransferable(set);
  assertFolderWritable(join(runFolder, "roc.svg"), "--run-dir");
  assertFolderWritable(json, "--json");
  if (flags.predictions !== undefined) assertFolderWritable(flags.predictions, "--predictions");
  const workspace = await Workspace.open(
    set,
    {
      normalization: flags.normalize === "checkpoint"
        ? normalizationFor(checkpoint, undefined)
        : flags.normalize,
    },
    await openDevice(flags),
  );
  try {
    printSettings([
      ["Command", "transfer-mitbih"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...settingsOf(workspace, set, flags, encoderFrom),
      ["Run folder", runFolder],
    ]);
    const result = await transferAloud(workspace, flags, {
      checkpoint: flags.checkpoint,
      encoderFrom,
      records: set.records,
      freezeEncoder: flags.freezeEncoder,
      epochs: flags.finetuneEpochs,
      batchSize: flags.batchSize,
      learningRate: flags.lr,
      seed: flags.seed,
      baseline: !flags.noBaseline,
      runFolder,
      signal: context.signal,
      commandLine: context.commandLine,
    });
    printResult(result, describePart(summarizeParts(set, workspace.split).test));
    const figures = await drawFigures(result, set, flags, runFolder);
    const description = {
      ...await describeCommand(result, set, flags, workspace, encoderFrom),
      command_line: context.commandLine,
    };
    // What is not defined (NaN) becomes null.
    await writeFileAtomically(json, JSON.stringify(description, null, 2) + "\n");
    if (flags.predictions !== undefined) {
      await writeFileAtomically(flags.predictions, transferPredictions(result, set));
    }
    printSettings([
      ["Best epoch", bestEpochs(result)],
      ["Time", formatDuration((performance.now() - started) / 1000)],
      ["Classifier", result.transfer.checkpoint],
      ["JSON", json],
      ["Predictions", flags.predictions],
      ["Figures", figures.join("\n") || undefined],
      ["Next", nextCommand(flags, context)],
    ]);
  } catch (error) {
    if (context.signal.aborted) {
      const folder = context.given.has("run-dir") ? "" : ` --run-dir ${quote(runFolder)}`;
      throw new Interrupted(`Stopped. This goes on: ${context.commandLine}${folder}`);
    }
    throw error;
  } finally {
    workspace.destroy();
  }
}

/** Windows at the model's rate. */
async function readWindows(
  { mitbihRoot, strict }: TransferMitBihFlags,
  { metadata }: Checkpoint,
): Promise<MitBihSet> {
  using progress = new Progress({ label: "Reading records", total: 1, unit: "records" });
  return await loadMitBih(mitbihRoot, {
    samplingRate: metadata.sampling_rate ?? DEFAULT_RATE,
    strict,
    onProgress: (done, total) => progress.update(done, undefined, total),
  });
}

const PLACES: Readonly<Record<EncoderSource, string>> = {
  "encoder": "key encoder",
  "encoder of model": "key model, entries under encoder.",
};

function settingsOf(
  workspace: Workspace,
  set: MitBihSet,
  flags: TransferMitBihFlags,
  encoderFrom: EncoderSource,
): Settings {
  const { train, validation, test } = summarizeParts(set, workspace.split);
  const { freezeEncoder, finetuneEpochs, batchSize, lr, seed } = flags;
  const statistics = {
    train: "by mean and SD of the training windows",
    checkpoint: "by the checkpoint's mean and SD of each lead",
    none: "",
  }[flags.normalize];
  return [
    ...workspaceSettings(workspace).filter(([name]) =>
      name !== "Folds" && name !== "Normalization"
    ),
    ["Training", `${describePart(train)} (DS1)`],
    ["Validation", `${describePart(validation)} (DS1)`],
    ["Test", `${describePart(test)} (DS2)`],
    ["Normalization", workspace.normalization.kind === "none" ? "none (mV)" : statistics],
    ["Encoder", `${PLACES[encoderFrom]}; ${freezeEncoder ? "frozen" : "trained too"}`],
    ["Baseline", flags.noBaseline ? "none" : "the same from random weights"],
    ["Steps", `${finetuneEpochs} epochs, batch ${batchSize}, BCE, Adam ${lr}, seed ${seed}`],
  ];
}

const TITLES: Readonly<Record<TransferRunName, string>> = {
  transfer: "Transfer",
  baseline: "Baseline",
};

/** Transfers with progress and a line an epoch. */
async function transferAloud(
  workspace: Workspace,
  { finetuneEpochs: epochs }: TransferMitBihFlags,
  options: TransferMitBihOptions,
): Promise<TransferMitBihResult> {
  let progress: Progress | undefined;
  let latest = "";
  /** The bar of what is being done now. */
  const bar = (label: string, unit: string): Progress => {
    if (label !== latest) {
      progress?.finish();
      progress = new Progress({ label, total: 1, unit });
      latest = label;
    }
    return progress!;
  };
  const training = (name: TransferRunName) => bar(`Training ${name}`, "steps");
  let running: TransferRunName = "transfer";
  try {
    return await transferMitBih(workspace, {
      ...options,
      events: {
        run(name) {
          running = name;
          console.log(TITLES[name]);
        },
        steps: (epoch, done, total, loss) =>
          training(running).update(
            (epoch - 1) * total + done,
            `loss ${loss.toFixed(4)}`,
            epochs * total,
          ),
        epoch: (epoch, { loss }, validation, best) =>
          training(running).log(
            `${epochLabel(epoch, epochs)}  loss ${loss.toFixed(4)}  validation loss ` +
              `${validation.loss.toFixed(4)}  AUROC ${formatScore(validation.auroc_macro, 4)}` +
              (best ? "  best" : ""),
          ),
        evaluating: (name, done, total) =>
          bar(`Testing ${name}`, "windows").update(done, undefined, total),
      },
    });
  } finally {
    progress?.finish();
  }
}

function printResult(result: TransferMitBihResult, test: string): void {
  console.log(`\nTest part (DS2), ${test}\n`);
  console.log(scoresTable(result));
  console.log(
    "\nIntervals: percentile bootstrap over records, not windows, 1,000 resamples; differences are\n" +
      "paired by record. F1, sensitivity and specificity at 0.5\n",
  );
  console.log(recordsTable(result));
  console.log(`\n${JSON.stringify(documentedResult(result.transfer))}\n`);
}

async function drawFigures(
  result: TransferMitBihResult,
  set: MitBihSet,
  { checkpoint, freezeEncoder, seed }: TransferMitBihFlags,
  runFolder: string,
): Promise<string[]> {
  const records = result.transfer.perRecord.length;
  const caption =
    `${formatPath(checkpoint)}, ${freezeEncoder ? "frozen" : "fine-tuned"}; DS2, n = ` +
    `${formatCount(result.rows.length)} windows of ${records} records, seed ${seed}`;
  const written: string[] = [];
  for (
    const [name, drawing] of [
      ["roc.svg", rocChart(result, set.labels, caption)],
      ["records.svg", recordsChart(result, caption)],
    ] as const
  ) {
    if (drawing === undefined) continue;
    const path = join(runFolder, name);
    await writeFileAtomically(path, await drawing);
    written.push(path);
  }
  return written;
}

async function describeCommand(
  result: TransferMitBihResult,
  set: MitBihSet,
  flags: TransferMitBihFlags,
  workspace: Workspace,
  encoderFrom: EncoderSource,
): Promise<Record<string, unknown>> {
  const { normalization, gpu, split } = workspace;
  return {
    ...documentedResult(result.transfer),
    checkpoint: flags.checkpoint,
    checkpoint_sha256: await sha256OfFile(flags.checkpoint),
    encoder_from: encoderFrom,
    data: set.source,
    adapter: gpu.name,
    sampling_rate: set.samplingRate,
    normalisation: {
      source: normalization.kind === "none" ? "none" : flags.normalize,
      mean: normalization.mean,
      standard_deviation: normalization.standardDeviation,
    },
    freeze_encoder: flags.freezeEncoder,
    epochs: flags.finetuneEpochs,
    batch_size: flags.batchSize,
    lr: flags.lr,
    seed: flags.seed,
    parts: summarizeParts(set, split),
    left_out: set.quarantined,
    ...describeTransfer(result),
  };
}

function bestEpochs({ transfer, baseline }: TransferMitBihResult): string {
  return [transfer, ...(baseline ? [baseline] : [])]
    .map(({ name, bestEpoch, epochs }) => `${name} ${bestEpoch} of ${epochs}`)
    .join(", ") + ", by validation AUROC";
}

/** With a frozen encoder the whole network comes next, then another seed. */
function nextCommand(
  { mitbihRoot, checkpoint, freezeEncoder, seed }: TransferMitBihFlags,
  { program, given }: CommandContext,
): string {
  return `${program} transfer-mitbih --checkpoint ${quote(checkpoint)}` +
    (given.has("mitbih-root") ? ` --mitbih-root ${quote(mitbihRoot)}` : "") +
    (freezeEncoder ? "" : ` --seed ${seed + 1}`);
}

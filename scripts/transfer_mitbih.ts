import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { sha256OfFile } from "../src/checkpoint/sha256.ts";
import { type Checkpoint, sourceOf } from "../src/checkpoint/state_dict.ts";
import { assertFolderWritable, workspaceSettings } from "../src/console/console.ts";
import { runExperiment } from "../src/console/experiment.ts";
import { type CommandContext, defineCommand, type Options } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags, learningRateFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { Progress } from "../src/console/progress.ts";
import { csvTable, scoreTable } from "../src/console/views/score_table.ts";
import type { WindowSet } from "../src/data/datasets/dataset.ts";
import { mitBih } from "../src/data/datasets/mit_bih.ts";
import { splitByFolds } from "../src/data/sampling/splits.ts";
import { UserError } from "../src/errors.ts";
import { compareCheckpoints } from "../src/evaluation/compare_checkpoints.ts";
import { INFERENCE_ROWS } from "../src/evaluation/inference.ts";
import type { Experiment } from "../src/experiments/experiment.ts";
import {
  assertTransferable,
  type EncoderSource,
  planTransfer,
  recordingResults,
  type TransferCell,
} from "../src/experiments/transfer.ts";
import type { BootstrapIntervals } from "../src/metrics/bootstrap.ts";
import { rocCurve } from "../src/metrics/roc_curve.ts";
import { describeCheckpoint } from "../src/models/describe_checkpoint.ts";
import { barChart } from "../src/plots/bar_chart.ts";
import { lineChart } from "../src/plots/line_chart.ts";
import { TRANSFER_METRICS, transferResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import { chooseSource, normalizationFor, weightsAt } from "../src/runs/checkpoints.ts";
import { openDevice } from "../src/runs/device.ts";
import { defaultRunFolder } from "../src/runs/run_folder.ts";
import { Workspace } from "../src/runs/workspace.ts";
import { formatCount, formatPath, formatPercent, formatScore, plural } from "../src/text/format.ts";
import { quote } from "../src/text/shell_words.ts";

const flags = {
  "mitbih-root": pathFlag({
    default: "data/MIT-BIH/files/mitdb/1.0.0",
    description: "Folder of the MIT-BIH Arrhythmia Database",
  }),
  "strict": booleanFlag({ description: "Fail on the first damaged or missing record" }),
  "checkpoint": pathFlag({
    required: true,
    description: "Encoder (.pt or .safetensors): key encoder, else key model's under encoder.",
  }),
  "use-ssl": booleanFlag({
    description: "Take a pretrained encoder only (key encoder), refuse a classifier (key model)",
  }),
  "freeze-encoder": booleanFlag({
    description: "Train the head alone, on features that are computed once",
  }),
  "no-baseline": booleanFlag({
    description: "Leave out the classifier from random weights, which takes half of the time",
  }),
  "normalize": choiceFlag({
    choices: ["train", "checkpoint", "none"],
    default: "train",
    description: "Standardize by the training windows or as the checkpoint's leads, or take mV",
  }),
  "batch-size": integerFlag({ default: 32, minimum: 1, description: "Windows of a step" }),
  "finetune-epochs": integerFlag({
    default: 10,
    minimum: 1,
    description: "Passes over the training windows",
  }),
  "lr": learningRateFlag(1e-3),
  "seed": seedFlag(),
  "run-dir": pathFlag({
    description: "Folder of classifiers, metrics, JSON and figures",
    defaultText: "results/NAME-DATE",
  }),
  "json": pathFlag({
    description: "Where the results are written as JSON",
    defaultText: "transfer_mitbih.json in the run folder",
  }),
  "predictions": pathFlag({
    description: "Write probabilities as CSV: record, window, abnormal, transfer, baseline",
  }),
  ...deviceFlags,
};

type TransferFlags = Options<typeof flags>;

/** `deno task transfer-mitbih`: what an encoder is worth on MIT-BIH. */
export const command = defineCommand({
  name: "transfer-mitbih",
  summary: "Train an encoder's classifier on MIT-BIH and test it on other people",
  description: [
    "Puts a linear head with one output on the encoder of a checkpoint and trains both, or the head " +
    "alone (--freeze-encoder), to tell windows of 10 s with an abnormal beat from normal ones. " +
    "Training and validation records are DS1 of the inter-patient split, test records DS2. Keeps " +
    "the epoch with the best validation AUROC and reports DS2 once, pooled and record by record, " +
    "next to the same classifier trained from random weights.",
    "Lead MLII is repeated on all twelve channels at the checkpoint's sampling rate (100 Hz where it " +
    "states none). A run that was stopped continues where the same command names its --run-dir.",
    "The epoch is chosen on five records of DS1 that are not trained on. The difference from " +
    "random weights has an interval over records.",
  ],
  flags,
  examples: [
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --use-ssl --freeze-encoder",
      about: "What the encoder's features are worth",
    },
    { args: "--checkpoint checkpoints/ssl_simclr.pt --lr 1e-4", about: "Train the encoder too" },
  ],
  run,
});

/** Rate of a model whose checkpoint does not state one, Hz. */
const DEFAULT_RATE = 100;

const PLACES: Readonly<Record<EncoderSource, string>> = {
  "encoder": "key encoder",
  "encoder of model": "key model, entries under encoder.",
};

const STATISTICS: Readonly<Record<TransferFlags["normalize"], string>> = {
  train: "by mean and SD of the training windows",
  checkpoint: "by the checkpoint's mean and SD of each lead",
  none: "",
};

async function run(options: TransferFlags, context: CommandContext): Promise<void> {
  const { freezeEncoder, batchSize, lr, seed, predictions } = options;
  const epochs = options.finetuneEpochs;
  const checkpoint = await readCheckpoint(options.checkpoint);
  const encoderFrom = encoderSource(checkpoint, options.useSsl);
  const folder = options.runDir ?? defaultRunFolder("transfer-mitbih");
  const json = options.json ?? join(folder, "transfer_mitbih.json");
  const set = await readWindows(options, checkpoint);
  assertTransferable(set, mitBih);
  const parts = partsOf(set);
  assertFolderWritable(join(folder, "roc.svg"), "--run-dir");
  assertFolderWritable(json, "--json");
  if (predictions !== undefined) assertFolderWritable(predictions, "--predictions");
  const runDir = context.given.has("run-dir") ? "" : ` --run-dir ${quote(folder)}`;
  await runExperiment({
    name: "transfer-mitbih",
    context: { ...context, commandLine: context.commandLine + runDir },
    stopAtFailure: true,
    epochLines: true,
    async open() {
      const normalization = options.normalize === "checkpoint"
        ? normalizationFor(checkpoint, undefined)
        : options.normalize;
      return await Workspace.open(set, { normalization }, await openDevice(options));
    },
    plan: (workspace) =>
      planTransfer(workspace, {
        command: "transfer-mitbih",
        checkpoint: options.checkpoint,
        encoderFrom,
        freezeEncoder,
        epochs,
        batchSize,
        seed,
        folder,
        learningRate: lr,
        baseline: !options.noBaseline,
      }),
    settings: (workspace) => [
      ["Checkpoint", [options.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace).filter(([name]) =>
        name !== "Folds" && name !== "Normalization"
      ),
      ["Training", `${describePart(parts.train)} (DS1)`],
      ["Validation", `${describePart(parts.validation)} (DS1)`],
      ["Test", `${describePart(parts.test)} (DS2)`],
      [
        "Normalization",
        workspace.normalization.kind === "none" ? "none (mV)" : STATISTICS[options.normalize],
      ],
      ["Encoder", `${PLACES[encoderFrom]}; ${freezeEncoder ? "frozen" : "trained too"}`],
      ["Baseline", options.noBaseline ? "none" : "the same from random weights"],
      ["Steps", `${epochs} epochs, batch ${batchSize}, BCE, Adam ${lr}, seed ${seed}`],
      ["Run folder", folder],
    ],
    line(cell, experiment) {
      const { best_epoch, epochs } = experiment.result(cell)!;
      return `${cell.title}: best epoch ${best_epoch} of ${epochs}, by validation AUROC`;
    },
    async finish(experiment, workspace, time) {
      const { normalization, gpu } = workspace;
      const tested = await testAll(experiment, workspace, set, seed, context.signal);
      const [transfer, baseline] = tested;
      console.log(`\nTest part (DS2), ${describePart(parts.test)}\n`);
      console.log(scoresTable(tested));
      console.log(
        "\nIntervals: percentile bootstrap over records, not windows, 1,000 resamples; " +
          "differences are\npaired by record. F1, sensitivity and specificity at 0.5\n",
      );
      console.log(recordsTable(tested));
      const { auroc, f1 } = transfer.file.intervals_95;
      const transfer_eval = { auroc: auroc.estimate, f1: f1.estimate };
      console.log(`\n${JSON.stringify({ transfer_eval })}\n`);
      const figures = await drawFigures(tested, options, folder);
      await writeResult(json, transferResults, {
        transfer_eval,
        checkpoint: options.checkpoint,
        checkpoint_sha256: await sha256OfFile(options.checkpoint),
        encoder_from: encoderFrom,
        data: set.source,
        adapter: gpu.name,
        sampling_rate: set.samplingRate,
        normalisation: {
          source: normalization.kind === "none" ? "none" : options.normalize,
          mean: normalization.mean,
          standard_deviation: normalization.standardDeviation,
        },
        freeze_encoder: freezeEncoder,
        epochs,
        batch_size: batchSize,
        lr,
        seed,
        parts,
        left_out: set.quarantined,
        transfer: transfer.file,
        baseline: baseline?.file ?? null,
        difference: transfer.difference ?? null,
        command_line: context.commandLine,
      });
      if (predictions !== undefined) {
        await writeFileAtomically(predictions, predictionsCsv(tested, set));
      }
      return [
        time,
        ["Classifier", transfer.file.checkpoint],
        ["JSON", json],
        ["Predictions", predictions],
        ["Figures", figures.join("\n") || undefined],
        ["Next", nextCommand(options, context)],
      ];
    },
  });
}

/** Where the encoder is: key `encoder`, else, unless a pretrained one is asked for, key `model`. */
function encoderSource(checkpoint: Checkpoint, pretrainedOnly: boolean): EncoderSource {
  const classifier = !weightsAt(checkpoint, "encoder") && weightsAt(checkpoint, "encoder of model");
  if (pretrainedOnly && classifier) {
    throw new UserError(
      `${sourceOf(checkpoint)} has no key "encoder", but a classifier: leave --use-ssl away to ` +
        "take its encoder",
    );
  }
  return chooseSource(checkpoint, ["encoder", "encoder of model"]);
}

/** Windows at the model's rate. */
async function readWindows(
  { mitbihRoot, strict }: TransferFlags,
  { metadata }: Checkpoint,
): Promise<WindowSet> {
  using progress = new Progress({ label: "Reading records", total: 1, unit: "records" });
  return await mitBih.transfer!.load(mitbihRoot, {
    samplingRate: metadata.sampling_rate ?? DEFAULT_RATE,
    strict,
    onProgress: (done, total) => progress.update(done, undefined, total),
  });
}

/** What each part of the split holds. */
function partsOf(set: WindowSet) {
  const split = splitByFolds(set);
  const part = (rows: Int32Array) => ({
    records: [...new Set(Array.from(rows, (row) => set.records[row]))].sort((a, b) => a - b),
    windows: rows.length,
    abnormal: rows.filter((row) => set.labels[row] === 1).length,
  });
  return {
    train: part(split.train),
    validation: part(split.validation),
    test: part(split.test),
  };
}

/** `3,960 windows of 22 records, 37% abnormal`. */
function describePart({ records, windows, abnormal }: ReturnType<typeof partsOf>["test"]): string {
  return `${formatCount(windows)} windows of ${plural(records.length, "record")}, ` +
    `${formatPercent(abnormal / windows)} abnormal`;
}

/** What a classifier does on the test part. */
type Tested = Awaited<ReturnType<typeof testAll>>[number];

/** The classifier on the encoder, then the baseline where there is one. */
async function testAll(
  experiment: Experiment<TransferCell>,
  workspace: Workspace,
  { records, labels }: WindowSet,
  seed: number,
  signal: AbortSignal,
) {
  using progress = new Progress({ label: "Testing", total: 1, unit: "windows" });
  const { cells } = experiment;
  const { compared } = await compareCheckpoints(workspace, {
    checkpoints: cells.map(({ name, checkpoint }) => ({ name, path: checkpoint })),
    baseline: cells[1]?.name ?? null,
    strict: true,
    batchSize: INFERENCE_ROWS,
    clusters: records,
    seed,
    signal,
    onProgress(done, total) {
      signal.throwIfAborted();
      progress.update(done, undefined, total);
    },
  });
  return compared.map(({ name, path, evaluation, difference }, i) => {
    const { probabilities, intervals } = evaluation;
    const rows = Array.from(evaluation.rows);
    const truth = rows.map((row) => labels[row]);
    const scores = scoresOf(intervals);
    const file = {
      checkpoint: path,
      ...experiment.result(cells[i])!,
      metrics: Object.fromEntries(
        Object.entries(scores).map(([metric, { estimate }]) => [metric, estimate]),
      ),
      intervals_95: scores,
      per_record: recordingResults(rows.map((row) => records[row]), truth, probabilities),
    };
    return {
      name,
      rows,
      truth,
      probabilities,
      file,
      difference: difference && scoresOf(difference),
    };
  });
}

function scoresOf({ overall, perClass: [abnormal] }: BootstrapIntervals) {
  return {
    auroc: overall.auroc_macro,
    auprc: abnormal.auprc,
    f1: overall.f1_macro,
    sensitivity: overall.sensitivity_micro,
    specificity: overall.specificity_micro,
  };
}

/** A row a metric: both classifiers and the difference, each with its interval. */
function scoresTable([transfer, baseline]: readonly Tested[]): string {
  return scoreTable(TRANSFER_METRICS, [
    { title: "metric", text: ([, title]) => title },
    { title: "transfer", interval: ([name]) => transfer.file.intervals_95[name] },
    { title: "baseline", interval: ([name]) => baseline?.file.intervals_95[name] },
    { title: "difference", interval: ([name]) => transfer.difference?.[name], signed: true },
  ]);
}

function recordsTable([transfer, baseline]: readonly Tested[]): string {
  return scoreTable([...transfer.file.per_record.entries()], [
    { title: "record", align: "right", text: ([, { record }]) => String(record) },
    { title: "windows", align: "right", text: ([, { windows }]) => formatCount(windows) },
    {
      title: "abnormal",
      align: "right",
      text: ([, { abnormal, windows }]) => formatPercent(abnormal / windows),
    },
    { title: "AUROC", score: ([, { auroc }]) => auroc },
    { title: "baseline", score: ([i]) => baseline?.file.per_record[i].auroc },
    { title: "accuracy", score: ([, { accuracy }]) => accuracy },
    { title: "F1", score: ([, { f1 }]) => f1 },
  ]);
}

/** A row a test window. */
function predictionsCsv(tested: readonly Tested[], { records, ids }: WindowSet): string {
  const [{ rows, truth }] = tested;
  return csvTable([...rows.entries()], [
    { title: "record", value: ([, row]) => records[row] },
    // Ids are 1,000 times the record's number plus the window's.
    { title: "window", value: ([, row]) => ids[row] % 1000 },
    { title: "abnormal", value: ([i]) => truth[i] },
    ...tested.map(({ name, probabilities }) => (
      { title: name, value: ([i]: [number, number]) => probabilities[i] }
    )),
  ]);
}

async function drawFigures(
  tested: readonly Tested[],
  { checkpoint, freezeEncoder, seed }: TransferFlags,
  folder: string,
): Promise<string[]> {
  const [{ rows, truth, file: { per_record } }] = tested;
  const caption =
    `${formatPath(checkpoint)}, ${freezeEncoder ? "frozen" : "fine-tuned"}; DS2, n = ` +
    `${formatCount(rows.length)} windows of ${per_record.length} records, seed ${seed}`;
  const curves = tested.flatMap(({ name, probabilities, file }) => {
    const curve = rocCurve(truth, probabilities);
    if (curve === undefined) return [];
    const { falsePositiveRate: x, truePositiveRate: y } = curve;
    return [{ name: `${name} ${formatScore(file.intervals_95.auroc.estimate)}`, x, y }];
  });
  const bars = per_record.filter(({ auroc }) => Number.isFinite(auroc)).map(
    ({ record, abnormal, windows, auroc }) => (
      { name: `${record} (${abnormal} of ${windows})`, value: auroc }
    ),
  );
  const figures = {
    "roc.svg": curves.length > 0 && lineChart({
      title: "MIT-BIH: windows with an abnormal beat",
      caption,
      x: { title: "False positive rate (1 − specificity)", domain: [0, 1] },
      y: { title: "Sensitivity", domain: [0, 1] },
      series: [...curves, { name: "chance 0.500", x: [0, 1], y: [0, 1] }],
    }),
    "records.svg": bars.length > 0 && barChart({
      title: "MIT-BIH: AUROC record by record (abnormal of all windows)",
      caption,
      valueTitle: "AUROC (0.5 = chance)",
      base: 0.5,
      maximum: 1,
      bars,
    }),
  };
  const written: string[] = [];
  for (const [name, drawing] of Object.entries(figures)) {
    if (!drawing) continue;
    written.push(join(folder, name));
    await writeFileAtomically(join(folder, name), await drawing);
  }
  return written;
}

/** With a frozen encoder the whole network comes next, then another seed. */
function nextCommand(
  { mitbihRoot, checkpoint, freezeEncoder, seed }: TransferFlags,
  { program, given }: CommandContext,
): string {
  return `${program} transfer-mitbih --checkpoint ${quote(checkpoint)}` +
    (given.has("mitbih-root") ? ` --mitbih-root ${quote(mitbihRoot)}` : "") +
    (freezeEncoder ? "" : ` --seed ${seed + 1}`);
}

if (import.meta.main) await runCommand(command);

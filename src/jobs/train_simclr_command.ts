/**
 * `train-simclr` as a person sees it: settings, progress, summary, figures.
 *
 * @module
 */

import type { AugmentationConfigName } from "../augment/augmentations.ts";
import { type CommandContext, quote } from "../cli/command.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "../cli/format.ts";
import { Interrupted } from "../cli/interrupt.ts";
import { Progress } from "../cli/progress.ts";
import type { TrainingOptions } from "../cli/training_flags.ts";
import { UsageError } from "../errors.ts";
import { chooseDevice } from "../gpu/device.ts";
import { KernelLibrary } from "../gpu/kernels.ts";
import { barChart } from "../report/bar_chart.ts";
import { lineChart } from "../report/line_chart.ts";
import { sparkline } from "../report/sparkline.ts";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { assertWritable, dataArguments, printSettings, workspaceSettings } from "./console.ts";
import { assertAllParts, COHORT_SEED, hasPtbXl, openRecords } from "./data_source.ts";
import { type PretrainResult, pretrainSimclr } from "./pretrain_simclr.ts";
import { defaultRunFolder } from "./run_folder.ts";
import { Workspace } from "./workspace.ts";

/** The options of `train-simclr`. */
export interface TrainSimclrFlags extends TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly temperature: number;
  readonly projectionDim: number;
  readonly config: AugmentationConfigName;
  readonly seed: number;
  readonly out: string;
}

/**
 * Sizes of the main job without a data set. On a processor it looks at the first 2.5 s of each record:
 * four times as many epochs in the same time teach more than whole records do, and it ends within
 * three minutes on two cores.
 */
const SYNTHETIC_PRESETS = {
  software: { records: 1200, epochs: 20, batchSize: 128, signalLength: 250 },
  gpu: { records: 2000, epochs: 20, batchSize: 128, signalLength: 1000 },
};

/** Runs the command. */
export async function runTrainSimclr(
  flags: TrainSimclrFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  assertWritable(flags.out, "--out");
  if (flags.resume && flags.runDir === undefined) {
    throw new UsageError("--resume needs --run-dir: name the folder of the run to go on with");
  }
  const runFolder = flags.runDir ?? defaultRunFolder("train-simclr");
  const gpu = await chooseDevice({ adapter: flags.adapter });
  const kernels = new KernelLibrary(gpu, flags.noTune ? { enabled: false } : {});
  const explicit = context.given.has("data-root");
  const synthetic = !explicit && !hasPtbXl(flags.dataRoot);
  const preset = SYNTHETIC_PRESETS[gpu.software ? "software" : "gpu"];
  const unset = (flag: string) => synthetic && !context.given.has(flag);
  const epochs = unset("epochs") ? preset.epochs : flags.epochs;
  const batchSize = unset("batch-size") ? preset.batchSize : flags.batchSize;
  const signalLength = unset("signal-length") ? preset.signalLength : flags.signalLength;
  const set = await openRecords({
    ...flags,
    signalLength,
    explicit,
    synthetic: { records: preset.records, seed: COHORT_SEED },
  });
  assertAllParts(set);
  const workspace = await Workspace.open(set, { normalisation: flags.normalize }, { gpu, kernels });
  try {
    using progress = new Progress({
      label: "Pretraining",
      total: epochs * Math.ceil(workspace.split.train.length / batchSize),
      unit: "steps",
    });
    let stepsPerEpoch = 0;
    const result = await pretrainSimclr(workspace, {
      epochs,
      batchSize,
      learningRate: flags.lr,
      temperature: flags.temperature,
      projection: flags.projectionDim,
      config: flags.config,
      seed: flags.seed,
      shuffle: !flags.noShuffle,
      logEvery: flags.logEvery,
      out: flags.out,
      ...(flags.init === undefined ? {} : { init: flags.init }),
      runFolder,
      resume: flags.resume,
      signal: context.signal,
      events: {
        prepared: ({ parameters, arenaBytes, resumedAfter }) =>
          printSettings([
            ["Command", `train-simclr, configuration ${flags.config}`],
            ...workspaceSettings(workspace),
            [
              "Model",
              `6 blocks of width 64, projection ${flags.projectionDim}; ` +
              `${formatCount(parameters)} parameters`,
            ],
            [
              "Training",
              `${epochs} epochs, batch ${batchSize} (two views each), Adam ${flags.lr}, ` +
              `temperature ${flags.temperature}, seed ${flags.seed}`,
            ],
            ["Step memory", formatBytes(arenaBytes)],
            ["Run folder", runFolder],
            ["Resumed", resumedAfter > 0 ? `after epoch ${resumedAfter}` : undefined],
          ]),
        steps: (epoch, done, total, loss) => {
          stepsPerEpoch = total;
          progress.update((epoch - 1) * total + done, `loss ${loss.toFixed(4)}`);
        },
        epoch: (epoch, { loss, seconds, recordsPerSecond }) =>
          progress.log(
            `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  ` +
              `loss ${loss.toFixed(4)}  ${formatRate(recordsPerSecond, "records")}  ` +
              formatDuration(seconds),
          ),
        probing: () => progress.finish("Probing the encoder and a random one ..."),
      },
    });
    const figures = await drawFigures(result, workspace, runFolder, flags.config);
    const lossLine = result.epochLosses.map((loss) => loss.toFixed(3));
    console.log("");
    if (result.stepLosses.length > 1) {
      console.log(
        `Loss, ${result.stepLosses.length} steps (chance: ${
          Math.log(2 * batchSize - 1).toFixed(2)
        })\n` + sparkline(result.stepLosses, 60, 3) + "\n",
      );
    }
    printSettings([
      ["Loss", `${lossLine[0]} (first epoch) to ${lossLine[lossLine.length - 1]} (last)`],
      [
        "Linear probe",
        compare(result.probe.test.auroc_macro, result.randomProbe.test.auroc_macro) +
        "; penalty chosen on fold 9\n" +
        compare(result.probe.aurocAtUnitC, result.randomProbe.aurocAtUnitC) +
        "; penalty C = 1, scikit-learn's default",
      ],
      [
        "Throughput",
        `${formatRate(result.recordsPerSecond, "records")} in training, ` +
        `${formatDuration((performance.now() - started) / 1000)} in all`,
      ],
      ["Encoder", flags.out],
      ["Metrics", `${runFolder}/metrics.jsonl`],
      ["Figures", figures.length > 0 ? figures.join("\n") : undefined],
      ["Next", nextCommand(flags, context)],
    ]);
    if (stepsPerEpoch === 0) console.log("Nothing was left to train");
  } catch (error) {
    if (context.signal.aborted) throw stopped(context, runFolder, flags.resume);
    throw error;
  } finally {
    workspace.destroy();
  }
}

/** What Ctrl-C leaves the user with. */
export function stopped(context: CommandContext, runFolder: string, resumed: boolean): Interrupted {
  const again = context.given.has("run-dir")
    ? context.commandLine
    : `${context.commandLine} --run-dir ${quote(runFolder)}`;
  return new Interrupted(
    `Stopped. What was saved is in ${runFolder}; go on with: ${again}${resumed ? "" : " --resume"}`,
  );
}

function nextCommand(flags: TrainSimclrFlags, context: CommandContext): string {
  return `${context.program} finetune --ssl-checkpoint ${quote(flags.out)}` +
    dataArguments(flags, context.given);
}

function compare(trained: number, random: number): string {
  const gain = trained - random;
  return `test AUROC ${trained.toFixed(4)}, random encoder ${random.toFixed(4)} ` +
    `(${gain < 0 ? "" : "+"}${gain.toFixed(4)})`;
}

async function drawFigures(
  result: PretrainResult,
  workspace: Workspace,
  runFolder: string,
  config: string,
): Promise<string[]> {
  const { split, set } = workspace;
  const figures: string[] = [];
  const source = set.synthetic ? "synthetic cohort" : "PTB-XL";
  if (result.stepLosses.length > 1) {
    const path = `${runFolder}/loss.svg`;
    await writeFileAtomically(
      path,
      await lineChart({
        title: "SimCLR pretraining",
        caption: `${source}, n = ${
          formatCount(split.train.length)
        } records, configuration ${config}`,
        x: { title: "Step" },
        y: { title: "NT-Xent (nats)" },
        series: [{
          name: "training",
          x: result.stepLosses.map((_, i) => i + 1),
          y: result.stepLosses,
        }],
      }),
    );
    figures.push(path);
  }
  const bars = [
    { name: "SimCLR", value: result.probe.test.auroc_macro },
    { name: "random encoder", value: result.randomProbe.test.auroc_macro },
  ];
  // Not defined where no class of the test fold has both labels.
  if (!bars.every(({ value }) => Number.isFinite(value))) return figures;
  const path = `${runFolder}/probe.svg`;
  await writeFileAtomically(
    path,
    await barChart({
      title: "Linear probe on frozen features",
      caption: `${source}, test fold, n = ${formatCount(split.test.length)} records`,
      valueTitle: "Macro AUROC",
      base: 0.5,
      maximum: 1,
      bars,
    }),
  );
  figures.push(path);
  return figures;
}

/** The pretraining commands as the user sees them: settings, progress, summary, figures. */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import {
  type Command,
  type CommandContext,
  defineCommand,
  type FlagTable,
} from "./flags/command.ts";
import { formatCount, formatDuration, formatRate, formatScore } from "../text/format.ts";
import {
  methodFlags,
  methodSettings,
  type PretrainingFlags,
  pretrainingFlags,
  type PretrainingOptions,
} from "./flags/pretraining_flags.ts";
import { quote } from "../text/shell_words.ts";
import { dataName, hasLabels } from "../data/signals/record_set.ts";
import { openDevice } from "../runs/device.ts";
import { pretrain, type PretrainResult } from "../training/pretrain.ts";
import { ONLINE_PROBE_RECORDS } from "../training/pretrain_monitor.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import type { Workspace } from "../runs/workspace.ts";
import { barChart } from "../plots/bar_chart.ts";
import { lineChart } from "../plots/line_chart.ts";
import { sparkline } from "../text/sparkline.ts";
import { dataArguments, epochLabel, printSettings, workspaceSettings } from "./console.ts";
import { needsCohort } from "./open_records.ts";
import { openWorkspace } from "./open_workspace.ts";
import { CommandRun, stepsOn } from "./training_run.ts";

/**
 * Sizes without a data set. On a processor the main job looks at the first 2.5 s of each record: four
 * times as many epochs in the same time teach more than whole records do, and it ends within three
 * minutes on two cores.
 */
const SYNTHETIC_PRESETS = {
  software: { records: 1200, epochs: 20, batchSize: 128, signalLength: 250 },
  gpu: { records: 2000, epochs: 20, batchSize: 128, signalLength: 1000 },
};

const PROBE_NAMES = { knn: "20 nearest neighbors", linear: "Logistic regression" };

const MONITOR =
  "After each epoch spread is printed: how far the embeddings of validation records are apart, from " +
  "0 (all the same: the network has collapsed) to about 1 (evenly over the sphere); below 0.05 a " +
  "line warns. --probe-every 5 also probes the encoder on fold 9 and draws the curve. The encoder " +
  "is the same, to the bit, with and without it.";

/**
 * The command that pretrains with a method.
 *
 * @param help What its page says besides the flags.
 */
export function pretrainingCommand(
  method: PretrainingMethod,
  help: Partial<Pick<Command<FlagTable>, "description" | "examples">> & { summary: string },
) {
  return defineCommand({
    name: `train-${method.name}`,
    ...help,
    description: [...help.description ?? [], MONITOR],
    flags: { ...pretrainingFlags(method), ...methodFlags(method) } as PretrainingFlags,
    run: (options, context) => runPretrain(method, options as PretrainingOptions, context),
  });
}

async function runPretrain(
  method: PretrainingMethod,
  given: PretrainingOptions,
  context: CommandContext,
): Promise<void> {
  const command = `train-${method.name}`;
  const run = new CommandRun(command, given, context);
  const device = await openDevice(given);
  const preset = SYNTHETIC_PRESETS[device.gpu.software ? "software" : "gpu"];
  const synthetic = needsCohort(given, context.given);
  const unset = (flag: string) => synthetic && !context.given.has(flag);
  const flags = {
    ...given,
    ...(unset("epochs") && { epochs: preset.epochs }),
    ...(unset("batch-size") && { batchSize: preset.batchSize }),
    ...(unset("signal-length") && unset("resolution") && { signalLength: preset.signalLength }),
  };
  const { epochs, batchSize } = flags;
  const workspace = await openWorkspace({
    flags,
    context,
    normalization: flags.normalize,
    device,
    cohortRecords: preset.records,
    allParts: true,
    unlabeled: true,
  });
  await run.run("Pretraining", workspace, async (progress) => {
    const { samplingRate } = workspace.set;
    const settings = settingsOf(method, methodSettings(method, flags), samplingRate);
    const { network, details } = method.describe(settings);
    const result = await pretrain(workspace, method, {
      ...run.options(flags),
      settings,
      learningRateSchedule: flags.lrSchedule,
      onlineProbe: flags.probeEvery > 0
        ? { every: flags.probeEvery, kind: flags.probe }
        : undefined,
      events: {
        prepared: ({ encoder, parameters, trained, ...facts }) =>
          printSettings([
            ["Command", command],
            ...workspaceSettings(workspace),
            [
              "Model",
              `${encoder}, ${network}; ` +
              `${formatCount(parameters)} parameters` +
              (trained < parameters ? `, ${formatCount(trained)} trained` : ""),
            ],
            [
              "Training",
              `${epochs} epochs, batch ${batchSize}` +
              `${method.views === 2 ? " (two views each)" : ""}, Adam ${flags.lr}` +
              `${flags.lrSchedule === "cosine" ? " falling to 0" : ""}, seed ${flags.seed}`,
            ],
            [method.title, details.join(", ")],
            [
              "Online probe",
              flags.probeEvery > 0 ? describeOnlineProbe(flags, workspace) : undefined,
            ],
            ...run.settings(facts),
          ]),
        steps: stepsOn(progress, epochs),
        untrained: (auroc) =>
          progress.log(`${epochLabel(0, epochs)}  probe ${formatScore(auroc, 4)}`),
        epoch: (epoch, { loss, spread, probeAuroc, seconds, recordsPerSecond }) =>
          progress.log([
            epochLabel(epoch, epochs),
            `loss ${loss.toFixed(4)}`,
            ...(spread === undefined ? [] : [`spread ${formatScore(spread, 2)}`]),
            ...(probeAuroc === undefined ? [] : [`probe ${formatScore(probeAuroc, 4)}`]),
            formatRate(recordsPerSecond, "records"),
            formatDuration(seconds),
          ].join("  ")),
        warning: (text) => progress.log(text),
        probing: () => progress.finish("Probing the encoder and a random one ..."),
      },
    });
    const figures = await drawFigures(result, method, details, flags.probe, workspace, run.folder);
    if (result.reconstruction) figures.push(`${run.folder}/${result.reconstruction}`);
    const { epochLosses, stepLosses, probes } = result;
    console.log("");
    if (stepLosses.length > 1) {
      const chance = method.chance ? ` (chance: ${method.chance(batchSize).toFixed(2)})` : "";
      console.log(
        `Loss, ${stepLosses.length} steps${chance}\n${sparkline(stepLosses, 60, 3)}\n`,
      );
    }
    printSettings([
      [
        "Loss",
        `${epochLosses[0].toFixed(3)} (first epoch) to ${epochLosses.at(-1)!.toFixed(3)} (last)`,
      ],
      [
        "Linear probe",
        probes
          ? compare(probes.trained.test.auroc_macro, probes.random.test.auroc_macro) +
            "; penalty chosen on fold 9\n" +
            compare(probes.trained.aurocAtUnitC, probes.random.aurocAtUnitC) +
            "; penalty C = 1, scikit-learn's default"
          : "none, the records have no labels",
      ],
      ["Throughput", run.throughput(result.recordsPerSecond)],
      ["Encoder", flags.out],
      ["Metrics", `${run.folder}/metrics.jsonl`],
      ["Figures", figures.length > 0 ? figures.join("\n") : undefined],
      [
        "Next",
        `${context.program} finetune --ssl-checkpoint ${quote(flags.out)}` +
        dataArguments(flags, context.given),
      ],
    ]);
  });
}

function compare(trained: number, random: number): string {
  const gain = trained - random;
  return `test AUROC ${trained.toFixed(4)}, random encoder ${random.toFixed(4)} ` +
    `(${gain < 0 ? "" : "+"}${gain.toFixed(4)})`;
}

/** How the encoder is probed during training, or why it is not. */
function describeOnlineProbe(
  { probe, probeEvery }: PretrainingOptions,
  { set, split }: Workspace,
): string {
  if (!hasLabels(set)) return "none, the records have no labels";
  const records = formatCount(Math.min(ONLINE_PROBE_RECORDS, split.train.length));
  return `${PROBE_NAMES[probe]} on ${records} labeled records, AUROC on fold 9, ` +
    (probeEvery === 1 ? "every epoch" : `every ${probeEvery} epochs`);
}

async function drawFigures(
  { stepLosses, probes, probeCurve }: PretrainResult,
  { title, loss }: PretrainingMethod,
  details: readonly string[],
  probe: PretrainingOptions["probe"],
  { split, set }: Workspace,
  runFolder: string,
): Promise<string[]> {
  const figures: string[] = [];
  const add = async (name: string, svg: Promise<string>) => {
    await writeFileAtomically(`${runFolder}/${name}`, await svg);
    figures.push(`${runFolder}/${name}`);
  };
  const source = dataName(set);
  if (stepLosses.length > 1) {
    await add(
      "loss.svg",
      lineChart({
        title: `${title} pretraining`,
        caption: `${source}, n = ${formatCount(split.train.length)} records, ${details.join(", ")}`,
        x: { title: "Step" },
        y: { title: loss },
        series: [{ name: "training", x: stepLosses.map((_, i) => i + 1), y: stepLosses }],
      }),
    );
  }
  // Not defined where no class of the fold has both labels.
  if (probeCurve.some(({ auroc }) => Number.isFinite(auroc))) {
    await add(
      "probe_curve.svg",
      lineChart({
        title: `${PROBE_NAMES[probe]} on the features of ${title}`,
        caption: `${source}, fold 9, n = ${formatCount(split.validation.length)} records; ` +
          "epoch 0: before training",
        x: { title: "Epoch", whole: true },
        y: { title: "Macro AUROC (0.5 = chance)" },
        points: true,
        series: [{
          name: "encoder",
          x: probeCurve.map(({ epoch }) => epoch),
          y: probeCurve.map(({ auroc }) => auroc),
        }],
      }),
    );
  }
  const bars = Object.entries({ [title]: probes?.trained, "random encoder": probes?.random })
    .map(([name, probe]) => ({ name, value: probe?.test.auroc_macro ?? NaN }));
  if (bars.every(({ value }) => Number.isFinite(value))) {
    await add(
      "probe.svg",
      barChart({
        title: "Linear probe on frozen features",
        caption: `${source}, test fold, n = ${formatCount(split.test.length)} records`,
        valueTitle: "Macro AUROC",
        base: 0.5,
        maximum: 1,
        bars,
      }),
    );
  }
  return figures;
}

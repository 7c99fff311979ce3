import { join } from "node:path";
import { AUGMENTATION_CONFIGS } from "../src/augment/augmentations.ts";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { assertEachOnce, assertFolderWritable, workspaceSettings } from "../src/console/console.ts";
import { runExperiment } from "../src/console/experiment.ts";
import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { type CommandContext, defineCommand, type Options } from "../src/console/flags/command.ts";
import {
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { experimentFlags, jobsFlag, SEEDS } from "../src/console/flags/training_flags.ts";
import { openExperimentWorkspace } from "../src/console/open_workspace.ts";
import { dataName } from "../src/data/signals/record_set.ts";
import { UsageError } from "../src/errors.ts";
import {
  ablationDeltas,
  type AblationRun,
  ablationRuns,
  planAblation,
} from "../src/experiments/ablation.ts";
import { barChart } from "../src/plots/bar_chart.ts";
import { ablationResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import type { Workspace } from "../src/runs/workspace.ts";
import { meanInterval } from "../src/stats/mean_interval.ts";
import {
  formatCount,
  formatScore,
  formatShare,
  formatSigned,
  formatSignedInterval,
  plural,
} from "../src/text/format.ts";
import { renderTable } from "../src/text/table.ts";

const flags = {
  "configs": stringListFlag({
    choices: AUGMENTATION_CONFIGS,
    default: ["full", ...AUGMENTATION_CONFIGS.filter((name) => name.startsWith("no-"))],
    description: "Configurations of train-simclr; full must be among them",
  }),
  "seeds": numberListFlag({
    ...SEEDS,
    default: [42, 43, 44],
    description: "Seeds",
  }),
  "epochs": integerFlag({ default: 20, minimum: 1, description: "Epochs of pretraining" }),
  "batch-size": integerFlag({
    default: 256,
    minimum: 2,
    description: "Records of a pretraining step",
  }),
  "finetune-epochs": integerFlag({
    default: 20,
    minimum: 1,
    description: "Epochs of fine-tuning",
  }),
  "label-fraction": {
    ...classifierFlags["label-fraction"],
    description: "Share of the labels that fine-tuning uses",
  },
  "out": pathFlag({
    default: "results/ablation",
    description: "Folder of runs, JSON and figure",
  }),
  "jobs": jobsFlag,
  ...experimentFlags,
};
type AblationOptions = Options<typeof flags>;

/** `deno task ablation`: what each augmentation is worth. */
export const command = defineCommand({
  name: "ablation",
  summary: "Leave each augmentation out in turn, and compare",
  description: [
    "Pretrains an encoder with SimCLR for every configuration and seed, probes it, fine-tunes it on " +
    'few labels, and compares each configuration with "full", seed by seed. Runs that are done ' +
    "are kept; started again, the command continues.",
    "Writes ablation.json, a table of changes with intervals paired by seed, and a figure.",
  ],
  flags,
  examples: [
    { args: "", about: "All seven augmentations, three seeds" },
    { args: "--configs full,no-mixup,none --seeds 1,2 --epochs 5", about: "A quick look" },
  ],
  run,
});

/** What all others are compared with. */
const REFERENCE = "full";

async function run(options: AblationOptions, context: CommandContext): Promise<void> {
  const { configs, seeds, epochs, batchSize, finetuneEpochs, labelFraction } = options;
  assertEachOnce({ configs, seeds });
  if (!configs.includes(REFERENCE)) {
    throw new UsageError(
      `--configs was given ${configs.join(",")}: give ${REFERENCE} too, which the others are ` +
        `compared with`,
    );
  }
  const out = join(options.out, "ablation.json");
  assertFolderWritable(out, "--out");
  await runExperiment({
    name: "ablation",
    context,
    jobs: options.jobs,
    open: () => openExperimentWorkspace(options, context),
    plan: (workspace) => planAblation(workspace, { ...options, folder: options.out }),
    settings: (workspace) => [
      ...workspaceSettings(workspace),
      ["Configurations", configs.join(", ")],
      ["Seeds", seeds.join(", ")],
      ["Pretraining", `SimCLR, ${epochs} epochs, batch ${batchSize}`],
      ["Fine-tuning", `${finetuneEpochs} epochs on ${formatShare(labelFraction)} of the labels`],
      ["Folder", options.out],
    ],
    line(cell, experiment) {
      const what = `${cell.config.padEnd(22)} seed ${cell.seed}  `;
      return cell.part === "pretraining"
        ? `${what}probe      ${formatScore(experiment.result(cell)!.probe, 4)}`
        : `${what}fine-tuned ${formatScore(experiment.result(cell)!, 4)}`;
    },
    async finish(experiment, workspace, time) {
      const runs = ablationRuns(experiment);
      const deltas = ablationDeltas(runs, REFERENCE);
      await writeResult(out, ablationResults, {
        reference: REFERENCE,
        seeds,
        epochs,
        batch_size: batchSize,
        finetune_epochs: finetuneEpochs,
        label_fraction: labelFraction,
        command_line: context.commandLine,
        data: workspace.set.source,
        deltas,
        runs,
      });
      const figure = await drawDeltas(deltas, options, workspace);
      console.log(
        `\nTest macro AUROC, mean over the seeds; change against "${REFERENCE}", paired by seed, ` +
          `with its 95 % t interval\n`,
      );
      console.log(deltaTable(runs, deltas) + "\n");
      return [["Results", out], ["Figure", figure], time];
    },
  });
}

type Deltas = ReturnType<typeof ablationDeltas>;

const METRICS = { probe_auroc: "linear probe", finetuned_auroc: "fine-tuned" } as const;
const METRIC_NAMES = ["probe_auroc", "finetuned_auroc"] as const;

function deltaTable(runs: readonly AblationRun[], deltas: Deltas): string {
  const row = (config: string) => [
    config,
    ...METRIC_NAMES.flatMap((metric) => {
      const own = runs.filter((run) => run.config === config).map((run) => run[metric]);
      const { n = 0, mean = NaN, interval_95: [low, high] = [NaN, NaN] } =
        deltas[config]?.[metric] ?? {};
      const change = formatSigned(mean) +
        (n > 1 ? ` (${formatSignedInterval({ low, high })})` : "");
      return [formatScore(meanInterval(own).mean, 4), config === REFERENCE ? "" : change];
    }),
  ];
  return renderTable(
    ["augmentations", "probe", "change", "fine-tuned", "change"],
    [REFERENCE, ...Object.keys(deltas)].map(row),
  );
}

async function drawDeltas(
  deltas: Deltas,
  { seeds, out, labelFraction }: AblationOptions,
  { set, split }: Workspace,
): Promise<string | undefined> {
  const bars = Object.entries(deltas).flatMap(([config, changes]) =>
    METRIC_NAMES.map((metric) => {
      const { mean, interval_95: [low, high] } = changes[metric];
      const interval = Number.isFinite(low) && { low, high };
      return { name: config, group: METRICS[metric], value: mean, ...interval };
    })
  );
  if (bars.length === 0 || !bars.every(({ value }) => Number.isFinite(value))) return undefined;
  const path = join(out, "ablation.svg");
  const svg = await barChart({
    title: "What each augmentation is worth",
    caption: `Change of the test macro AUROC when it is left out; ${dataName(set)}, ` +
      `${formatCount(split.test.length)} test records, fine-tuned on ` +
      `${formatShare(labelFraction)} of the labels, n = ${plural(seeds.length, "seed")}` +
      (seeds.length === 1 ? "" : ", 95 % t intervals of the paired change"),
    valueTitle: `Change of macro AUROC against "${REFERENCE}"`,
    bars,
  });
  await writeFileAtomically(path, svg);
  return path;
}

if (import.meta.main) await runCommand(command);

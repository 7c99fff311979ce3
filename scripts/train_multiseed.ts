import { dirname, join } from "node:path";
import { assertEachOnce, assertFolderWritable, workspaceSettings } from "../src/console/console.ts";
import { runExperiment } from "../src/console/experiment.ts";
import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { type CommandContext, defineCommand, type Options } from "../src/console/flags/command.ts";
import {
  booleanFlag,
  choiceFlag,
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { experimentFlags, jobsFlag, SEEDS } from "../src/console/flags/training_flags.ts";
import { openExperimentWorkspace } from "../src/console/open_workspace.ts";
import { BALANCING_STRATEGIES } from "../src/data/sampling/balancing.ts";
import { UsageError } from "../src/errors.ts";
import type { RecordSet } from "../src/data/signals/record_set.ts";
import type { Experiment } from "../src/experiments/experiment.ts";
import {
  configurationName,
  type MultiseedCell,
  type MultiseedConfiguration,
  type MultiseedOptions,
  planMultiseed,
} from "../src/experiments/multiseed.ts";
import {
  describeMultiseed,
  type MetricSummary,
  multiseedStatistics,
} from "../src/experiments/multiseed_results.ts";
import { CLASSIFICATION_LOSSES } from "../src/losses/classification_loss.ts";
import { METHOD_NAMES, METHODS } from "../src/methods/registry.ts";
import { multiseedResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import {
  formatInterval,
  formatPValue,
  formatScore,
  formatShare,
  formatSigned,
  plural,
} from "../src/text/format.ts";
import { quote } from "../src/text/shell_words.ts";
import { renderTable } from "../src/text/table.ts";

const flags = {
  "method": stringListFlag({
    choices: ["supervised", ...METHOD_NAMES],
    default: ["supervised"],
    description: "Where the weights come from: random, or an encoder pretrained by this method",
  }),
  "loss": choiceFlag({
    choices: CLASSIFICATION_LOSSES,
    description: "Loss of all methods",
    defaultText: "focal; without both flags supervised also runs bce with standard",
  }),
  "balance-strategy": choiceFlag({
    choices: BALANCING_STRATEGIES,
    description: "How all methods draw training records",
    defaultText: "oversample; see --loss",
  }),
  "seeds": numberListFlag({
    ...SEEDS,
    description: "Seeds",
    defaultText: "42,52,62,72,82,92,102,112,122,132; with --quick the first three",
  }),
  "quick": booleanFlag({ description: "Three seeds, 5 epochs, 5 epochs of pretraining" }),
  "label-fraction": classifierFlags["label-fraction"],
  "epochs": integerFlag({
    minimum: 1,
    description: "Passes over the labeled records",
    defaultText: "30; with --quick 5",
  }),
  "batch-size": classifierFlags["batch-size"],
  "lr": classifierFlags.lr,
  "pretrain-epochs": integerFlag({
    minimum: 1,
    description: "Passes over all training records in pretraining",
    defaultText: "20; with --quick 5",
  }),
  "pretrain-batch-size": integerFlag({
    minimum: 2,
    description: "Records of a step of pretraining",
    defaultText: METHOD_NAMES.map((name) => `${name} ${METHODS[name].batchSize}`).join(", "),
  }),
  "pretrain-once": booleanFlag({
    description: "One encoder, of the first seed, for all seeds; else one a seed",
  }),
  "jobs": jobsFlag,
  "out": pathFlag({
    default: "results/phase2_multiseed_results.json",
    description: "Results of all runs, written after each",
  }),
  "checkpoint-dir": pathFlag({
    default: "checkpoints",
    description: "Folder of the classifiers' checkpoints",
  }),
  "run-root": pathFlag({
    default: "results/multiseed",
    description: "Folder of all run folders",
  }),
  ...experimentFlags,
};

/** `deno task train-multiseed`: the same experiment with many seeds. */
export const command = defineCommand({
  name: "train-multiseed",
  summary: "Train classifiers with many seeds, and pretrain their encoders",
  description: [
    "Trains every configuration with every seed. A seed chooses labels, weights and order. Keeps " +
    "the epoch with the best macro AUROC on fold 9 and looks at fold 10 once, with its weights. " +
    "Writes both, with means, standard deviations and intervals.",
    "Runs that are done are kept, one that was stopped continues, one that failed is tried again: " +
    "started again, the command does what is missing.",
    "Supervised training runs the two documented configurations, bce_standard and " +
    "focal_oversample; methods that pretrain run focal_oversample, as finetune does. With " +
    "--loss or --balance-strategy all methods run that one configuration, under equal " +
    "conditions. Pretraining has the settings of train-simclr, train-byol and train-masked.",
    "Runs of other settings in the same --run-root are refused. A run that fails is listed " +
    "under failures, the others are done, and the exit code is 1. With --jobs each process has " +
    "its own copy of the records; results are the same, on a GPU whose kernels were not " +
    "measured yet with --no-tune.",
    "The file of results has the metrics of both folds and of every class for each seed; mean, " +
    "SD (n - 1), t interval of the mean and range of the seeds; and a t test of the first two " +
    "configurations, paired by seed. Checkpoints are " +
    "checkpoints/multiseed_LOSS_STRATEGY_seedNNN.pt, with the method before the loss where it " +
    "is not supervised.",
  ],
  flags,
  examples: [
    { args: "", about: "The two documented configurations, ten seeds" },
    { args: "--method supervised,simclr --quick", about: "Three seeds, with pretraining" },
    {
      args: "--method simclr,byol,supervised --loss focal --balance-strategy oversample --jobs 2",
      about: "Methods under equal conditions, two runs at a time",
    },
  ],
  run,
});

const TEN_SEEDS = [42, 52, 62, 72, 82, 92, 102, 112, 122, 132];

async function run(options: Options<typeof flags>, context: CommandContext): Promise<void> {
  const plan = readPlan(options, context.given);
  const { configurations, seeds, pretraining, learningRate } = plan;
  assertFolderWritable(options.out, "--out");
  assertFolderWritable(join(options.checkpointDir, "multiseed.pt"), "--checkpoint-dir");
  assertFolderWritable(join(options.runRoot, "done.json"), "--run-root");
  const pretrained = configurations.flatMap(({ method }) =>
    method === "supervised"
      ? []
      : `${method} with batch ${pretraining.batchSize ?? METHODS[method].batchSize}`
  );
  const describe = (experiment: Experiment<MultiseedCell>, set: RecordSet) =>
    describeMultiseed(experiment, {
      options: plan,
      quick: options.quick,
      data: set.source,
      classes: set.classNames,
    });
  await runExperiment({
    name: "train-multiseed",
    context,
    jobs: options.jobs,
    open: () => openExperimentWorkspace(options, context),
    plan: (workspace) => planMultiseed(workspace, plan),
    settings(workspace, experiment) {
      const runs = experiment.cells.filter(({ kind }) => kind === "classifier");
      const { length: done } = runs.filter((cell) => experiment.isDone(cell));
      return [
        ...workspaceSettings(workspace),
        ["Configurations", configurations.map(configurationName).join(", ")],
        ["Seeds", seeds.join(", ")],
        ["Labels", `${formatShare(plan.labelFraction)} of the training records`],
        [
          "Pretraining",
          pretrained.length === 0
            ? undefined
            : `${pretraining.epochs} epochs, ${pretrained.join(", ")}, Adam ${learningRate}; ` +
              (pretraining.once ? `one encoder, of seed ${seeds[0]}` : "an encoder a seed"),
        ],
        [
          "Training",
          `${plan.epochs} epochs, batch ${plan.batchSize}, Adam ${learningRate}; the epoch with ` +
          "the best macro AUROC on fold 9",
        ],
        ["Processes", options.jobs > 1 ? options.jobs : undefined],
        ["Run folders", plan.folder],
        ["Runs", `${runs.length}` + (done > 0 ? `, of which ${done} are done` : "")],
      ];
    },
    line(cell, experiment) {
      if (cell.kind === "encoder") return `${cell.title}: ${cell.out}`;
      const { validation, test, best_epoch } = experiment.result(cell)!;
      return `${cell.title}  validation AUROC ${formatScore(validation.auroc_macro, 4)}  ` +
        `test AUROC ${formatScore(test.auroc_macro, 4)}  F1 ${formatScore(test.f1_macro, 4)}  ` +
        `best epoch ${best_epoch} of ${cell.epochs}`;
    },
    write: (experiment, { set }) =>
      writeResult(options.out, multiseedResults, describe(experiment, set)),
    finish(experiment, { set }, time) {
      const { individual_results, failures } = describe(experiment, set);
      printStatistics(multiseedStatistics(individual_results));
      return [
        ["Results", options.out],
        ["Checkpoints", join(plan.checkpointFolder, "multiseed_*.pt")],
        ["Run folders", plan.folder],
        time,
        [
          "Next",
          failures.length > 0
            ? undefined
            : `${context.program} statistical-tests --results-dir ${quote(dirname(options.out))}`,
        ],
      ];
    },
  });
}

function readPlan(options: Options<typeof flags>, given: ReadonlySet<string>): MultiseedOptions {
  const { method: methods, loss, balanceStrategy, quick } = options;
  const seeds = options.seeds ?? (quick ? TEN_SEEDS.slice(0, 3) : TEN_SEEDS);
  assertEachOnce({ seeds, method: methods });
  const pretraining = ["pretrain-epochs", "pretrain-batch-size", "pretrain-once"]
    .find((name) => given.has(name));
  if (pretraining !== undefined && methods.every((method) => method === "supervised")) {
    throw new UsageError(
      `--${pretraining} is for methods that pretrain: give one of them with --method, or leave it`,
    );
  }
  const configurations = methods.map((method): MultiseedConfiguration => ({
    method,
    loss: loss ?? "focal",
    balancing: balanceStrategy ?? "oversample",
  }));
  const supervised = methods.indexOf("supervised");
  if (supervised >= 0 && loss === undefined && balanceStrategy === undefined) {
    const documented = { method: "supervised", loss: "bce", balancing: "standard" } as const;
    configurations.splice(supervised, 0, documented);
  }
  return {
    configurations,
    seeds,
    labelFraction: options.labelFraction,
    epochs: options.epochs ?? (quick ? 5 : 30),
    batchSize: options.batchSize,
    learningRate: options.lr,
    pretraining: {
      epochs: options.pretrainEpochs ?? (quick ? 5 : 20),
      batchSize: options.pretrainBatchSize,
      once: options.pretrainOnce,
    },
    folder: options.runRoot,
    checkpointFolder: options.checkpointDir,
  };
}

function printStatistics(
  { summaries, significance }: ReturnType<typeof multiseedStatistics>,
): void {
  const rows = Object.entries(summaries).flatMap(([name, own]) => [
    [name, "validation", String(own.n_seeds), ...cells(own.validation)],
    [name, "test", String(own.n_seeds), ...cells(own)],
  ]);
  if (rows.length > 0) {
    console.log("\nMean ± SD over the seeds, with the 95 % t interval of the mean\n");
    const titles = ["configuration", "fold", "n", "AUROC", "interval", "F1", "interval"];
    console.log(renderTable(titles, rows) + "\n");
  }
  if (significance === undefined) return;
  const { configurations: [first, second], n, p_value, ...test } = significance;
  console.log(
    `Test AUROC of ${second} minus ${first}, paired by seed: ` +
      `${formatSigned(test.mean_difference)}, t ${formatScore(test.t_statistic, 2)}, ` +
      `p ${formatPValue(p_value)}, d ${formatScore(test.cohens_d, 2)}, n = ${plural(n, "seed")}\n`,
  );
}

function cells({ auroc, f1 }: { auroc: MetricSummary; f1: MetricSummary }): string[] {
  return [auroc, f1].flatMap(({ mean, std, t_interval_95: [low, high] }) => [
    formatScore(mean, 4) + (Number.isFinite(std) ? ` ± ${formatScore(std, 4)}` : ""),
    formatInterval({ low, high }),
  ]);
}

if (import.meta.main) await runCommand(command);

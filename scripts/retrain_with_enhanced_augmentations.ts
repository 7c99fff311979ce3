import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { assertFolderWritable, dataArguments, workspaceSettings } from "../src/console/console.ts";
import { runExperiment } from "../src/console/experiment.ts";
import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { experimentFlags, seedFlag } from "../src/console/flags/training_flags.ts";
import { openExperimentWorkspace } from "../src/console/open_workspace.ts";
import { metricOf } from "../src/console/views/comparison_view.ts";
import { PAIRED_NOTE, scoreTable } from "../src/console/views/score_table.ts";
import { describeMetrics } from "../src/metrics/evaluated_metrics.ts";
import type { Experiment } from "../src/experiments/experiment.ts";
import {
  compareRetrained,
  planRetraining,
  RETRAINING_CHECKPOINTS,
  type RetrainingStep,
} from "../src/experiments/retraining.ts";
import { type PretrainingMethod, settingsOf } from "../src/methods/pretraining_method.ts";
import { METHODS } from "../src/methods/registry.ts";
import { retrainingResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import { formatCount, formatDuration, formatScore, formatShare } from "../src/text/format.ts";
import { quote } from "../src/text/shell_words.ts";
import { renderTable } from "../src/text/table.ts";
import { VERSION } from "../src/version.ts";

const NAME = "retrain-with-enhanced-augmentations";

const flags = {
  "byol-epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of BYOL" }),
  "byol-batch-size": integerFlag({
    default: 256,
    minimum: 2,
    description: "Records of a step of BYOL",
  }),
  "simclr-epochs": integerFlag({ default: 20, minimum: 1, description: "Epochs of SimCLR" }),
  "simclr-batch-size": integerFlag({
    default: 128,
    minimum: 2,
    description: "Records of a step of SimCLR",
  }),
  "finetune-epochs": integerFlag({
    default: 20,
    minimum: 1,
    description: "Epochs of each fine-tuning, in steps of 64 records",
  }),
  "label-fraction": {
    ...classifierFlags["label-fraction"],
    description: "Share of the labels that fine-tuning uses",
  },
  "seed": seedFlag(),
  "checkpoint-dir": pathFlag({
    default: "checkpoints",
    description: "Folder of the four checkpoints",
  }),
  "supervised-checkpoint": pathFlag({
    default: "checkpoints/supervised.pt",
    description: "Classifier trained from scratch, compared with the two where it is there",
  }),
  "out": pathFlag({
    default: "results/retrain_with_enhanced_augmentations",
    description: "Folder of runs and summary",
  }),
  ...experimentFlags,
};

/** `deno task retrain-with-enhanced-augmentations`: BYOL and SimCLR, pretrained and fine-tuned. */
export const command = defineCommand({
  name: NAME,
  summary: "Pretrain BYOL and SimCLR, fine-tune both, and compare them",
  description: [
    "Four trainings with all seven augmentations: BYOL, SimCLR, and each fine-tuned on few labels " +
    "with focal loss and oversampling. Then the two classifiers, and a supervised one where there " +
    "is one, on the same records of the test fold.",
    "A training that is done is not done again; stopped, the same command continues to the same bits.",
    "Writes four checkpoints (checkpoints/ssl_byol_enhanced.pt, ...), the same bytes as the " +
    "single commands, and a summary as JSON.",
  ],
  flags,
  examples: [
    { args: "", about: "As documented" },
    {
      args:
        "--byol-epochs 2 --simclr-epochs 2 --finetune-epochs 2 --out results/quick_retraining " +
        "--checkpoint-dir checkpoints/quick",
      about: "A quick look",
    },
  ],
  async run(options, context) {
    const { byolEpochs, byolBatchSize, simclrEpochs, simclrBatchSize, checkpointDir } = options;
    const { finetuneEpochs, labelFraction, seed, supervisedCheckpoint, out } = options;
    const summary = join(out, "retrain_with_enhanced_augmentations.json");
    assertFolderWritable(summary, "--out");
    for (const file of Object.values(RETRAINING_CHECKPOINTS)) {
      assertFolderWritable(join(checkpointDir, file), "--checkpoint-dir");
    }
    // One that was asked for must be there.
    if (context.given.has("supervised-checkpoint")) await readCheckpoint(supervisedCheckpoint);
    const supervised = existsSync(supervisedCheckpoint) ? supervisedCheckpoint : undefined;
    await runExperiment({
      name: NAME,
      context,
      stopAtFailure: true,
      epochLines: true,
      open: () => openExperimentWorkspace(options, context),
      plan: (workspace) =>
        planRetraining(workspace, {
          byol: { epochs: byolEpochs, batchSize: byolBatchSize },
          simclr: { epochs: simclrEpochs, batchSize: simclrBatchSize },
          finetuneEpochs,
          labelFraction,
          seed,
          checkpointFolder: checkpointDir,
          folder: out,
        }),
      settings: (workspace) => [
        ...workspaceSettings(workspace),
        [
          "Pretraining",
          (["byol", "simclr"] as const).map((method) => {
            const own: PretrainingMethod = METHODS[method];
            const { details } = own.describe(settingsOf(own, {}, workspace.set.samplingRate));
            return `${own.title}, ${options[`${method}Epochs`]} epochs, ` +
              [`batch ${options[`${method}BatchSize`]}`, ...details].join(", ");
          }).join("\n"),
        ],
        [
          "Fine-tuning",
          `${finetuneEpochs} epochs, batch 64, on ${formatShare(labelFraction)} of the labels, ` +
          `focal loss, oversampled`,
        ],
        ["Seed", seed],
        [
          "Supervised",
          supervised ?? `none: there is no ${supervisedCheckpoint} (${context.program} ` +
              `train-supervised makes it)`,
        ],
        ["Checkpoints", checkpointDir],
        ["Folder", out],
      ],
      line: ({ title, checkpoint }) => `${title}: ${checkpoint}`,
      async finish(experiment, workspace, time) {
        console.log("Comparing on the test fold ...");
        const { cells: steps } = experiment;
        const { signal } = context;
        const comparison = await compareRetrained(workspace, steps, { seed, supervised, signal });
        const { compared, differences, leftOut } = comparison;
        const { set, gpu } = workspace;
        const records = compared[0].evaluation.rows.length;
        await writeResult(summary, retrainingResults, {
          timestamp: new Date().toISOString(),
          version: VERSION,
          data: set.source,
          classes: set.classNames,
          adapter: gpu.name,
          seed,
          label_fraction: labelFraction,
          steps: steps.map((step) => describeStep(step, experiment)),
          comparison: {
            fold: 10,
            records,
            classifiers: Object.fromEntries(compared.map(({ name, path, evaluation }) => [
              name,
              { checkpoint: path, ...describeMetrics(evaluation, set.classNames) },
            ])),
            differences: differences.map(({ changed, baseline, intervals }) => ({
              changed,
              baseline,
              ...intervals.overall,
            })),
            left_out: leftOut.map(({ name, path, reason }) => ({ name, checkpoint: path, reason })),
          },
        });
        console.log(`\n${stepsTable(experiment)}\n`);
        console.log(
          `Test fold, ${
            formatCount(records)
          } records; each classifier at the epoch with its best ` +
            "macro F1 on fold 9\n",
        );
        console.log(`${await classifiersTable(comparison)}\n`);
        console.log(`${differencesTable(comparison)}\n\n${PAIRED_NOTE}\n`);
        for (const { reason } of leftOut) console.log(`Left out: ${reason}\n`);
        const validation = (step: RetrainingStep) =>
          experiment.result(step)?.finetuned?.validation.auroc_macro ?? -1;
        const best = steps.toSorted((a, b) => validation(b) - validation(a))[0];
        return [
          ["Checkpoints", steps.map(({ checkpoint }) => checkpoint).join("\n")],
          ["Summary", summary],
          time,
          [
            "Next",
            `${context.program} evaluate --checkpoint ${quote(best.checkpoint)}` +
            dataArguments(options, context.given),
          ],
        ];
      },
    });
  },
});

type Comparison = Awaited<ReturnType<typeof compareRetrained>>;

function describeStep(step: RetrainingStep, experiment: Experiment<RetrainingStep>) {
  const { sha256, training_seconds, probe, finetuned } = experiment.result(step)!;
  return {
    name: step.name,
    epochs: step.epochs,
    batch_size: step.batchSize,
    checkpoint: step.checkpoint,
    checkpoint_sha256: sha256,
    run_folder: step.folder,
    training_seconds,
    ...(probe && { probe_auroc: probe.trained, random_probe_auroc: probe.random }),
    ...finetuned,
  };
}

function stepsTable(experiment: Experiment<RetrainingStep>): string {
  return renderTable(
    ["step", "epochs", "training time", "result"],
    experiment.cells.map((step) => {
      const { training_seconds, probe, finetuned } = experiment.result(step)!;
      return [
        step.title,
        String(step.epochs),
        formatDuration(training_seconds) + (experiment.isFresh(step) ? "" : ", done before"),
        probe
          ? `linear probe, test AUROC ${formatScore(probe.trained, 4)}, random encoder ` +
            formatScore(probe.random, 4)
          : `best epoch ${finetuned?.best_epoch ?? "n/a"}`,
      ];
    }),
  );
}

const CLASSIFIERS: Readonly<Record<string, string>> = {
  byol: "BYOL, fine-tuned",
  simclr: "SimCLR, fine-tuned",
  supervised: "supervised",
};

async function classifiersTable({ compared }: Comparison): Promise<string> {
  const lines = await Promise.all(compared.map(async (each) => (
    { ...each, validation: (await readCheckpoint(each.path)).metadata.metrics }
  )));
  return scoreTable(lines, [
    { title: "classifier", text: ({ name }) => CLASSIFIERS[name] },
    { title: "validation AUROC", score: ({ validation }) => validation?.auroc_macro ?? NaN },
    { title: "validation F1", score: ({ validation }) => validation?.f1_macro ?? NaN },
    { title: "test AUROC", interval: metricOf("auroc_macro") },
    { title: "test F1", interval: metricOf("f1_macro") },
  ]);
}

function differencesTable({ differences }: Comparison): string {
  return scoreTable(differences, [
    {
      title: "difference on the test fold",
      text: ({ changed, baseline }) => `${CLASSIFIERS[changed]} - ${CLASSIFIERS[baseline]}`,
    },
    { title: "AUROC", interval: ({ intervals }) => intervals.overall.auroc_macro, signed: true },
    { title: "F1", interval: ({ intervals }) => intervals.overall.f1_macro, signed: true },
  ]);
}

if (import.meta.main) await runCommand(command);

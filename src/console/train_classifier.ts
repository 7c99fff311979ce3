/**
 * The commands that train a classifier as the user sees them: settings, progress, summary, figure.
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { UsageError } from "../errors.ts";
import type { classifierFlags } from "./flags/classifier_flags.ts";
import {
  type Command,
  type CommandContext,
  defineCommand,
  type FlagTable,
  type Options,
} from "./flags/command.ts";
import { formatCount } from "../text/format.ts";
import { quote } from "../text/shell_words.ts";
import { classTable } from "../data/sampling/class_imbalance.ts";
import { chooseSource, normalizationFor } from "../runs/checkpoints.ts";
import { type Selection, trainClassifier } from "../training/train_classifier.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import type { ClassifierArchitecture } from "../models/registry.ts";
import { lineChart } from "../plots/line_chart.ts";
import {
  dataArguments,
  epochLabel,
  metricsLine,
  printSettings,
  workspaceSettings,
} from "./console.ts";
import { openWorkspace } from "./open_workspace.ts";
import { CommandRun, stepsOn } from "./training_run.ts";

/** What a command trains, and by what it chooses the epoch. */
interface ClassifierRecipe {
  /** Name in the checkpoint; `supervised`. */
  readonly method?: "supervised" | "finetune";
  /** The plain encoder with a linear head, unless told otherwise. */
  readonly architecture?: ClassifierArchitecture;
  /** What the best epoch is best in; `f1_macro`. */
  readonly selection?: Selection;
}

/** Options of all these commands; a command may lack some. */
type ClassifierOptions = Omit<Options<typeof classifierFlags>, "loss"> & {
  readonly sslCheckpoint?: string;
  readonly freezeEncoder?: boolean;
  /** Absent: plain BCE where records are oversampled, else with weighted positives. */
  readonly loss?: ClassificationLoss["name"];
  readonly out: string;
};

export function classifierCommand<const Flags extends FlagTable>(
  { method, architecture, selection, ...command }:
    & Omit<Parameters<typeof defineCommand<Flags>>[0], "run">
    & ClassifierRecipe,
): Command<Flags> {
  const recipe = { method, architecture, selection };
  return defineCommand<Flags>({
    ...command,
    run: (options, context) =>
      runTrainClassifier(command.name, recipe, options as unknown as ClassifierOptions, context),
  });
}

/** Examples of the commands that train a network of its own. */
export const NETWORK_EXAMPLES = [
  { args: "--label-fraction 0.1", about: "One label in ten" },
  {
    args: "--label-fraction 1 --balance-strategy standard",
    about: "All labels, each record once an epoch, positives weighted in the loss",
  },
];

const SELECTION_NAMES = { f1_macro: "macro F1", auroc_macro: "macro AUROC", loss: "loss" } as const;

async function runTrainClassifier(
  command: string,
  { method = "supervised", architecture = "ECGClassifier", selection = "f1_macro" }:
    ClassifierRecipe,
  flags: ClassifierOptions,
  context: CommandContext,
): Promise<void> {
  const { sslCheckpoint, freezeEncoder = false, balanceStrategy, labelFraction } = flags;
  const loss = flags.loss ?? (balanceStrategy === "oversample" ? "bce" : "weighted_positives");
  const selectionName = `validation ${SELECTION_NAMES[selection]}`;
  const run = new CommandRun(command, flags, context);
  const starts = [sslCheckpoint, flags.init].filter((path) => path !== undefined);
  if (method === "finetune" && starts.length === 0) {
    throw new UsageError("--ssl-checkpoint is missing: give the path of a pretrained encoder");
  }
  const checkpoint = starts.length > 0 ? await readCheckpoint(starts[0]) : undefined;
  if (checkpoint && sslCheckpoint !== undefined) chooseSource(checkpoint, ["encoder"]);
  const asked = context.given.has("normalize") ? flags.normalize : undefined;
  const normalization = checkpoint ? normalizationFor(checkpoint, asked) : flags.normalize;
  const workspace = await openWorkspace({ flags, context, normalization, allParts: true });
  await run.run("Training", workspace, async (progress) => {
    const result = await trainClassifier(workspace, {
      ...run.options(flags),
      command,
      method,
      architecture,
      selection,
      loss,
      balancing: balanceStrategy,
      encoderCheckpoint: sslCheckpoint,
      events: {
        prepared: ({ labeled, parameters, trained, frequencies, ...facts }) => {
          printSettings([
            ["Command", command],
            ...workspaceSettings(workspace),
            [
              "Labels",
              `${formatCount(labeled)} records (${labelFraction * 100} %), ` +
              `loss ${loss}, drawing ${balanceStrategy}`,
            ],
            ["Start", starts.length > 0 ? starts.join(", then ") : "random weights"],
            [
              "Model",
              `${architecture}, ${formatCount(parameters)} parameters, ` +
              `${formatCount(trained)} trained` +
              (freezeEncoder ? " (encoder frozen, features computed once)" : ""),
            ],
            [
              "Training",
              `${flags.epochs} epochs, batch ${flags.batchSize}, Adam ${flags.lr}, ` +
              `seed ${flags.seed}`,
            ],
            ...run.settings(facts),
          ]);
          console.log(classTable(frequencies, { draws: true }) + "\n");
        },
        steps: stepsOn(progress, flags.epochs),
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
      run.folder,
    );
    console.log("");
    printSettings([
      [
        "Best epoch",
        Number.isNaN(result.selected[result.bestEpoch - 1])
          ? `${result.bestEpoch} (the first: the ${selectionName} is not defined, since no class ` +
            "of fold 9 has records with and without it)"
          : `${result.bestEpoch}, by ${selectionName}`,
      ],
      ["Validation", metricsLine(result.validation)],
      ["Test", metricsLine(result.test)],
      ["Throughput", run.throughput(result.recordsPerSecond)],
      ["Checkpoint", flags.out],
      ["Metrics", `${run.folder}/metrics.jsonl`],
      ["Figure", curve],
      [
        "Next",
        `${context.program} evaluate --checkpoint ${quote(flags.out)}` +
        dataArguments(flags, context.given),
      ],
    ]);
  });
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

import { defineComparison } from "../src/console/comparison.ts";
import { stoppedToRepeat } from "../src/console/console.ts";
import {
  baselineOf,
  describeKind,
  differenceOf,
  drawAuroc,
  METHOD_COLUMN,
  METRIC_COLUMNS,
  metricOf,
  NOT_DEFINED,
} from "../src/console/views/comparison_view.ts";
import { BASELINE_CHECKPOINTS } from "../src/console/documented_checkpoints.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { labelFractionFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { scoreTable } from "../src/console/views/score_table.ts";
import {
  byAuroc,
  type ClassifierComparison,
  type ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import {
  formatScore,
  formatShare,
  formatSigned,
  formatSignedInterval,
} from "../src/text/format.ts";
import { HEAD_TRAINING, trainLinearHead } from "../src/experiments/linear_head.ts";

export const command = defineComparison({
  name: "compare-baselines",
  summary: "Compare methods on the test fold, encoders under a linear head",
  description: [
    "Evaluates classifiers on the same records, each with the normalization it carries, sorts them " +
    "by AUROC, and gives the differences from --baseline with intervals paired by record.",
    "An encoder without a head gets a linear one, trained on its frozen features with a part of the " +
    "labels. Heads are kept: they are trained again only where encoder, data or settings changed.",
  ],
  examples: [
    { args: "", about: "The documented checkpoints, against plain BCE" },
    {
      args: "--checkpoints simclr=checkpoints/ssl_simclr.pt,resnet=checkpoints/resnet1d.pt " +
        "--baseline simclr --figure methods.svg",
      about: "Two of them, named, with a figure",
    },
  ],
  stopped: (_options, context) => stoppedToRepeat(context).message,
  documented: BASELINE_CHECKPOINTS,
  atLeast: 2,
  flags: {
    "epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of a head" }),
    "label-fraction": labelFractionFlag(
      0.1,
      "Share of the training records whose labels a head sees",
    ),
    "seed": seedFlag("Seed of the heads (labels, weights, order) and of the bootstrap"),
    "out": pathFlag({ default: "results/compare_baselines", description: "Folder of the heads" }),
    "figure": pathFlag({ description: "Draw AUROC with intervals as SVG" }),
  },
  view: ({ epochs, labelFraction, seed, out: folder }, { signal, commandLine }) => {
    const share = formatShare(labelFraction);
    return {
      settings: [[
        "Heads",
        `of encoders: linear, encoder frozen, ${epochs} epochs, batch ` +
        `${HEAD_TRAINING.batchSize}, BCE, Adam ${HEAD_TRAINING.learningRate}, ${share} of the ` +
        `labels, seed ${seed}, epoch chosen by validation AUROC`,
      ]],
      addHead: (workspace, bars) => async (checkpoint, name) => {
        const encoder = { checkpoint, path: checkpoint.source! };
        const { path, fresh } = await trainLinearHead(workspace, encoder, {
          folder,
          epochs,
          labelFraction,
          seed,
          commandLine,
          signal,
          onEpoch: (epoch) => bars.update(`Head of ${name}`, "epochs", epoch, epochs),
        });
        bars.finish();
        console.log(`${name}: linear head ${fresh ? "trained" : "trained before"}`);
        return path;
      },
      report: (comparison) =>
        `${scoresTable(comparison)}\n\n${describeBest(comparison)}` +
        (comparison.compared.some(({ headPath }) => headPath !== undefined)
          ? `\nA frozen encoder is measured by a linear head on ${share} of the labels; ` +
            `fine-tuned, it is another classifier (finetune)`
          : ""),
      json: (comparison) => ({
        best: bestOf(comparison)?.name ?? null,
        heads: { ...HEAD_TRAINING, epochs, labelFraction },
      }),
      draw: drawAuroc(
        "Methods on the same records",
        (each) => ({ name: each.name, group: describeKind(each) }),
      ),
    };
  },
});

const AUROC = metricOf("auroc_macro");

/** The one with the highest AUROC, where any has one. */
function bestOf({ compared }: ClassifierComparison): ComparedClassifier | undefined {
  const [best] = compared.toSorted(byAuroc);
  return Number.isFinite(AUROC(best).estimate) ? best : undefined;
}

function scoresTable(comparison: ClassifierComparison): string {
  const base = baselineOf(comparison).name;
  return scoreTable(comparison.compared.toSorted(byAuroc), [
    { title: "name", text: ({ name }) => name },
    { title: "evaluated", text: describeKind },
    METHOD_COLUMN,
    ...METRIC_COLUMNS,
    { title: `AUROC - ${base}`, interval: differenceOf("auroc_macro"), signed: true },
  ]);
}

/** The best one, and whether it is better than the baseline beyond the choice of records. */
function describeBest(comparison: ClassifierComparison): string {
  const best = bestOf(comparison);
  if (best === undefined) return `Best: none, ${NOT_DEFINED}`;
  const line = `Best: ${best.name}, AUROC ${formatScore(AUROC(best).estimate, 4)}`;
  const difference = best.difference?.overall.auroc_macro;
  if (difference === undefined) return `${line}. It is the baseline: no other is above it`;
  const { estimate, low, high } = difference;
  return `${line}. ${formatSigned(estimate)} against the baseline, interval ` +
    `${formatSignedInterval(difference, 3)}, which ` +
    (low > 0 || high < 0 ? "excludes 0" : "includes 0: not shown to be better");
}

if (import.meta.main) await runCommand(command);

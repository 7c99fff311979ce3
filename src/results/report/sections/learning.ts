/** How training went, epoch by epoch. */

import type { LinePanel, LineSeries } from "../../../plots/line_chart.ts";
import { meanInterval } from "../../../stats/mean_interval.ts";
import { plural } from "../../../text/format.ts";
import { column, epochsDone, type Run } from "../../read_run.ts";
import { count, meanSd } from "../cells.ts";
import { type Block, curves, type MaybeBlock, missing, section, table } from "../document.ts";
import {
  chartPieces,
  pretrainingGroups,
  type ReportInput,
  type RunGroup,
} from "../report_input.ts";

/** Makes the section. */
export function learningSection(input: ReportInput) {
  const groups = input.configurations.map(({ name, seeds }): RunGroup => ({
    name,
    runs: seeds.flatMap(({ run }) => run !== undefined && run.epochRows.length > 0 ? [run] : []),
  })).filter(({ runs }) => runs.length > 0);
  const name = "learning_curves";
  return section(
    "learning",
    "Learning curves",
    "Lines are means over the seeds, bands ± one standard deviation. Losses of different " +
      "kinds (BCE, focal) have different units and do not compare in height. A validation " +
      "loss that rises while the training loss falls is over-fitting; the reported epoch is " +
      "the best one on the validation fold.",
    groups.length === 0 &&
      missing("train-multiseed", "Learning curves: no run folder of a classifier", [name]),
    ...chartPieces(name, groups).map(([file, piece]) =>
      curves(file, {
        title: "Learning curves",
        caption: describeGroups(piece),
        y: { title: "" },
        panels: [
          panel(piece, "train_loss", "Training loss (nats)"),
          panel(piece, "validation_loss", "Validation loss (nats)"),
          panel(piece, "auroc_macro", "Validation macro AUROC"),
        ],
      })
    ),
    groups.length > 0 && epochsTable(input),
    ...pretraining(pretrainingGroups(input)),
  );
}

function describeGroups(groups: readonly RunGroup[]): string {
  const seeds = [...new Set(groups.map(({ runs }) => runs.length))].sort((a, b) => a - b);
  return `n = ${seeds.length === 1 ? plural(seeds[0], "seed") : `${seeds.join(", ")} seeds`}` +
    (seeds.some((n) => n > 1) ? "; bands: ± 1 SD" : "");
}

function panel(groups: readonly RunGroup[], metric: string, title: string): LinePanel {
  return {
    x: { title: "Epoch", whole: true },
    ownY: { title },
    series: groups.map(({ name, runs }) => overEpochs(name, runs, metric)),
  };
}

/** Mean ± SD at each epoch over the runs that reached it. */
function overEpochs(name: string, runs: readonly Run[], metric: string): LineSeries {
  const values = new Map<number, number[]>();
  for (const { epochRows } of runs) {
    for (const [i, value] of column(epochRows, metric).entries()) {
      const epoch = Number(epochRows[i].epoch);
      if (Number.isFinite(value)) values.set(epoch, [...values.get(epoch) ?? [], value]);
    }
  }
  const epochs = [...values.keys()].sort((a, b) => a - b);
  const points = epochs.map((epoch) => meanInterval(values.get(epoch)!));
  const shifted = (sign: number) =>
    points.map(({ mean, standardDeviation }) => mean + sign * standardDeviation);
  return {
    name,
    x: epochs,
    y: points.map(({ mean }) => mean),
    low: runs.length > 1 ? shifted(-1) : undefined,
    high: runs.length > 1 ? shifted(1) : undefined,
  };
}

function epochsTable({ configurations }: ReportInput): MaybeBlock {
  return table(
    "Epochs, mean ± SD over seeds; rise: validation loss (cross-entropy, nats) of the " +
      "last epoch above that of the lowest, 0 where it fell to the end. Source: metrics.jsonl " +
      "of the runs",
    configurations.map(({ name, seeds }) => ({
      name,
      seeds,
      runs: seeds.flatMap(({ run }) => run ?? []),
    })),
    [
      ["configuration", ({ name }) => name],
      ["runs", ({ runs }) => count(runs.length)],
      ["epochs", ({ runs }) => meanSd(runs.map(epochsDone), 1)],
      ["best epoch", ({ seeds }) => meanSd(seeds.map(({ bestEpoch }) => bestEpoch), 1)],
      ["rise of the validation loss", ({ runs }) => meanSd(runs.map(riseOfLoss))],
    ],
  );
}

function riseOfLoss({ epochRows }: Run): number {
  const losses = column(epochRows, "validation_loss").filter(Number.isFinite);
  return (losses.at(-1) ?? NaN) - Math.min(...losses);
}

/** Losses, and what the encoders are worth; a panel a method, since losses differ in kind. */
function pretraining(groups: readonly RunGroup[]): Block[] {
  const name = "pretraining_curves";
  if (groups.length === 0) {
    return [missing("train-simclr", "Learning curves of pretraining", [name])];
  }
  return chartPieces(name, groups).map(([file, piece]) => {
    const spread = piece.filter(({ runs }) => runs.some((run) => has(run, "embedding_spread")));
    return curves(file, {
      title: "Pretraining",
      caption: `${describeGroups(piece)}. Losses of different methods do not compare`,
      y: { title: "" },
      columns: 3,
      panels: [
        ...piece.map((group) => ({
          ...panel([group], "train_loss", "Loss"),
          heading: group.name,
        })),
        ...(spread.length === 0 ? [] : [{
          ...panel(spread, "embedding_spread", "Embedding spread"),
          heading: "spread (0 = collapsed)",
        }]),
      ],
    });
  });
}

function has({ epochRows }: Run, metric: string): boolean {
  return column(epochRows, metric).some(Number.isFinite);
}

/**
 * How training went, epoch by epoch.
 *
 * @module
 */

import { basename } from "node:path";
import { type Block, curvesPicture, type Section } from "./document.ts";
import type { LinePanel, LineSeries } from "../../plots/line_chart.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { column, epochsDone, type Run } from "../read_run.ts";
import { count, meanSd, plural } from "./cells.ts";
import { inSixes, type Material, pieceName } from "./configurations.ts";

/** Runs that differ in the seed alone. */
export interface RunGroup {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** Makes the section. */
export function learningSection(material: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "Lines are means over the seeds, bands ± one standard deviation. Losses of different " +
      "kinds (BCE, focal) have different units and do not compare in height. A validation loss " +
      "that rises while the training loss falls is over-fitting; the reported epoch is the best " +
      "one on the validation fold.",
  }];
  const groups = classifierGroups(material);
  if (groups.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Learning curves: no run folder of a classifier",
      command: "deno task train-multiseed",
      pictures: ["learning_curves"],
    });
  }
  for (const [index, piece] of inSixes(groups).entries()) {
    blocks.push({
      kind: "picture",
      picture: curvesPicture(pieceName("learning_curves", index), {
        title: "Learning curves",
        caption: describeGroups(piece),
        y: { title: "" },
        panels: [
          panel(piece, "train_loss", "Training loss (nats)"),
          panel(piece, "validation_loss", "Validation loss (nats)"),
          panel(piece, "auroc_macro", "Validation macro AUROC"),
        ],
      }),
    });
  }
  if (groups.length > 0) blocks.push(epochsTable(material));
  blocks.push(...pretraining(material));
  return { id: "learning", title: "Learning curves", blocks };
}

function classifierGroups({ configurations }: Material): RunGroup[] {
  return configurations.map(({ name, seeds }) => ({
    name,
    runs: seeds.flatMap(({ run }) => run !== undefined && run.epochRows.length > 0 ? [run] : []),
  })).filter(({ runs }) => runs.length > 0);
}

/** Pretraining runs that are part of no sweep, by their folder without seed and date. */
export function pretrainingGroups({ folder: { runs, files } }: Material): RunGroup[] {
  const sweeps = files.filter(({ kind }) => kind === "label-scarcity" || kind === "ablation")
    .map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1));
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const pretrains = run.epochRows.some((row) => "train_loss" in row) &&
      !run.epochRows.some((row) => "validation_loss" in row);
    if (!pretrains || sweeps.some((folder) => run.path.startsWith(folder))) continue;
    const name = basename(run.path).replace(/_seed\d+$/, "").replace(
      /-\d{4}-\d\d-\d\dT[\d-]+$/,
      "",
    );
    groups.set(name, [...groups.get(name) ?? [], run]);
  }
  return [...groups].map(([name, members]) => ({ name, runs: members }));
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
  return {
    name,
    x: epochs,
    y: points.map(({ mean }) => mean),
    ...(runs.length > 1
      ? {
        low: points.map(({ mean, standardDeviation }) => mean - standardDeviation),
        high: points.map(({ mean, standardDeviation }) => mean + standardDeviation),
      }
      : {}),
  };
}

function epochsTable({ configurations }: Material): Block {
  return {
    kind: "table",
    table: {
      caption: "Epochs, mean ± SD over seeds; rise: validation loss (cross-entropy, nats) of the " +
        "last epoch above that of the lowest, 0 where it fell to the end. Source: metrics.jsonl " +
        "of the runs",
      columns: ["configuration", "runs", "epochs", "best epoch", "rise of the validation loss"],
      rows: configurations.map(({ name, seeds }) => {
        const runs = seeds.flatMap(({ run }) => run ?? []);
        return [
          name,
          count(runs.length),
          meanSd(runs.map(epochsDone), 1),
          meanSd(seeds.map(({ bestEpoch }) => bestEpoch), 1),
          meanSd(runs.map(({ epochRows }) => {
            const losses = column(epochRows, "validation_loss").filter(Number.isFinite);
            return (losses.at(-1) ?? NaN) - Math.min(...losses);
          })),
        ];
      }),
    },
  };
}

/** Losses and what the encoders are worth meanwhile; a method a panel, since losses differ in kind. */
function pretraining(material: Material): Block[] {
  const groups = pretrainingGroups(material);
  if (groups.length === 0) {
    return [{
      kind: "missing",
      what: "Learning curves of pretraining",
      command: "deno task train-simclr",
      pictures: ["pretraining_curves"],
    }];
  }
  return inSixes(groups).map((piece, index): Block => {
    const spread = piece.filter(({ runs }) => runs.some((run) => has(run, "embedding_spread")));
    return {
      kind: "picture",
      picture: curvesPicture(pieceName("pretraining_curves", index), {
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
      }),
    };
  });
}

function has({ epochRows }: Run, metric: string): boolean {
  return column(epochRows, metric).some(Number.isFinite);
}

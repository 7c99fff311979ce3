/**
 * Label efficiency: how test metrics grow with the share of labels, for a classifier from scratch, for
 * a pretrained encoder fine-tuned or frozen, and for a frozen random encoder.
 *
 * @module
 */

import { join } from "node:path";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Cell } from "./experiment.ts";
import { classifierWork, trainingOptions } from "./training_cells.ts";

/** What is compared at every share of labels. */
export const TRACKS = ["supervised", "ssl_finetuned", "ssl_frozen", "random_frozen"] as const;

/** One of {@linkcode TRACKS}. */
export type Track = typeof TRACKS[number];

/** Settings of {@linkcode planLabelScarcity}. */
export interface LabelScarcityOptions {
  /** Shares of the training labels, each in (0, 1]. */
  readonly fractions: readonly number[];
  readonly seeds: readonly number[];
  readonly tracks: readonly Track[];
  /** At most; a run stops after ten epochs without a lower validation loss. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Pretrained encoder of the `ssl_` tracks. */
  readonly encoderCheckpoint?: string;
  /** Folder of all runs. */
  readonly folder: string;
}

/** A run: one track at one share of labels with one seed. */
export interface ScarcityCell extends Cell<ScarcityResult> {
  readonly track: Track;
  readonly fraction: number;
  readonly seed: number;
}

/** What a run leaves in its folder; on the test part. */
export interface ScarcityResult {
  /** Macro AUROC; NaN where no class has both labels. */
  readonly auroc: number;
  /** Macro F1. */
  readonly f1: number;
  readonly best_epoch: number;
  readonly epochs: number;
}

/** What the reference trains every track with. */
const TRAINING = {
  loss: "bce",
  balancing: "standard",
  selection: "loss",
  adam: { weightDecay: 1e-5, clipNorm: 1 },
  plateau: { factor: 0.5, patience: 5 },
  earlyStopping: 10,
} as const;

/** Every track at every share of labels with every seed, each from fresh weights. */
export async function planLabelScarcity(
  workspace: Workspace,
  options: LabelScarcityOptions,
): Promise<ScarcityCell[]> {
  const { epochs, batchSize, learningRate, encoderCheckpoint } = options;
  const encoder = encoderCheckpoint === undefined ? null : await sha256OfFile(encoderCheckpoint);
  const cellOf = (track: Track, fraction: number, seed: number): ScarcityCell => {
    const name = `${track}_${fraction}_seed${seed}`;
    const folder = join(options.folder, name);
    const pretrained = track.startsWith("ssl_");
    const freezeEncoder = track.endsWith("_frozen");
    return {
      name,
      title: `${track}, ${Number((100 * fraction).toFixed(4))} % of the labels, seed ${seed}`,
      folder,
      track,
      fraction,
      seed,
      settings: {
        ...{ track, fraction, seed, epochs, batchSize, learningRate },
        encoder: pretrained ? encoder : null,
        ...dataSettings(workspace),
      },
      work: classifierWork(workspace, epochs, fraction, freezeEncoder),
      async run(context) {
        const { test, bestEpoch, epochLosses } = await trainClassifier(workspace, {
          ...TRAINING,
          ...trainingOptions(context),
          command: "label-scarcity",
          method: track,
          epochs,
          batchSize,
          learningRate,
          labelFraction: fraction,
          freezeEncoder,
          seed,
          encoderCheckpoint: pretrained ? encoderCheckpoint : undefined,
          out: join(folder, "model.safetensors"),
        });
        const { auroc_macro: auroc, f1_macro: f1 } = test;
        return { auroc, f1, best_epoch: bestEpoch, epochs: epochLosses.length };
      },
    };
  };
  return options.seeds.flatMap((seed) =>
    options.fractions.flatMap((fraction) =>
      options.tracks.map((track) => cellOf(track, fraction, seed))
    )
  );
}

/**
 * Label efficiency: how test metrics grow with the share of labels, for a classifier from scratch, for
 * a pretrained encoder fine-tuned or frozen, and for a frozen random encoder.
 */

import { join } from "node:path";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { formatShare } from "../text/format.ts";
import { classifierCell } from "./training_cells.ts";

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
export async function planLabelScarcity(workspace: Workspace, options: LabelScarcityOptions) {
  const { epochs, batchSize, learningRate, encoderCheckpoint } = options;
  const encoder = encoderCheckpoint === undefined ? null : await sha256OfFile(encoderCheckpoint);
  const cellOf = (track: Track, fraction: number, seed: number) => {
    const name = `${track}_${fraction}_seed${seed}`;
    const folder = join(options.folder, name);
    const pretrained = track.startsWith("ssl_");
    const shared = { seed, epochs, batchSize, learningRate };
    return classifierCell(workspace, {
      name,
      folder,
      track,
      fraction,
      seed,
      title: `${track}, ${formatShare(fraction)} of the labels, seed ${seed}`,
      settings: {
        track,
        fraction,
        ...shared,
        encoder: pretrained ? encoder : null,
        ...dataSettings(workspace),
      },
    }, {
      ...TRAINING,
      ...shared,
      command: "label-scarcity",
      method: track,
      labelFraction: fraction,
      freezeEncoder: track.endsWith("_frozen"),
      encoderCheckpoint: pretrained ? encoderCheckpoint : undefined,
      out: join(folder, "model.safetensors"),
    }, ({ test, bestEpoch, epochLosses }) => ({
      auroc: test.auroc_macro,
      f1: test.f1_macro,
      best_epoch: bestEpoch,
      epochs: epochLosses.length,
    }));
  };
  return options.seeds.flatMap((seed) =>
    options.fractions.flatMap((fraction) =>
      options.tracks.map((track) => cellOf(track, fraction, seed))
    )
  );
}

/** A run: one track at one share of labels with one seed; its result is of the test part. */
export type ScarcityCell = Awaited<ReturnType<typeof planLabelScarcity>>[number];

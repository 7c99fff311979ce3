/**
 * Label efficiency: how test metrics grow with the share of labels, for a classifier from scratch, for
 * a pretrained encoder fine-tuned or frozen, and for a frozen random encoder.
 *
 * @module
 */

import { join } from "node:path";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import { finiteOrNull } from "../results/finite_or_null.ts";
import { dataSettings, isUnfinished } from "../runs/run_state.ts";
import { runOnce } from "./sweep.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Workspace } from "../runs/workspace.ts";

/** What is compared at every share of labels. */
export const TRACKS = ["supervised", "ssl_finetuned", "ssl_frozen", "random_frozen"] as const;

/** One of {@linkcode TRACKS}. */
export type Track = typeof TRACKS[number];

/** Settings of {@linkcode labelScarcity}. */
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
  readonly signal?: AbortSignal;
  /** For the runs' `config.json`. */
  readonly commandLine?: string;
  readonly events?: {
    /** Before a run that is not done yet. */
    run?(run: ScarcityIdentity, index: number, total: number): void;
    epoch?(epoch: number, loss: number): void;
    done?(run: ScarcityRun, fresh: boolean, index: number, total: number): void;
  };
}

/** Which run it is. */
export interface ScarcityIdentity {
  readonly track: Track;
  readonly fraction: number;
  readonly seed: number;
}

/** Result of one run. */
export interface ScarcityRun extends ScarcityIdentity {
  /** Test macro AUROC; NaN where no class has both labels. */
  readonly auroc: number;
  /** Test macro F1. */
  readonly f1: number;
  readonly bestEpoch: number;
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

/**
 * Trains every track at every share of labels with every seed, each from fresh weights. Runs that are
 * done already are read from the folder, one that was stopped goes on.
 *
 * @throws {UserError} As `trainClassifier` does, and where the folder holds runs with other settings.
 */
export async function labelScarcity(
  workspace: Workspace,
  options: LabelScarcityOptions,
): Promise<ScarcityRun[]> {
  const { epochs, batchSize, learningRate, encoderCheckpoint, events, signal, commandLine } =
    options;
  const encoder = encoderCheckpoint === undefined ? null : await sha256OfFile(encoderCheckpoint);
  const identities = options.seeds.flatMap((seed) =>
    options.fractions.flatMap((fraction) =>
      options.tracks.map((track): ScarcityIdentity => ({ track, fraction, seed }))
    )
  );
  const runs: ScarcityRun[] = [];
  for (const [index, identity] of identities.entries()) {
    const { track, fraction, seed } = identity;
    const pretrained = track.startsWith("ssl_");
    const runFolder = join(options.folder, `${track}_${fraction}_seed${seed}`);
    const settings = {
      ...identity,
      epochs,
      batchSize,
      learningRate,
      encoder: pretrained ? encoder : null,
      ...dataSettings(workspace),
    };
    const { result, fresh } = await runOnce(runFolder, settings, async () => {
      events?.run?.(identity, index, identities.length);
      const trained = await trainClassifier(workspace, {
        ...TRAINING,
        command: "label-scarcity",
        method: track,
        epochs,
        batchSize,
        learningRate,
        labelFraction: fraction,
        freezeEncoder: track.endsWith("_frozen"),
        seed,
        shuffle: true,
        logEvery: 100,
        ...(pretrained && encoderCheckpoint !== undefined ? { encoderCheckpoint } : {}),
        out: join(runFolder, "model.safetensors"),
        runFolder,
        resume: isUnfinished(runFolder),
        ...(signal ? { signal } : {}),
        ...(commandLine === undefined ? {} : { commandLine }),
        events: { epoch: (epoch, { loss }) => events?.epoch?.(epoch, loss) },
      });
      return {
        auroc: finiteOrNull(trained.test.auroc_macro),
        f1: trained.test.f1_macro,
        best_epoch: trained.bestEpoch,
        epochs: trained.epochLosses.length,
      };
    });
    const run = {
      ...identity,
      auroc: result.auroc ?? NaN,
      f1: result.f1,
      bestEpoch: result.best_epoch,
      epochs: result.epochs,
    };
    runs.push(run);
    events?.done?.(run, fresh, index, identities.length);
  }
  return runs;
}

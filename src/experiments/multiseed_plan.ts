/**
 * What a multi-seed experiment consists of: the runs, their names, folders and settings.
 *
 * @module
 */

import { join } from "node:path";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import type { Balancing } from "../data/sampling/balancing.ts";
import { dataName } from "../data/signals/record_set.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import { settingsOf } from "../methods/pretraining_method.ts";
import { METHOD_NAMES, type MethodName, METHODS } from "../methods/registry.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { RunSettings } from "./sweep.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Where a classifier's weights come from: random, or pretrained with a method. */
export const MULTISEED_METHODS = ["supervised", ...METHOD_NAMES] as const;

/** One of {@linkcode MULTISEED_METHODS}. */
export type MultiseedMethod = typeof MULTISEED_METHODS[number];

/** What is repeated with every seed. */
export interface MultiseedConfiguration {
  readonly method: MultiseedMethod;
  readonly loss: ClassificationLoss["name"];
  readonly balancing: Balancing;
}

/** Pretraining of the methods that pretrain; all other settings are those of their commands. */
export interface MultiseedPretraining {
  readonly epochs: number;
  /** Default: the method's. */
  readonly batchSize?: number;
  /** One encoder, of the first seed, for all seeds; else one a seed. */
  readonly once: boolean;
}

/** Settings of an experiment. */
export interface MultiseedOptions {
  readonly configurations: readonly MultiseedConfiguration[];
  readonly seeds: readonly number[];
  /** Share of the training labels, in (0, 1]. */
  readonly labelFraction: number;
  /** Of a classifier. */
  readonly epochs: number;
  /** Of a classifier. */
  readonly batchSize: number;
  /** Of Adam, in classifiers and in pretraining. */
  readonly learningRate: number;
  readonly pretraining: MultiseedPretraining;
  /** Folder of all runs. */
  readonly folder: string;
  /** Folder of the classifiers' checkpoints. */
  readonly checkpointFolder: string;
}

/** Pretraining of one encoder. */
export interface PretrainTask {
  readonly kind: "pretraining";
  /** Name of the run folder. */
  readonly name: string;
  readonly method: MethodName;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly runFolder: string;
  /** The encoder it writes. */
  readonly out: string;
  readonly settings: RunSettings;
}

/** Training of one classifier. */
export interface ClassifierTask {
  readonly kind: "classifier";
  /** Name of the run folder: configuration and seed. */
  readonly name: string;
  readonly configuration: MultiseedConfiguration;
  readonly seed: number;
  readonly epochs: number;
  readonly runFolder: string;
  /** The checkpoint it writes. */
  readonly out: string;
  /** What must be done before. */
  readonly pretraining?: PretrainTask;
  readonly settings: RunSettings;
}

/** A part of an experiment that is done by itself. */
export type MultiseedTask = PretrainTask | ClassifierTask;

/** Loss and drawing; the method in front, where it is not supervised. */
export function configurationName({ method, loss, balancing }: MultiseedConfiguration): string {
  return `${method === "supervised" ? "" : `${method}_`}${loss}_${balancing}`;
}

/** `seed042` */
function seedName(seed: number): string {
  return `seed${String(seed).padStart(3, "0")}`;
}

/** `focal_oversample, seed 42`, or `pretraining simclr, seed 42`. */
export function taskTitle(task: MultiseedTask): string {
  const what = task.kind === "pretraining"
    ? `pretraining ${task.method}`
    : configurationName(task.configuration);
  return `${what}, seed ${task.seed}`;
}

/**
 * The tasks of an experiment in the order in which they are done: seed by seed, so that what is done
 * at any time compares all configurations; an encoder before the first classifier that needs it.
 */
export function planMultiseed(
  workspace: Pick<Workspace, "set" | "split" | "normalization">,
  options: MultiseedOptions,
): MultiseedTask[] {
  const { seeds, configurations, folder, epochs, batchSize, learningRate } = options;
  const { set } = workspace;
  const data: RunSettings = {
    data: dataName(set),
    classes: set.classNames,
    samplingRate: set.samplingRate,
    ...dataSettings(workspace),
  };
  const tasks: MultiseedTask[] = [];
  const encoders = new Map<string, PretrainTask>();
  const encoderOf = (method: MethodName, seed: number): PretrainTask => {
    const name = `pretrain_${method}_${seedName(seed)}`;
    const known = encoders.get(name);
    if (known) return known;
    const { epochs, batchSize = METHODS[method].batchSize } = options.pretraining;
    const runFolder = join(folder, name);
    const own = settingsOf<object>(METHODS[method], {}, set.samplingRate) as Record<
      string,
      JsonValue
    >;
    const task: PretrainTask = {
      kind: "pretraining",
      name,
      method,
      seed,
      epochs,
      batchSize,
      runFolder,
      out: join(runFolder, "encoder.pt"),
      settings: { method, seed, epochs, batchSize, learningRate, ...own, ...data },
    };
    encoders.set(name, task);
    tasks.push(task);
    return task;
  };
  for (const seed of seeds) {
    for (const configuration of configurations) {
      const { method, loss, balancing } = configuration;
      const pretraining = method === "supervised"
        ? undefined
        : encoderOf(method, options.pretraining.once ? seeds[0] : seed);
      const name = `${configurationName(configuration)}_${seedName(seed)}`;
      const { labelFraction } = options;
      tasks.push({
        kind: "classifier",
        name,
        configuration,
        seed,
        epochs,
        runFolder: join(folder, name),
        out: join(options.checkpointFolder, `multiseed_${name}.pt`),
        ...(pretraining ? { pretraining } : {}),
        settings: {
          method,
          loss,
          balancing,
          seed,
          labelFraction,
          epochs,
          batchSize,
          learningRate,
          ...(pretraining
            ? {
              pretrainSeed: pretraining.seed,
              pretrainEpochs: pretraining.epochs,
              pretrainBatchSize: pretraining.batchSize,
            }
            : {}),
          ...data,
        },
      });
    }
  }
  return tasks;
}

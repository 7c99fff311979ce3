/**
 * One experiment with many seeds: classifiers from random weights or on pretrained encoders, each run
 * with its own labels, weights and order.
 *
 * @module
 */

import { join } from "node:path";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { Balancing } from "../data/sampling/balancing.ts";
import { dataName } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import { type MethodName, METHODS } from "../methods/registry.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { pretrain } from "../training/pretrain.ts";
import {
  type PerClass,
  trainClassifier,
  type TrainClassifierResult,
} from "../training/train_classifier.ts";
import { VERSION } from "../version.ts";
import type { Cell } from "./experiment.ts";
import { classifierWork, pretrainingWork, trainingOptions } from "./training_cells.ts";

/** What is repeated with every seed. */
export interface MultiseedConfiguration {
  /** Where the weights come from: random, or pretrained with a method. */
  readonly method: "supervised" | MethodName;
  readonly loss: ClassificationLoss["name"];
  readonly balancing: Balancing;
}

/** Settings of {@linkcode planMultiseed}. */
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
  /** Of the methods that pretrain; all other settings are those of their commands. */
  readonly pretraining: {
    readonly epochs: number;
    /** Default: that of the method's command. */
    readonly batchSize?: number;
    /** One encoder, of the first seed, for all seeds; else one a seed. */
    readonly once: boolean;
  };
  /** Folder of all runs. */
  readonly folder: string;
  /** Folder of the classifiers' checkpoints. */
  readonly checkpointFolder: string;
}

/** What a run of a classifier leaves in its folder; all numbers are of the best epoch's weights. */
export interface ClassifierResult extends Pick<TrainClassifierResult, "validation" | "test"> {
  /** The epoch with the best macro AUROC on fold 9. */
  readonly best_epoch: number;
  /** On fold 10. */
  readonly per_class: PerClass;
  readonly adapter: string;
  readonly version: string;
}

interface SeededCell<Result> extends Cell<Result> {
  readonly seed: number;
  readonly folder: string;
  /** The checkpoint it writes. */
  readonly out: string;
}

/** Pretraining of one encoder, for the classifiers that need it. */
export interface EncoderCell extends SeededCell<{ readonly encoder: string }> {
  readonly kind: "encoder";
  readonly batchSize: number;
}

/** Training of one classifier. */
export interface ClassifierCell extends SeededCell<ClassifierResult> {
  readonly kind: "classifier";
  readonly configuration: MultiseedConfiguration;
  readonly epochs: number;
}

/** Loss and drawing; the method in front, where it is not supervised. */
export function configurationName({ method, loss, balancing }: MultiseedConfiguration): string {
  return `${method === "supervised" ? "" : `${method}_`}${loss}_${balancing}`;
}

/**
 * Every configuration with every seed, seed by seed, so that what is done at any time compares all
 * configurations; an encoder before the first classifier that needs it.
 */
export function planMultiseed(
  workspace: Workspace,
  options: MultiseedOptions,
): (EncoderCell | ClassifierCell)[] {
  const { seeds, labelFraction, epochs, batchSize, learningRate } = options;
  const { set } = workspace;
  const data = {
    data: dataName(set),
    classes: set.classNames,
    samplingRate: set.samplingRate,
    ...dataSettings(workspace),
  };
  const cells = new Map<string, EncoderCell | ClassifierCell>();
  const named = (name: string, seed: number) => `${name}_seed${String(seed).padStart(3, "0")}`;

  const encoderCell = (method: MethodName, seed: number): EncoderCell => {
    const own: PretrainingMethod = METHODS[method];
    const { epochs, batchSize = own.batchSize } = options.pretraining;
    const name = named(`pretrain_${method}`, seed);
    const folder = join(options.folder, name);
    const out = join(folder, "encoder.pt");
    const shared = { seed, epochs, batchSize, learningRate };
    return {
      kind: "encoder",
      name,
      title: `pretraining ${method}, seed ${seed}`,
      seed,
      batchSize,
      folder,
      out,
      settings: { method, ...shared, ...settingsOf(own, {}, set.samplingRate), ...data },
      auxiliary: true,
      work: pretrainingWork(workspace, method, epochs),
      async run(context) {
        await pretrain(workspace, own, { ...trainingOptions(context), ...shared, out });
        return { encoder: out };
      },
    };
  };

  const classifierCell = (
    configuration: MultiseedConfiguration,
    seed: number,
    encoder: EncoderCell | undefined,
  ): ClassifierCell => {
    const { method, loss, balancing } = configuration;
    const name = named(configurationName(configuration), seed);
    const own = { method, loss, balancing, seed, labelFraction, epochs, batchSize, learningRate };
    const out = join(options.checkpointFolder, `multiseed_${name}.pt`);
    return {
      kind: "classifier",
      name,
      title: `${configurationName(configuration)}, seed ${seed}`,
      configuration,
      seed,
      epochs,
      folder: join(options.folder, name),
      out,
      settings: {
        ...own,
        ...(encoder && {
          pretrainSeed: encoder.seed,
          pretrainEpochs: options.pretraining.epochs,
          pretrainBatchSize: encoder.batchSize,
        }),
        ...data,
      },
      needs: encoder && [encoder],
      work: classifierWork(workspace, epochs, labelFraction),
      async run(context) {
        if (encoder) await assertReadable(encoder);
        const trained = await trainClassifier(workspace, {
          ...own,
          ...trainingOptions(context),
          command: "train-multiseed",
          selection: "auroc_macro",
          freezeEncoder: false,
          encoderCheckpoint: encoder?.out,
          out,
        });
        return {
          best_epoch: trained.bestEpoch,
          validation: trained.validation,
          test: trained.test,
          per_class: trained.testPerClass,
          adapter: workspace.gpu.name,
          version: VERSION,
        };
      },
    };
  };

  for (const seed of seeds) {
    for (const configuration of options.configurations) {
      const { method } = configuration;
      let encoder: EncoderCell | undefined;
      if (method !== "supervised") {
        const planned = encoderCell(method, options.pretraining.once ? seeds[0] : seed);
        encoder = cells.get(planned.name) as EncoderCell ?? planned;
        cells.set(encoder.name, encoder);
      }
      const classifier = classifierCell(configuration, seed, encoder);
      cells.set(classifier.name, classifier);
    }
  }
  return [...cells.values()];
}

/** A damaged encoder fails the runs that need it. */
async function assertReadable({ out, folder }: EncoderCell): Promise<void> {
  try {
    await readCheckpoint(out);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}. Remove ${folder} to pretrain again`, error.facts);
  }
}

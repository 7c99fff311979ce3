/**
 * One experiment with many seeds: classifiers from random weights or on pretrained encoders, each run
 * with its own labels, weights and order.
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
import { VERSION } from "../version.ts";
import { classifierCell, pretrainingCell } from "./training_cells.ts";

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

/** Loss and drawing; the method in front, where it is not supervised. */
export function configurationName({ method, loss, balancing }: MultiseedConfiguration): string {
  return `${method === "supervised" ? "" : `${method}_`}${loss}_${balancing}`;
}

/**
 * Every configuration with every seed, seed by seed, so that what is done at any time compares all
 * configurations; an encoder before the first classifier that needs it.
 */
export function planMultiseed(workspace: Workspace, options: MultiseedOptions) {
  const { seeds, labelFraction, epochs, batchSize, learningRate, pretraining } = options;
  const { set } = workspace;
  const data = {
    data: dataName(set),
    classes: set.classNames,
    samplingRate: set.samplingRate,
    ...dataSettings(workspace),
  };
  const run = (configuration: string, seed: number) => {
    const name = `${configuration}_seed${String(seed).padStart(3, "0")}`;
    return { name, seed, folder: join(options.folder, name) };
  };

  const encoderCell = (method: MethodName, seed: number) => {
    const own: PretrainingMethod = METHODS[method];
    const { epochs, batchSize = own.batchSize } = pretraining;
    const training = { seed, epochs, batchSize, learningRate };
    const identity = run(`pretrain_${method}`, seed);
    const out = join(identity.folder, "encoder.pt");
    return pretrainingCell(
      workspace,
      method,
      {
        ...identity,
        kind: "encoder" as const,
        title: `pretraining ${method}, seed ${seed}`,
        batchSize,
        out,
        settings: { method, ...training, ...settingsOf(own, {}, set.samplingRate), ...data },
        auxiliary: true,
      },
      { ...training, out },
      () => ({ encoder: out }),
    );
  };
  const encoders = new Map<string, ReturnType<typeof encoderCell>>();

  return seeds.flatMap((seed) =>
    options.configurations.flatMap((configuration) => {
      const { method } = configuration;
      const title = configurationName(configuration);
      const planned = method === "supervised"
        ? undefined
        : encoderCell(method, pretraining.once ? seeds[0] : seed);
      const known = planned && encoders.get(planned.name);
      const encoder = known ?? planned;
      if (encoder) encoders.set(encoder.name, encoder);
      const identity = run(title, seed);
      const out = join(options.checkpointFolder, `multiseed_${identity.name}.pt`);
      const training = { ...configuration, seed, labelFraction, epochs, batchSize, learningRate };
      const classifier = classifierCell(workspace, {
        ...identity,
        kind: "classifier" as const,
        title: `${title}, seed ${seed}`,
        configuration,
        epochs,
        out,
        settings: {
          ...training,
          ...(encoder && {
            pretrainSeed: encoder.seed,
            pretrainEpochs: pretraining.epochs,
            pretrainBatchSize: encoder.batchSize,
          }),
          ...data,
        },
        needs: encoder && [encoder],
      }, {
        ...training,
        command: "train-multiseed",
        selection: "auroc_macro",
        encoderCheckpoint: encoder?.out,
        out,
      }, ({ bestEpoch, validation, test, testPerClass }) => ({
        best_epoch: bestEpoch,
        validation,
        test,
        per_class: testPerClass,
        adapter: workspace.gpu.name,
        version: VERSION,
      }));
      const readable: typeof classifier = {
        ...classifier,
        async run(context) {
          if (encoder) await assertReadable(encoder);
          return await classifier.run(context);
        },
      };
      return encoder && !known ? [encoder, readable] : [readable];
    })
  );
}

/** Pretraining of an encoder, or training of a classifier. */
export type MultiseedCell = ReturnType<typeof planMultiseed>[number];

/** A damaged encoder fails the runs that need it. */
async function assertReadable(
  { out, folder }: { readonly out: string; readonly folder: string },
): Promise<void> {
  try {
    await readCheckpoint(out);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}. Remove ${folder} to pretrain again`, error.facts);
  }
}

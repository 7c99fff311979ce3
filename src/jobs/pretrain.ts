/**
 * The pretraining job of every method: unlabelled folds 1–8, then a linear probe beside a random
 * encoder's.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { epochOrder } from "../data/batches.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { ParameterStore } from "../layers/parameters.ts";
import type { Method } from "../methods/batch.ts";
import type { Encoder1dCnn } from "../models/encoder_1d_cnn.ts";
import { loadWeights, saveCheckpoint } from "./checkpoints.ts";
import { pooledEncoder } from "./network_features.ts";
import { describeProbe, probeEncoder, probeRandomEncoder, type ProbeResult } from "./probe.ts";
import { RESULT_FILE, type RunFolder } from "./run_folder.ts";
import type { EpochResult } from "./trainer.ts";
import { type Course, type RunFacts, type RunOptions, runTraining } from "./training_run.ts";
import type { Workspace } from "./workspace.ts";

/** A method's network and step, as {@linkcode PretrainRecipe} makes them. */
export interface PretrainNetwork {
  readonly method: Method;
  readonly encoder: Encoder1dCnn;
  /**
   * Evaluation mode. @param x [N, T, leads]
   *
   * @returns Pooled features, and the embeddings z that the loss compares, where there are any.
   */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z?: Tensor };
  /**
   * Follows on the loading of a checkpoint to start from, such as copying it to a target network.
   *
   * @param section What the checkpoint held: the encoder alone, or the whole training model.
   */
  started?(section: "encoder" | "model"): Promise<void>;
  /** Follows on every epoch, such as drawing what the network makes of a few records. */
  epochDone?(epoch: number, folder: RunFolder): Promise<void>;
  /** Gives back what the network holds besides its parameters. */
  destroy?(): void;
}

/** What makes one pretraining method differ from another. */
export interface PretrainRecipe {
  /** Name of the command, such as `train-simclr`. */
  readonly command: string;
  /** Name in checkpoints, such as `simclr`. */
  readonly method: string;
  /** Settings of the method, on which its bits depend. */
  readonly settings: Readonly<Record<string, JsonValue>>;
  /** Registers the parameters and makes the method; they are placed on the GPU afterwards. */
  build(store: ParameterStore, workspace: Workspace): PretrainNetwork;
}

/** Settings of {@linkcode pretrain}. */
export interface PretrainOptions extends RunOptions {
  readonly events?: PretrainEvents;
}

/** What a job tells whoever watches it. */
export interface PretrainEvents {
  prepared?(facts: RunFacts & { parameters: number; trained: number }): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epoch?(epoch: number, result: EpochResult): void;
  probing?(): void;
}

/** What the job gives. */
export interface PretrainResult extends Course {
  readonly probe: ProbeResult;
  readonly randomProbe: ProbeResult;
}

/**
 * Pretrains an encoder on the training folds, writes its checkpoint (key `encoder`), and probes it
 * beside a random encoder.
 *
 * @param workspace Device and records; see {@linkcode Workspace.open}.
 * @param recipe The method: {@linkcode simclrRecipe}.
 * @throws {UserError} When the step does not fit the adapter, a file cannot be read or written, or
 * training diverges. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { pretrain, simclrRecipe, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalisation: "train" });
 * const recipe = simclrRecipe({ temperature: 0.07, projection: 128, config: "full" });
 * const { epochLosses } = await pretrain(workspace, recipe, {
 *   epochs: 1,
 *   batchSize: 16,
 *   learningRate: 1e-3,
 *   seed: 42,
 *   shuffle: true,
 *   logEvery: 20,
 *   out: `${folder}/encoder.pt`,
 *   runFolder: `${folder}/run`,
 *   resume: false,
 * });
 * console.assert(epochLosses.length === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function pretrain(
  workspace: Workspace,
  recipe: PretrainRecipe,
  options: PretrainOptions,
): Promise<PretrainResult> {
  const { seed, batchSize, shuffle, events, init } = options;
  const { train } = workspace.split;
  const initial = init === undefined ? undefined : await readCheckpoint(init);
  const store = new ParameterStore();
  const network = recipe.build(store, workspace);
  const { encoder, method } = network;
  store.allocate(workspace.gpu, seed);
  try {
    if (initial) {
      const section = loadWeights(initial, init!, store, ["model", "encoder"]);
      await network.started?.(section);
    }
    return await runTraining({
      command: recipe.command,
      workspace,
      method,
      options,
      settings: recipe.settings,
      records: train.length,
      order: (epoch) => epochOrder({ indices: train, batchSize, seed, epoch, shuffle }),
      prepared: (facts) =>
        events?.prepared?.({
          ...facts,
          parameters: store.count,
          trained: store.parameters.slice(method.trainedFrom, method.trainedTo)
            .reduce((sum, { value }) => sum + value.size, 0),
        }),
      steps: (...progress) => events?.steps?.(...progress),
      async epochDone(epoch, result, { folder }) {
        await network.epochDone?.(epoch, folder);
        events?.epoch?.(epoch, result);
        return {};
      },
      async finish(course, { folder }) {
        await saveCheckpoint(options.out, "encoder", store, workspace, {
          method: recipe.method,
          architecture: {
            name: "ECGEncoder1DCNN",
            in_channels: encoder.inputs,
            width: encoder.width,
          },
          seed,
          epoch: options.epochs,
        });
        events?.probing?.();
        const probe = await probeEncoder(workspace, pooledEncoder(encoder), { seed });
        const randomProbe = await probeRandomEncoder(workspace, { width: encoder.width, seed });
        await folder.writeJson(RESULT_FILE, {
          epoch_losses: course.epochLosses,
          checkpoint: options.out,
          probe: describeProbe(probe),
          random_probe: describeProbe(randomProbe),
        });
        return { ...course, probe, randomProbe };
      },
    });
  } finally {
    network.destroy?.();
    store.destroy();
  }
}

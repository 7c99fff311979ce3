/**
 * What makes one pretraining method differ from another: a network and its step.
 *
 * @module
 */

import type { JsonValue } from "../checkpoint/state_dict.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import type { Method } from "../methods/batch.ts";
import type { Encoder } from "../models/encoder.ts";
import type { RunFolder } from "../runs/run_folder.ts";
import type { Workspace } from "../runs/workspace.ts";

/** A method's network and step, as {@linkcode PretrainRecipe} makes them. */
export interface PretrainNetwork {
  readonly method: Method;
  readonly encoder: Encoder;
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
  /** Records passes of its own, so that their memory is known before the run starts. */
  prepare?(): Promise<void>;
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

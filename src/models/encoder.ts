/**
 * What every encoder offers, whatever its layers, so that methods, classifiers, probes and checkpoints
 * are written once.
 */

import type { StateDict } from "../checkpoint/state_dict.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { meanPool } from "../layers/mean_pool.ts";
import type { ParameterStore } from "../layers/parameters.ts";

/** Extents of an encoder. */
export interface EncoderOptions {
  /** Leads; 12. */
  readonly inputs?: number;
  /** Channels of the first layers, a multiple of 4; the kind of encoder has a default. */
  readonly width?: number;
}

/** A kind of encoder: how one is made, and how its state dict is recognized. */
export interface EncoderKind {
  /** As checkpoints carry it. */
  readonly name: string;
  /** Width unless told otherwise. */
  readonly width: number;
  /** Registers the parameters, named `<prefix>features.*`, and gives the encoder. */
  create(store: ParameterStore, prefix?: string, options?: EncoderOptions): Encoder;
  /** Extents of this kind's state dict (names without prefix); undefined for any other's. */
  recognize(tensors: StateDict): Required<EncoderOptions> | undefined;
}

/** A network in training mode and the pass back through it. */
export interface EncoderPass {
  readonly y: Tensor;
  /** Adds to the gradients and ends at the signal. */
  readonly backward: (dy: Tensor) => void;
}

/** An encoder: signals [N, T, inputs] to a sequence [N, U, outputs], and that to features. */
export abstract class Encoder {
  abstract readonly kind: EncoderKind;
  /** Leads. */
  abstract readonly inputs: number;
  /** Channels of the first layers. */
  abstract readonly width: number;
  /** Channels of the sequence. */
  abstract readonly outputs: number;
  /** Samples of the signal for one step of the sequence: U = ceil(T / stride). */
  abstract readonly stride: number;

  /** The layers in words: `6 blocks of width 64`. */
  abstract describe(): string;

  /** Training mode: batch statistics, running statistics updated. @param x [N, T, inputs] */
  abstract forward(recorder: Recorder, x: Tensor): EncoderPass;

  /** Evaluation mode. @param x [N, T, inputs]; gives [N, U, outputs]. */
  abstract evaluate(recorder: Recorder, x: Tensor): Tensor;

  /** Width of the features: what heads and probes read. */
  get features(): number {
    return this.outputs;
  }

  /** Training mode to features [N, features]: the sequence's mean over time. */
  forwardFeatures(recorder: Recorder, x: Tensor): EncoderPass {
    const encoded = this.forward(recorder, x);
    const pooled = meanPool(recorder, encoded.y);
    return { y: pooled.y, backward: (dy) => encoded.backward(pooled.backward(dy)) };
  }

  /** Evaluation mode to features [N, features]. */
  evaluateFeatures(recorder: Recorder, x: Tensor): Tensor {
    return meanPool(recorder, this.evaluate(recorder, x)).y;
  }
}

/** Width and inputs of a first convolution [width, inputs, taps], where a state dict has it. */
export function stemExtents(
  tensors: StateDict,
  stem: string,
): Required<EncoderOptions> | undefined {
  const shape = tensors.get(stem)?.shape;
  return shape?.length === 3 ? { inputs: shape[1], width: shape[0] } : undefined;
}

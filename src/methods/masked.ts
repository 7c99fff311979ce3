/**
 * Masked reconstruction: blocks of every normalized record are zeroed in all leads, and the network is
 * to give the whole record back. The loss is the mean squared error over all samples, masked or not.
 */

import { type BlockMask, recordMaskBlocks } from "../augment/mask_blocks.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { meanSquaredError } from "../losses/mean_squared_error.ts";
import type { Encoder } from "../models/encoder.ts";
import { Reconstruction } from "../models/reconstruction.ts";
import { type Batch, batchSignals, inputOf } from "./method.ts";
import {
  type PretrainingMethod,
  type PretrainingStep,
  TRAINING_PASS,
} from "./pretraining_method.ts";

/** Masked reconstruction, for `pretrain`. */
export const masked: PretrainingMethod<BlockMask> = {
  name: "masked",
  title: "Masked reconstruction",
  parameters: {
    ratio: {
      kind: "number",
      name: "mask-ratio",
      default: 0.3,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Length of all blocks together, as a share of the record; blocks may overlap",
    },
    blockSize: {
      kind: "integer",
      name: "block-size",
      default: (samplingRate) => samplingRate / 2,
      defaultText: "half a second: 50, at 500 Hz 250",
      minimum: 1,
      description: "Samples of a block",
    },
  },
  batchSize: 64,
  epochs: 20,
  checkpoint: "ssl_masked",
  loss: "Mean squared error",
  views: 1,
  // The decoder mirrors the encoder.
  cost: 2 * TRAINING_PASS,
  describe: ({ ratio, blockSize }) => ({
    network: "four decoder layers",
    details: [`${Number((100 * ratio).toFixed(2))} % masked`, `blocks of ${blockSize} samples`],
  }),
  build: ({ store, settings, encoder }) =>
    new MaskedMethod(store, new Reconstruction(store, encoder), settings),
};

/** One step of masked reconstruction. */
export class MaskedMethod implements PretrainingStep {
  constructor(
    readonly store: ParameterStore,
    readonly model: Reconstruction,
    readonly mask: BlockMask,
  ) {}

  get encoder(): Encoder {
    return this.model.encoder;
  }

  get reconstruction(): PretrainingStep["reconstruction"] {
    return { mask: this.mask, evaluate: (recorder, x) => this.model.evaluate(recorder, x) };
  }

  record(recorder: Recorder, batch: Batch): void {
    const x = batchSignals(recorder, batch); // [N, T, 12]
    const { y, backward } = this.model.forward(
      recorder,
      recordMaskBlocks(recorder, x, inputOf(batch), this.mask),
    );
    backward(meanSquaredError(recorder, y, x, batch.step).dy);
  }

  evaluate(recorder: Recorder, x: Tensor): { features: Tensor } {
    return { features: this.encoder.evaluateFeatures(recorder, x) };
  }
}

/**
 * Masked reconstruction: blocks of every normalized record are zeroed in all leads, and the network is
 * to give the whole record back. The loss is the mean squared error over all samples, masked or not.
 *
 * @module
 */

import { type BlockMask, recordMaskBlocks } from "../augment/mask_blocks.ts";
import { recordInput } from "../augment/record_input.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { meanSquaredError } from "../losses/mean_squared_error.ts";
import type { Reconstruction } from "../models/reconstruction.ts";
import type { Batch, Method } from "./batch.ts";

/** One step of masked reconstruction. */
export class MaskedMethod implements Method {
  readonly trainedFrom = 0;
  readonly statisticsUpdates = 1;

  constructor(
    readonly store: ParameterStore,
    readonly model: Reconstruction,
    readonly mask: BlockMask,
  ) {}

  record(recorder: Recorder, batch: Batch): void {
    const x = recordInput(recorder, {
      records: batch.records,
      batch: batch.indices,
      state: batch.step.state,
      normalization: batch.normalization,
      rows: batch.rows,
      views: 1,
    }); // [N, T, 12]
    const inputs = { batch: batch.indices, state: batch.step.state };
    const masked = recordMaskBlocks(recorder, x, inputs, this.mask);
    const { y, backward } = this.model.forward(recorder, masked);
    const { dy } = meanSquaredError(recorder, y, x, batch.step);
    backward(dy);
  }
}

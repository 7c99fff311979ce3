/**
 * SimCLR (Chen, Kornblith, Norouzi & Hinton 2020): two augmented views of every record go through
 * encoder and projection head together, as one batch of 2N rows (so batch normalization sees both
 * views at once), and NT-Xent pulls the two views of a record together and all others apart.
 *
 * @module
 */

import type { AugmentationConfig } from "../augment/augmentations.ts";
import { recordInput } from "../augment/record_input.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { ntXent } from "../losses/nt_xent.ts";
import type { Simclr } from "../models/simclr.ts";
import type { Batch, Method } from "./batch.ts";

/** Settings of SimCLR. */
export interface SimclrSettings {
  /** Above 0; 0.07 in the reference, 0.1 in the paper for ImageNet. */
  readonly temperature: number;
  readonly augmentations: AugmentationConfig;
}

/** One SimCLR step. */
export class SimclrMethod implements Method {
  readonly trainedFrom = 0;
  readonly statisticsUpdates = 1;

  constructor(
    readonly store: ParameterStore,
    readonly model: Simclr,
    readonly settings: SimclrSettings,
  ) {}

  record(recorder: Recorder, batch: Batch): void {
    const x = recordInput(recorder, {
      records: batch.records,
      batch: batch.indices,
      state: batch.step.state,
      normalization: batch.normalization,
      rows: batch.rows,
      views: 2,
      augmentations: this.settings.augmentations,
    }); // [2N, T, 12]
    const { z, backward } = this.model.forward(recorder, x);
    const { dz } = ntXent(recorder, z, batch.step, this.settings.temperature);
    backward(dz);
  }
}

/**
 * The contrastive variant of SSRL-ECG: as SimCLR, but the first view of a record is always the record
 * with noise, the second always the record scaled, and the head is small.
 *
 * @module
 */

import { recordContrastiveViews } from "../augment/contrastive_views.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { ntXent } from "../losses/nt_xent.ts";
import type { Simclr } from "../models/simclr.ts";
import type { Batch, Method } from "./batch.ts";

/** Settings of the contrastive variant. */
export interface ContrastiveSettings {
  /** Above 0; 0.07. */
  readonly temperature: number;
}

/** One step of the contrastive variant; both views in one batch of 2N rows. */
export class ContrastiveMethod implements Method {
  readonly trainedFrom = 0;
  readonly statisticsUpdates = 1;

  constructor(
    readonly store: ParameterStore,
    readonly model: Simclr,
    readonly settings: ContrastiveSettings,
  ) {}

  record(recorder: Recorder, batch: Batch): void {
    const x = recordContrastiveViews(recorder, {
      records: batch.records,
      batch: batch.indices,
      state: batch.step.state,
      normalization: batch.normalization,
      rows: batch.rows,
    }); // [2N, T, 12]
    const { z, backward } = this.model.forward(recorder, x);
    backward(ntXent(recorder, z, batch.step, this.settings.temperature).dz);
  }
}

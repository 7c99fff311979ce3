/**
 * The contrastive variant of SSRL-ECG: as SimCLR, but the first view of a record is always the record
 * with noise, the second always the record scaled, and the head is small.
 */

import { recordContrastiveViews } from "../augment/contrastive_views.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../models/simclr.ts";
import { type Batch, inputOf } from "./method.ts";
import { type PretrainingMethod, TRAINING_PASS } from "./pretraining_method.ts";
import { ntXentChance, SimclrMethod, temperatureParameter } from "./simclr.ts";

/** Settings of the contrastive variant. */
export interface ContrastiveSettings {
  /** Above 0; 0.07. */
  readonly temperature: number;
}

/** The contrastive variant, for `pretrain`. */
export const contrastive: PretrainingMethod<ContrastiveSettings> = {
  name: "contrastive",
  title: "Contrastive",
  parameters: { temperature: temperatureParameter },
  batchSize: 64,
  epochs: 20,
  checkpoint: "ssl_contrastive_encoder",
  loss: "NT-Xent (nats)",
  chance: ntXentChance,
  views: 2,
  cost: 2 * TRAINING_PASS,
  describe: ({ temperature }) => ({
    network: "projection 128",
    details: [`temperature ${temperature}`, "views: noise, scale"],
  }),
  build: ({ store, settings, encoder }) =>
    new ContrastiveMethod(store, new Simclr(store, { ...encoder, ...CONTRASTIVE_HEAD }), settings),
};

/** One step of the contrastive variant. */
export class ContrastiveMethod extends SimclrMethod {
  protected override views(recorder: Recorder, batch: Batch): Tensor {
    return recordContrastiveViews(recorder, inputOf(batch));
  }
}

/**
 * SimCLR (Chen, Kornblith, Norouzi & Hinton 2020): two augmented views of every record go through
 * encoder and projection head together, as one batch of 2N rows (so batch normalization sees both
 * views at once), and NT-Xent pulls the two views of a record together and all others apart.
 */

import {
  AUGMENTATION_CONFIGS,
  type AugmentationConfig,
  augmentationConfig,
  type AugmentationConfigName,
} from "../augment/augmentations.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { ntXent } from "../losses/nt_xent.ts";
import type { Encoder } from "../models/encoder.ts";
import { Simclr } from "../models/simclr.ts";
import { type Batch, batchSignals } from "./method.ts";
import {
  type ChoiceParameter,
  type NumberParameter,
  type PretrainingMethod,
  type PretrainingStep,
  TRAINING_PASS,
} from "./pretraining_method.ts";

/** Settings of SimCLR. */
export interface SimclrSettings {
  /** Above 0; 0.07 in the reference, 0.1 in the paper for ImageNet. */
  readonly temperature: number;
  /** Width of the projection, a multiple of 4. */
  readonly projection: number;
  readonly config: AugmentationConfigName;
}

/** Temperature of NT-Xent. */
export const temperatureParameter: NumberParameter = {
  kind: "number",
  name: "temperature",
  default: 0.07,
  exclusiveMinimum: 0,
  description: "Temperature of NT-Xent",
};

/** Augmentations of the views. */
export const configParameter: ChoiceParameter<AugmentationConfigName> = {
  kind: "choice",
  name: "config",
  choices: AUGMENTATION_CONFIGS,
  default: "full",
  description: "Augmentations: all seven, all but one, or none (two identical views)",
};

/** NT-Xent of 2N embeddings that are all alike. */
export function ntXentChance(batchSize: number): number {
  return Math.log(2 * batchSize - 1);
}

/** SimCLR, for `pretrain`. */
export const simclr: PretrainingMethod<SimclrSettings> = {
  name: "simclr",
  title: "SimCLR",
  parameters: {
    temperature: temperatureParameter,
    projection: {
      kind: "integer",
      name: "projection-dim",
      default: 128,
      minimum: 4,
      description: "Width of the projection",
    },
    config: configParameter,
  },
  batchSize: 256,
  epochs: 20,
  checkpoint: "ssl_simclr",
  loss: "NT-Xent (nats)",
  chance: ntXentChance,
  views: 2,
  cost: 2 * TRAINING_PASS,
  describe: ({ temperature, projection, config }) => ({
    network: `projection ${projection}`,
    details: [`temperature ${temperature}`, `augmentations ${config}`],
  }),
  build: ({ store, settings: { temperature, projection, config }, encoder }) =>
    new SimclrMethod(store, new Simclr(store, { ...encoder, projection }), {
      temperature,
      augmentations: augmentationConfig(config),
    }),
};

/** One SimCLR step. */
export class SimclrMethod implements PretrainingStep {
  constructor(
    readonly store: ParameterStore,
    readonly model: Simclr,
    readonly settings: {
      readonly temperature: number;
      readonly augmentations?: AugmentationConfig;
    },
  ) {}

  get encoder(): Encoder {
    return this.model.encoder;
  }

  /** Records the two views of the batch: [2N, T, 12]. */
  protected views(recorder: Recorder, batch: Batch): Tensor {
    const { augmentations } = this.settings;
    return batchSignals(recorder, batch, { views: 2, augmentations });
  }

  record(recorder: Recorder, batch: Batch): void {
    const { z, backward } = this.model.forward(recorder, this.views(recorder, batch));
    backward(ntXent(recorder, z, batch.step, this.settings.temperature).dz);
  }

  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z: Tensor } {
    return this.model.evaluate(recorder, x);
  }
}

/**
 * SimCLR for the pretraining job.
 *
 * @module
 */

import { augmentationConfig, type AugmentationConfigName } from "../augment/augmentations.ts";
import { SimclrMethod } from "../methods/simclr.ts";
import { Simclr } from "../models/simclr.ts";
import type { PretrainRecipe } from "./pretrain_recipe.ts";

/** Settings of {@linkcode simclrRecipe}. */
export interface SimclrRecipeOptions {
  /** Above 0. */
  readonly temperature: number;
  /** Width of the projection, a multiple of 4. */
  readonly projection: number;
  readonly config: AugmentationConfigName;
}

/**
 * SimCLR (Chen et al. 2020), to be given to `pretrain`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { simclrRecipe } from "ssrl-ecg";
 * const recipe = simclrRecipe({ temperature: 0.07, projection: 128, config: "no-mixup" });
 * assert(recipe.command === "train-simclr");
 * ```
 */
export function simclrRecipe(options: SimclrRecipeOptions): PretrainRecipe {
  const { temperature, projection, config } = options;
  return {
    command: "train-simclr",
    method: "simclr",
    settings: { temperature, projection, config },
    build(store) {
      const model = new Simclr(store, { projection });
      const augmentations = augmentationConfig(config);
      return {
        method: new SimclrMethod(store, model, { temperature, augmentations }),
        encoder: model.encoder,
        evaluate: (recorder, x) => model.evaluate(recorder, x),
      };
    },
  };
}

/**
 * The contrastive variant for the pretraining job.
 *
 * @module
 */

import { ContrastiveMethod } from "../methods/contrastive.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../models/simclr.ts";
import type { PretrainRecipe } from "./pretrain_recipe.ts";

/** Settings of {@linkcode contrastiveRecipe}. */
export interface ContrastiveRecipeOptions {
  /** Above 0. */
  readonly temperature: number;
}

/**
 * A noisy and a scaled view of every record, pulled together by NT-Xent; to be given to `pretrain`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { contrastiveRecipe } from "ssrl-ecg";
 * assert(contrastiveRecipe({ temperature: 0.07 }).command === "train-contrastive");
 * ```
 */
export function contrastiveRecipe({ temperature }: ContrastiveRecipeOptions): PretrainRecipe {
  return {
    command: "train-contrastive",
    method: "contrastive",
    settings: { temperature },
    build(store) {
      const model = new Simclr(store, CONTRASTIVE_HEAD);
      return {
        method: new ContrastiveMethod(store, model, { temperature }),
        encoder: model.encoder,
        evaluate: (recorder, x) => model.evaluate(recorder, x),
      };
    },
  };
}

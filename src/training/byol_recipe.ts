/**
 * BYOL for the pretraining job.
 *
 * @module
 */

import { augmentationConfig, type AugmentationConfigName } from "../augment/augmentations.ts";
import { ByolMethod, type MomentumSchedule } from "../methods/byol.ts";
import { Byol } from "../models/byol.ts";
import type { PretrainRecipe } from "./pretrain_recipe.ts";

/** Settings of {@linkcode byolRecipe}. */
export interface ByolRecipeOptions {
  /** Share of the target network that stays in a step, 0 to 1. */
  readonly momentum: number;
  readonly schedule: MomentumSchedule;
  readonly config: AugmentationConfigName;
}

/**
 * BYOL (Grill et al. 2020), to be given to `pretrain`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { byolRecipe } from "ssrl-ecg";
 * const recipe = byolRecipe({ momentum: 0.99, schedule: "cosine", config: "full" });
 * assert(recipe.method === "byol");
 * ```
 */
export function byolRecipe({ momentum, schedule, config }: ByolRecipeOptions): PretrainRecipe {
  return {
    command: "train-byol",
    method: "byol",
    settings: { momentum, schedule, config },
    build(store) {
      const model = new Byol(store);
      const augmentations = augmentationConfig(config);
      return {
        method: new ByolMethod(store, model, { momentum, schedule, augmentations }),
        encoder: model.encoder,
        evaluate: (recorder, x) => model.evaluate(recorder, x),
        async started(section) {
          // The target starts where the online network does; a whole model brings its own target.
          if (section === "encoder") store.load(targetOf(await store.state()));
        },
      };
    },
  };
}

/** The encoder's values under the names of the target's encoder. */
function targetOf<Values extends { readonly name: string }>(state: readonly Values[]): Values[] {
  return state.flatMap((values) =>
    values.name.startsWith("encoder.") ? [{ ...values, name: `target_${values.name}` }] : []
  );
}

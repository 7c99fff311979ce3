/**
 * What the augmentations do to one record and view, in float64. Twin of
 * `kernels/input/augment_plan.wgsl`; the twin of an augmentation is the file of its name beside this one,
 * with a function `draw` and a function `apply`.
 */

import { type RecordExtent, resolveSetting } from "../../../src/augment/augmentation.ts";
import { gateOf } from "../../../src/augment/augmentation_plan.ts";
import {
  AUGMENTATION_TABLE,
  type AugmentationConfig,
  type AugmentationName,
} from "../../../src/augment/augmentations.ts";
import { type PlanCoordinates, type Row, RowDraws } from "./row_draws.ts";

/** What was drawn by each augmentation that is applied. */
// deno-lint-ignore no-explicit-any -- each has a type of its own
export type RowPlan = { readonly [name in AugmentationName]?: any };

interface Twin {
  draw(draws: RowDraws, parameters: Readonly<Record<string, number>>): unknown;
  apply(x: Float64Array, drawn: unknown, row: Row): Float64Array;
}

const twins = new Map<string, Twin>();
for (const { name } of AUGMENTATION_TABLE) {
  twins.set(name, await import(`./${name.replaceAll("-", "_")}.ts`));
}

/** Draws the plan of one row. */
export function planRow(
  at: PlanCoordinates,
  config: AugmentationConfig,
  record: RecordExtent,
): RowPlan {
  const plan: Record<string, unknown> = {};
  for (const augmentation of AUGMENTATION_TABLE) {
    const { name, position } = augmentation;
    const { rate, parameters } = resolveSetting(augmentation, config[name]);
    const draws = new RowDraws(at, record, position);
    if (draws.word(0) >= gateOf(rate)) continue;
    const drawn = twins.get(name)!.draw(draws, parameters);
    if (drawn !== undefined) plan[name] = drawn;
  }
  return plan;
}

/** Applies the plan of a row, in order. */
export function applyPlan(plan: RowPlan, row: Row): Float64Array {
  let x: Float64Array = row.gathered(row.at.place).slice();
  for (const { name } of AUGMENTATION_TABLE) {
    if (plan[name] !== undefined) x = twins.get(name)!.apply(x, plan[name], row);
  }
  return x;
}

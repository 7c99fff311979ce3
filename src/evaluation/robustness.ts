/**
 * How much noise and gaps cost a classifier: one evaluation for each strength of corruption.
 *
 * @module
 */

import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { evaluateClassifier, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
import type { Workspace } from "../runs/workspace.ts";

/** One strength of corruption; both 0 is the clean record. */
export type Condition = Pick<EvaluateOptions, "noiseStd" | "maskRatio">;

/** One condition with its results. */
export interface SweepPoint extends Condition {
  readonly evaluation: Evaluation;
  /** Metrics here minus metrics of the first condition, paired by record; absent in the first. */
  readonly change?: BootstrapIntervals["overall"];
}

/** Settings of {@linkcode evaluateConditions}. */
export interface ConditionsOptions extends Omit<EvaluateOptions, keyof Condition> {
  /** At least one; changes are measured against the first. */
  readonly conditions: readonly Condition[];
  /** Ends the sweep before the next condition. */
  readonly signal?: AbortSignal;
}

/**
 * The clean record, then each noise without a gap and each gap without noise, ascending. Values that
 * are given twice, or 0, add nothing.
 */
export function sweepConditions(
  noiseStds: readonly number[],
  maskRatios: readonly number[],
): Condition[] {
  const ascending = (values: readonly number[]) =>
    [...new Set(values)].filter((value) => value > 0).sort((a, b) => a - b);
  return [
    { noiseStd: 0, maskRatio: 0 },
    ...ascending(noiseStds).map((noiseStd) => ({ noiseStd, maskRatio: 0 })),
    ...ascending(maskRatios).map((maskRatio) => ({ noiseStd: 0, maskRatio })),
  ];
}

/**
 * Evaluates a classifier under one condition after the other. A record has the same noise at every
 * strength, only scaled, and its gaps come from the same draw, so that conditions differ by nothing
 * but their strength.
 *
 * @returns One point a condition, in their order
 * @throws {UserError} As `evaluateClassifier`
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Classifier, evaluateConditions, ParameterStore } from "ssrl-ecg";
 * import { sweepConditions, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Classifier(store, { width: 4 });
 * const model = new Map(store.initialValues(42).map((values) => [values.name, values]));
 * const set = synthesizeCohort({ records: 30, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const points = await evaluateConditions(workspace, {
 *   checkpoint: { sections: new Map([["model", model]]), metadata: {} },
 *   fold: 10,
 *   batchSize: 64,
 *   seed: 42,
 *   conditions: sweepConditions([0.1, 0.2], [0.3]),
 * });
 * assert(points.length === 4 && points[3].change !== undefined);
 * workspace.destroy();
 * ```
 */
export async function evaluateConditions(
  workspace: Workspace,
  { conditions, signal, onProgress, ...options }: ConditionsOptions,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const [index, condition] of conditions.entries()) {
    signal?.throwIfAborted();
    const evaluation = await evaluateClassifier(workspace, {
      ...options,
      ...condition,
      onProgress: (done, total) => onProgress?.(index * total + done, conditions.length * total),
    });
    if (index === 0) {
      points.push({ ...condition, evaluation });
      continue;
    }
    const { overall } = pairedBootstrapIntervals(
      workspace.labelsOf(evaluation.rows),
      points[0].evaluation.probabilities,
      evaluation.probabilities,
      { classes: workspace.set.classNames.length, seed: options.seed },
    );
    points.push({ ...condition, evaluation, change: overall });
  }
  return points;
}

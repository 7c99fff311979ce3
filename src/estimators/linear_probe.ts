/**
 * A linear probe of frozen features: logistic regressions whose penalty is chosen on validation rows.
 */

import { auroc } from "../metrics/ranking.ts";
import { columnOf, countLabeledRows, type LabeledFeatures } from "./labeled_features.ts";
import {
  fitClasses,
  type LinearModel,
  type LogisticRegression,
  predictProbabilities,
  prepare,
  startingPoints,
} from "./logistic_regression.ts";

/** Penalties tried by default: six decades, strong to weak. */
export const DEFAULT_L2_CANDIDATES: readonly number[] = [1, 0.1, 0.01, 0.001, 1e-4, 1e-5];

/** Options of {@linkcode fitLinearProbe}. */
export interface LinearProbeOptions extends LabeledFeatures {
  readonly classes: number;
  /** Rows that choose the penalty; never part of the fit. */
  readonly validation: LabeledFeatures;
  /** Penalties to try. Default {@linkcode DEFAULT_L2_CANDIDATES}. */
  readonly l2Candidates?: readonly number[];
}

/** The chosen model, and how each penalty did. */
export interface LinearProbe extends LogisticRegression {
  /** Macro AUROC on the validation rows with the chosen penalty; NaN if no class defines it. */
  readonly validationAuroc: number;
  /** All penalties tried, strong to weak. */
  readonly candidates: readonly { readonly l2: number; readonly validationAuroc: number }[];
}

/**
 * A linear probe: logistic regressions on frozen features whose penalty is the one with the best
 * macro AUROC on validation rows (the stronger one if equal).
 *
 * @throws {RangeError} As {@linkcode fitLogisticRegression}
 */
export function fitLinearProbe(options: LinearProbeOptions): LinearProbe {
  const { classes, validation, l2Candidates = DEFAULT_L2_CANDIDATES } = options;
  if (l2Candidates.length === 0) throw new RangeError("Cannot choose a penalty: got no candidates");
  const prepared = prepare(options, classes);
  const validationRows = countLabeledRows(validation, classes, "Cannot validate a linear probe");
  const dimension = validation.features.length / validationRows;
  if (dimension !== prepared.dimension) {
    throw new RangeError(
      `Cannot fit a linear probe: training rows have ${prepared.dimension} features, ` +
        `validation rows ${dimension}`,
    );
  }
  // Strong to weak, each starting at the solution before it, which is close.
  const penalties = [...new Set(l2Candidates)].sort((a, b) => b - a);
  const points = startingPoints(prepared);
  const candidates: { l2: number; validationAuroc: number }[] = [];
  let best: LogisticRegression | undefined;
  let bestAuroc = NaN;
  for (const l2 of penalties) {
    const model = fitClasses(prepared, l2, points);
    const validationAuroc = macroAuroc(validation, classes, model);
    candidates.push({ l2, validationAuroc });
    if (best === undefined || validationAuroc > bestAuroc) {
      best = model;
      bestAuroc = validationAuroc;
    }
  }
  return { ...best!, validationAuroc: bestAuroc, candidates };
}

function macroAuroc(
  { features, labels }: LabeledFeatures,
  classes: number,
  model: LinearModel,
): number {
  const probabilities = predictProbabilities(model, features);
  const values = Array.from(
    { length: classes },
    (_, k) => auroc(columnOf(labels, classes, k), columnOf(probabilities, classes, k)),
  ).filter((value) => !Number.isNaN(value));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

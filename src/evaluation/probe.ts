/**
 * Linear probe: how well a logistic regression on an encoder's frozen, pooled features tells the
 * classes apart, compared with those of a random encoder.
 */

import { ParameterStore } from "../layers/parameters.ts";
import { type MultilabelMetrics, multilabelMetrics } from "../metrics/multilabel_metrics.ts";
import type { Encoder } from "../models/encoder.ts";
import { fitLinearProbe } from "../estimators/linear_probe.ts";
import {
  fitLogisticRegression,
  type LinearModel,
  predictProbabilities,
} from "../estimators/logistic_regression.ts";
import { featureTable, type FrozenNetwork } from "./network_features.ts";
import { probeTurns } from "./probe_checkpoint.ts";
import type { Workspace } from "../runs/workspace.ts";

/** What a probe found. */
export interface ProbeResult {
  /** On the test fold, with the regularization that was best on the validation fold. */
  readonly test: MultilabelMetrics;
  readonly validationAuroc: number;
  readonly l2: number;
  /**
   * Test macro AUROC at scikit-learn's default C = 1, which is l2 = 1 / n: the probe of many
   * papers. It is too weak for a random encoder's features, so it flatters the difference.
   */
  readonly aurocAtUnitC: number;
}

/** Probes a network: fits on the labeled part of folds 1–8, chooses on 9, reports on 10. */
export async function probeEncoder(
  workspace: Workspace,
  network: FrozenNetwork,
  options: { labelFraction?: number; seed: number },
): Promise<ProbeResult> {
  const { set } = workspace;
  const classes = set.classNames.length;
  const [turn] = probeTurns(set, { probe: { kind: "linear" }, ...options });
  const parts = [turn.labeled, turn.validation, turn.test];
  const rows = parts.flatMap((each) => [...each]);
  const part = await featureTable(workspace, network, rows, {
    diagnosis: "Training has diverged",
    facts: { remedy: "smaller-learning-rate" },
  });
  const [labeled, validation, test] = parts.map(part);
  const probe = fitLinearProbe({ ...labeled, classes, validation });
  const unitC = fitLogisticRegression(labeled, classes, 1 / turn.labeled.length);
  const metricsOf = (model: LinearModel) =>
    multilabelMetrics(test.labels, predictProbabilities(model, test.features), { classes });
  return {
    test: metricsOf(probe),
    validationAuroc: probe.validationAuroc,
    l2: probe.l2,
    aurocAtUnitC: metricsOf(unitC).auroc_macro,
  };
}

/** The same probe on an encoder like this one with random weights of this seed. */
export async function probeRandomEncoder(
  workspace: Workspace,
  { kind, inputs, width }: Encoder,
  options: { labelFraction?: number; seed: number },
): Promise<ProbeResult> {
  const store = new ParameterStore();
  const encoder = kind.create(store, "", { inputs, width });
  store.allocate(workspace.gpu, options.seed);
  try {
    return await probeEncoder(workspace, encoder, options);
  } finally {
    store.destroy();
  }
}

/** A probe as `result.json` holds it. */
export function describeProbe({ test, validationAuroc, l2, aurocAtUnitC }: ProbeResult) {
  return { test, validation_auroc: validationAuroc, l2, test_auroc_at_unit_c: aurocAtUnitC };
}

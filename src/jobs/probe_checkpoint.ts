/**
 * What the frozen features of a checkpoint are worth: logistic regression or nearest neighbours on
 * them, beside the same on networks of the same architecture with random weights.
 *
 * @module
 */

import type { Checkpoint } from "../checkpoint/state_dict.ts";
import { labelSubset } from "../data/label_subset.ts";
import { assertLabelled, type RecordSet } from "../data/record_set.ts";
import { rowsOfFolds, splitByFolds } from "../data/splits.ts";
import { UserError } from "../errors.ts";
import { type BootstrapIntervals, bootstrapIntervals } from "../metrics/bootstrap.ts";
import { multilabelMetrics, perClassMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedIntervalsAgainstMean } from "../metrics/paired_bootstrap.ts";
import { nearestNeighbourProbabilities } from "../stats/k_nearest_neighbours.ts";
import {
  fitLinearProbe,
  fitLogisticRegression,
  predictProbabilities,
} from "../stats/logistic_regression.ts";
import { assertSamplingRate } from "./checkpoints.ts";
import type { EvaluatedMetrics, Predictions } from "./evaluation_tables.ts";
import { type FeatureNetwork, loadFeatureNetwork, randomFeatureNetwork } from "./load_network.ts";
import { type FeaturePart, featureParts } from "./network_features.ts";
import type { Workspace } from "./workspace.ts";

/** Logistic regression on standardised features, solved to convergence. */
export interface LinearProbeSettings {
  readonly kind: "linear";
  /** C as in scikit-learn, above 0. Absent: the one with the best macro AUROC on fold 9. */
  readonly penalty?: number;
}

/** Weighted k nearest neighbours by cosine similarity. */
export interface NeighbourProbeSettings {
  readonly kind: "knn";
  readonly k: number;
  /** Above 0. */
  readonly temperature: number;
}

/** Which probe. */
export type ProbeSettings = LinearProbeSettings | NeighbourProbeSettings;

/** Which records serve for what. */
export interface ProbeRowsOptions {
  readonly probe: ProbeSettings;
  /** Fold to report on, 1 to 10. */
  readonly fold: number;
  /** Share of the training records whose labels are used, in (0, 1]. */
  readonly labelFraction: number;
  /** Seed of the label subset, the random networks and the bootstrap. */
  readonly seed: number;
}

/** Settings of {@linkcode probeCheckpoint}. */
export interface ProbeCheckpointOptions extends ProbeRowsOptions {
  readonly checkpoint: Checkpoint;
  /** Where it came from, for messages. */
  readonly path: string;
  /** Random networks to compare with, at least 1; their seeds count up from `seed`. */
  readonly randomSeeds: number;
  /** Ends the job between two batches. */
  readonly signal?: AbortSignal;
  /** Records passed through a network so far, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** How a logistic regression came out. */
export interface LinearFit {
  /** C as in scikit-learn. */
  readonly penalty: number;
  /** Macro AUROC on fold 9, where it chose the penalty. */
  readonly validationAuroc?: number;
  /** False if a class reached the step limit before its gradient vanished. */
  readonly converged: boolean;
}

/** A probe on one network's features. */
export interface ProbedNetwork extends EvaluatedMetrics, Predictions {
  /** Absent for nearest neighbours, which fit nothing. */
  readonly fit?: LinearFit;
}

/** A probe on the features of random weights. */
export interface ProbedRandomNetwork extends ProbedNetwork {
  readonly seed: number;
}

/** What {@linkcode probeCheckpoint} gives. */
export interface CheckpointProbe {
  /** Rows whose labels were used. */
  readonly labelled: Int32Array;
  /** Name of the network whose features are probed. */
  readonly architecture: string;
  /** Width of the features. */
  readonly features: number;
  readonly trained: ProbedNetwork;
  readonly random: readonly ProbedRandomNetwork[];
  /** The trained network's metrics less the mean of the random ones', on the same resamples. */
  readonly gain: BootstrapIntervals;
}

/**
 * The rows that a probe fits on, chooses by and reports on. It fits on the labelled part of folds 1
 * to 8, never on the fold it reports on.
 *
 * @throws {UserError} Where a part has no records, the fold would have to serve twice, or there are
 * fewer labelled records than neighbours.
 *
 * @example
 * ```ts
 * import { synthesizeCohort } from "ssrl-ecg";
 * import { probeRows } from "ssrl-ecg/src/jobs/probe_checkpoint.ts";
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const probe = { kind: "linear" } as const;
 * const rows = probeRows(set, { probe, fold: 10, labelFraction: 0.5, seed: 42 });
 * console.assert(rows.test.every((row) => set.folds[row] === 10));
 * ```
 */
export function probeRows(
  set: RecordSet,
  { probe, fold, labelFraction, seed }: ProbeRowsOptions,
): { labelled: Int32Array; validation: Int32Array; test: Int32Array } {
  assertLabelled(set);
  const split = splitByFolds(set);
  const test = rowsOfFolds(set.folds, [fold]);
  if (test.length === 0) throw new UserError(`Fold ${fold} has no records`);
  const chooses = probe.kind === "linear" && probe.penalty === undefined;
  const validation = chooses ? split.validation : new Int32Array();
  if (chooses && (fold === 9 || validation.length === 0)) {
    throw new UserError(
      (fold === 9
        ? "Cannot report on fold 9: the penalty is chosen on it. "
        : "Cannot choose the penalty: fold 9 has no records. ") + "Give --penalty",
    );
  }
  const labelled = labelSubset({
    indices: split.train.filter((row) => set.folds[row] !== fold),
    labels: set.labels,
    classes: set.classNames.length,
    fraction: labelFraction,
    seed,
  });
  if (probe.kind === "knn" && probe.k > labelled.length) {
    throw new UserError(
      `Cannot find ${probe.k} neighbours among ${labelled.length} labelled records: ` +
        `give a smaller --k` + (labelFraction < 1 ? " or a larger --label-fraction" : ""),
    );
  }
  return { labelled, validation, test };
}

/**
 * Probes the features of a checkpoint, and those of networks of its architecture with random weights.
 *
 * @throws {UserError} As {@linkcode probeRows}; where the checkpoint has no network that gives
 * features, was trained at another sampling rate, or gives features that are not finite. The reason of
 * `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { Encoder1dCnn, ParameterStore, probeCheckpoint } from "ssrl-ecg";
 * import { synthesizeCohort, Workspace } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Encoder1dCnn(store, "", { width: 4 });
 * const encoder = new Map(store.initialValues(1).map((values) => [values.name, values]));
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalisation: "train" });
 * const { random, gain } = await probeCheckpoint(workspace, {
 *   checkpoint: { sections: new Map([["encoder", encoder]]), metadata: {} },
 *   path: "untrained",
 *   probe: { kind: "knn", k: 20, temperature: 0.07 },
 *   fold: 10,
 *   labelFraction: 1,
 *   seed: 42,
 *   randomSeeds: 2,
 * });
 * console.assert(random.length === 2 && random[1].seed === 43 && gain.perClass.length === 5);
 * workspace.destroy();
 * ```
 */
export async function probeCheckpoint(
  workspace: Workspace,
  options: ProbeCheckpointOptions,
): Promise<CheckpointProbe> {
  const { checkpoint, path, probe, seed, randomSeeds, signal, onProgress } = options;
  const { gpu, set } = workspace;
  const rows = probeRows(set, options);
  assertSamplingRate(checkpoint, path, set.samplingRate);
  const records = Object.values(rows).reduce((sum, { length }) => sum + length, 0);
  let passed = 0;
  const judge = async (network: FeatureNetwork): Promise<ProbedNetwork> => {
    try {
      const parts = await featureParts(workspace, network, rows, {
        what: path,
        diagnosis: "The weights are damaged, or records lie far outside the normalisation",
        onProgress: (done) => {
          signal?.throwIfAborted();
          onProgress?.(passed + done, (1 + randomSeeds) * records);
        },
      });
      passed += records;
      return judgeProbe(parts, probe, set.classNames.length, seed);
    } finally {
      network.destroy();
    }
  };
  const network = loadFeatureNetwork(gpu, checkpoint, path);
  const trained = await judge(network);
  const random: ProbedRandomNetwork[] = [];
  for (let i = 0; i < randomSeeds; i++) {
    const randomSeed = (seed + i) % 2 ** 32;
    const judged = await judge(randomFeatureNetwork(gpu, checkpoint, path, randomSeed));
    random.push({ ...judged, seed: randomSeed });
  }
  return {
    labelled: rows.labelled,
    architecture: network.architecture.name,
    features: network.features,
    trained,
    random,
    gain: pairedIntervalsAgainstMean(
      workspace.labelsOf(rows.test),
      random.map(({ probabilities }) => probabilities),
      trained.probabilities,
      { classes: set.classNames.length, seed },
    ),
  };
}

function judgeProbe(
  parts: Record<"labelled" | "validation" | "test", FeaturePart>,
  probe: ProbeSettings,
  classes: number,
  seed: number,
): ProbedNetwork {
  const { rows, labels } = parts.test;
  const { probabilities, fit } = probe.kind === "linear"
    ? linearProbabilities(parts, probe, classes)
    : neighbourProbabilities(parts, probe, classes);
  return {
    rows,
    probabilities,
    metrics: multilabelMetrics(labels, probabilities, { classes }),
    perClass: perClassMetrics(labels, probabilities, { classes }),
    intervals: bootstrapIntervals(labels, probabilities, { classes, seed }),
    ...(fit ? { fit } : {}),
  };
}

interface Prediction {
  readonly probabilities: Float64Array;
  readonly fit?: LinearFit;
}

function linearProbabilities(
  { labelled, validation, test }: Record<"labelled" | "validation" | "test", FeaturePart>,
  { penalty }: LinearProbeSettings,
  classes: number,
): Prediction {
  const count = labelled.rows.length;
  if (penalty !== undefined) {
    // scikit-learn minimises C Σ loss + |w|² / 2, which is F times C n at l2 = 1 / (C n).
    const model = fitLogisticRegression(labelled, classes, 1 / (penalty * count));
    const probabilities = predictProbabilities(model, test.features);
    return { probabilities, fit: { penalty, converged: model.converged } };
  }
  const model = fitLinearProbe({ ...labelled, classes, validation });
  const { l2, validationAuroc, converged } = model;
  const probabilities = predictProbabilities(model, test.features);
  return { probabilities, fit: { penalty: 1 / (l2 * count), validationAuroc, converged } };
}

function neighbourProbabilities(
  { labelled, test }: Record<"labelled" | "test", FeaturePart>,
  { k, temperature }: NeighbourProbeSettings,
  classes: number,
): Prediction {
  const queries = test.features;
  return {
    probabilities: nearestNeighbourProbabilities({ labelled, classes, queries, k, temperature }),
  };
}

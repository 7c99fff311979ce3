/**
 * What the frozen features of a checkpoint are worth: logistic regression or nearest neighbors on
 * them, beside the same on networks of the same architecture with random weights.
 *
 * @module
 */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { labelSubset } from "../data/sampling/label_subset.ts";
import { assertLabeled, type RecordSet } from "../data/signals/record_set.ts";
import { rowsOfFolds, splitByFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import { type BootstrapIntervals, bootstrapIntervals } from "../metrics/bootstrap.ts";
import { multilabelMetrics, perClassMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedIntervalsAgainstMean } from "../metrics/paired_bootstrap.ts";
import { nearestNeighborProbabilities } from "../estimators/k_nearest_neighbors.ts";
import {
  fitLinearProbe,
  fitLogisticRegression,
  predictProbabilities,
} from "../estimators/logistic_regression.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import type { EvaluatedMetrics, Predictions } from "./evaluation_tables.ts";
import { type FeatureNetwork, loadFeatureNetwork, randomFeatureNetwork } from "./load_network.ts";
import { type FeaturePart, featureTable } from "./network_features.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Logistic regression on standardized features, solved to convergence. */
export interface LinearProbeSettings {
  readonly kind: "linear";
  /** C as in scikit-learn, above 0. Absent: the one with the best macro AUROC on fold 9. */
  readonly penalty?: number;
}

/** Weighted k nearest neighbors by cosine similarity. */
export interface NeighborProbeSettings {
  readonly kind: "knn";
  readonly k: number;
  /** Above 0. */
  readonly temperature: number;
}

/** Which probe. */
export type ProbeSettings = LinearProbeSettings | NeighborProbeSettings;

/** Which records serve for what. */
export interface ProbeRowsOptions {
  readonly probe: ProbeSettings;
  /**
   * Fold to report on, 1 to 10; or `each`: cross-validation, which reports on every fold in turn and
   * joins the answers.
   */
  readonly fold: number | "each";
  /** Share of the training records whose labels are used, in (0, 1]. */
  readonly labelFraction: number;
  /** Seed of the label subset, the random networks and the bootstrap. */
  readonly seed: number;
}

/** Settings of {@linkcode probeCheckpoint}. */
export interface ProbeCheckpointOptions extends ProbeRowsOptions {
  readonly checkpoint: Checkpoint;
  /** Random networks to compare with, at least 1; their seeds count up from `seed`. */
  readonly randomSeeds: number;
  /** Ends the job between two batches. */
  readonly signal?: AbortSignal;
  /** Records passed through a network so far, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What serves for what while one fold is reported on. */
export interface ProbeTurn {
  /** Fold that is reported on. */
  readonly fold: number;
  /** Rows whose labels are fitted to. */
  readonly labeled: Int32Array;
  /** Rows that choose the penalty; none where nothing is chosen. */
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** How a logistic regression came out. */
export interface LinearFit {
  /** Fold that it was reported on. */
  readonly fold: number;
  /** C as in scikit-learn. */
  readonly penalty: number;
  /** Macro AUROC on the validation rows, where it chose the penalty. */
  readonly validationAuroc?: number;
  /** False if a class reached the step limit before its gradient vanished. */
  readonly converged: boolean;
}

/** A probe on one network's features. */
export interface ProbedNetwork extends EvaluatedMetrics, Predictions {
  /** One for each turn; absent for nearest neighbors, which fit nothing. */
  readonly fits?: readonly LinearFit[];
}

/** A probe on the features of random weights. */
export interface ProbedRandomNetwork extends ProbedNetwork {
  readonly seed: number;
}

/** What {@linkcode probeCheckpoint} gives. */
export interface CheckpointProbe {
  /** One for each fold that was reported on. */
  readonly turns: readonly ProbeTurn[];
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
 * The rows that a probe fits on, chooses by and reports on. It fits on the labeled part of folds 1
 * to 8, never on the fold it reports on. In cross-validation the folds move on: each is reported on
 * once, the one before it chooses the penalty (fold 10 for fold 1), and the others are fitted to.
 *
 * @throws {UserError} Where a part has no records, the fold would have to serve twice, or there are
 * fewer labeled records than neighbors.
 */
export function probeTurns(
  set: RecordSet,
  { probe, fold, labelFraction, seed }: ProbeRowsOptions,
): ProbeTurn[] {
  assertLabeled(set);
  const chooses = probe.kind === "linear" && probe.penalty === undefined;
  const turn = (fold: number, train: Int32Array, validation: Int32Array): ProbeTurn => {
    const labeled = labelSubset({
      indices: train,
      labels: set.labels,
      classes: set.classNames.length,
      fraction: labelFraction,
      seed,
    });
    if (probe.kind === "knn" && probe.k > labeled.length) {
      throw new UserError(
        `Cannot find ${probe.k} neighbors among ${labeled.length} labeled records: ` +
          `give a smaller --k` + (labelFraction < 1 ? " or a larger --label-fraction" : ""),
      );
    }
    const test = rowsOfFolds(set.folds, [fold]);
    return { fold, labeled, validation: chooses ? validation : new Int32Array(), test };
  };
  if (fold === "each") {
    const folds = [...new Set(set.folds)].sort((a, b) => a - b);
    if (folds.length < 3) {
      throw new UserError(
        `Cannot cross-validate: need records in three folds or more, they are in ${folds.length}`,
      );
    }
    return folds.map((test, i) => {
      const validation = folds[(i + folds.length - 1) % folds.length];
      const train = folds.filter((each) => each !== test && each !== validation);
      return turn(test, rowsOfFolds(set.folds, train), rowsOfFolds(set.folds, [validation]));
    });
  }
  const { train, validation } = splitByFolds(set);
  if (rowsOfFolds(set.folds, [fold]).length === 0) {
    throw new UserError(`Fold ${fold} has no records`);
  }
  if (chooses && (fold === 9 || validation.length === 0)) {
    throw new UserError(
      (fold === 9
        ? "Cannot report on fold 9: the penalty is chosen on it. "
        : "Cannot choose the penalty: fold 9 has no records. ") + "Give --penalty",
    );
  }
  return [turn(fold, train.filter((row) => set.folds[row] !== fold), validation)];
}

/**
 * Probes the features of a checkpoint, and those of networks of its architecture with random weights.
 *
 * @throws {UserError} As {@linkcode probeTurns}; where the checkpoint has no network that gives
 * features, was trained at another sampling rate, or gives features that are not finite; in
 * cross-validation where it was trained with labels. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Encoder1dCnn, ParameterStore, probeCheckpoint } from "ssrl-ecg";
 * import { synthesizeCohort, Workspace } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Encoder1dCnn(store, "", { width: 4 });
 * const encoder = new Map(store.initialValues(1).map((values) => [values.name, values]));
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { random, gain } = await probeCheckpoint(workspace, {
 *   checkpoint: { sections: new Map([["encoder", encoder]]), metadata: {} },
 *   probe: { kind: "knn", k: 20, temperature: 0.07 },
 *   fold: 10,
 *   labelFraction: 1,
 *   seed: 42,
 *   randomSeeds: 2,
 * });
 * assert(random.length === 2 && random[1].seed === 43 && gain.perClass.length === 5);
 * workspace.destroy();
 * ```
 */
export async function probeCheckpoint(
  workspace: Workspace,
  options: ProbeCheckpointOptions,
): Promise<CheckpointProbe> {
  const { checkpoint, probe, fold, seed, randomSeeds, signal, onProgress } = options;
  const { gpu, set } = workspace;
  const turns = probeTurns(set, options);
  assertSamplingRate(checkpoint, set.samplingRate);
  if (fold === "each") assertUnlabeled(checkpoint);
  const rows = [
    ...new Set(turns.flatMap((turn) => [...turn.labeled, ...turn.validation, ...turn.test])),
  ];
  let passed = 0;
  const judge = async (network: FeatureNetwork): Promise<ProbedNetwork> => {
    try {
      const part = await featureTable(workspace, network, rows, {
        what: sourceOf(checkpoint),
        diagnosis: "The weights are damaged, or records lie far outside the normalization",
        onProgress: (done) => {
          signal?.throwIfAborted();
          onProgress?.(passed + done, (1 + randomSeeds) * rows.length);
        },
      });
      passed += rows.length;
      return judgeProbe(workspace, turns, part, probe, seed);
    } finally {
      network.destroy();
    }
  };
  const network = loadFeatureNetwork(gpu, checkpoint);
  const trained = await judge(network);
  const random: ProbedRandomNetwork[] = [];
  for (let i = 0; i < randomSeeds; i++) {
    const randomSeed = (seed + i) % 2 ** 32;
    const judged = await judge(randomFeatureNetwork(gpu, checkpoint, randomSeed));
    random.push({ ...judged, seed: randomSeed });
  }
  return {
    turns,
    architecture: network.architecture.name,
    features: network.features,
    trained,
    random,
    gain: pairedIntervalsAgainstMean(
      workspace.labelsOf(trained.rows),
      random.map(({ probabilities }) => probabilities),
      trained.probabilities,
      { classes: set.classNames.length, seed },
    ),
  };
}

/** @throws {UserError} Where a network has seen the labels that it would be judged by. */
function assertUnlabeled(checkpoint: Checkpoint): void {
  if (checkpoint.sections.has("encoder")) return;
  throw new UserError(
    `Cannot cross-validate ${
      sourceOf(checkpoint)
    }: it holds a classifier, which was trained with the labels of ` +
      "folds 1-8. Give a pretrained encoder (key encoder), or --fold in place of --cross-validate",
  );
}

function judgeProbe(
  workspace: Workspace,
  turns: readonly ProbeTurn[],
  part: (rows: Int32Array) => FeaturePart,
  probe: ProbeSettings,
  seed: number,
): ProbedNetwork {
  const classes = workspace.set.classNames.length;
  const predictions = turns.map(({ fold, labeled, validation, test }) => {
    const parts = { labeled: part(labeled), validation: part(validation), test: part(test) };
    return probe.kind === "linear"
      ? linearProbabilities(parts, probe, classes, fold)
      : neighborProbabilities(parts, probe, classes);
  });
  const rows = Int32Array.from(turns.flatMap(({ test }) => [...test]));
  const probabilities = Float64Array.from(
    predictions.flatMap(({ probabilities }) => [...probabilities]),
  );
  const labels = workspace.labelsOf(rows);
  const fits = predictions.flatMap(({ fit }) => fit ?? []);
  return {
    rows,
    probabilities,
    metrics: multilabelMetrics(labels, probabilities, { classes }),
    perClass: perClassMetrics(labels, probabilities, { classes }),
    intervals: bootstrapIntervals(labels, probabilities, { classes, seed }),
    ...(fits.length > 0 ? { fits } : {}),
  };
}

interface Prediction {
  readonly probabilities: Float64Array;
  readonly fit?: LinearFit;
}

function linearProbabilities(
  { labeled, validation, test }: Record<"labeled" | "validation" | "test", FeaturePart>,
  { penalty }: LinearProbeSettings,
  classes: number,
  fold: number,
): Prediction {
  const count = labeled.rows.length;
  if (penalty !== undefined) {
    // scikit-learn minimizes C Σ loss + |w|² / 2, which is F times C n at l2 = 1 / (C n).
    const model = fitLogisticRegression(labeled, classes, 1 / (penalty * count));
    const probabilities = predictProbabilities(model, test.features);
    return { probabilities, fit: { fold, penalty, converged: model.converged } };
  }
  const model = fitLinearProbe({ ...labeled, classes, validation });
  const { l2, validationAuroc, converged } = model;
  const probabilities = predictProbabilities(model, test.features);
  return { probabilities, fit: { fold, penalty: 1 / (l2 * count), validationAuroc, converged } };
}

function neighborProbabilities(
  { labeled, test }: Record<"labeled" | "test", FeaturePart>,
  { k, temperature }: NeighborProbeSettings,
  classes: number,
): Prediction {
  const queries = test.features;
  return {
    probabilities: nearestNeighborProbabilities({ labeled, classes, queries, k, temperature }),
  };
}

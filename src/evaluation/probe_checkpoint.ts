/**
 * What the frozen features of a checkpoint are worth: logistic regression or nearest neighbors on
 * them, compared with networks of the same architecture with random weights.
 */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { labelSubset } from "../data/sampling/label_subset.ts";
import { rowsOfFolds, splitByFolds } from "../data/sampling/splits.ts";
import { assertLabeled, type RecordSet } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { nearestNeighborProbabilities } from "../estimators/k_nearest_neighbors.ts";
import { fitLinearProbe } from "../estimators/linear_probe.ts";
import {
  fitLogisticRegression,
  type LinearModel,
  predictProbabilities,
} from "../estimators/logistic_regression.ts";
import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import { type EvaluatedMetrics, evaluateMetrics } from "../metrics/evaluated_metrics.ts";
import { pairedIntervalsAgainstMean } from "../metrics/paired_bootstrap.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import type { Workspace } from "../runs/workspace.ts";
import { rowsOfFold } from "./evaluate.ts";
import { type FeatureNetwork, loadFeatureNetwork, randomFeatureNetwork } from "./load_network.ts";
import { type FeaturePart, featureTable } from "./network_features.ts";

/**
 * Which probe: a logistic regression on standardized features, solved to convergence, or the weighted
 * k nearest neighbors by cosine similarity.
 */
export type ProbeSettings =
  | {
    readonly kind: "linear";
    /** C as in scikit-learn, above 0: smaller is stronger. Absent: the best macro AUROC on fold 9. */
    readonly inverseRegularization?: number;
  }
  | {
    readonly kind: "knn";
    readonly k: number;
    /** Above 0. */
    readonly temperature: number;
  };

/** Which records serve for what. */
export interface ProbeRowsOptions {
  readonly probe: ProbeSettings;
  /**
   * Fold to report on, 1 to 10; or `each`: cross-validation, which reports on every fold in turn and
   * joins the answers. Default 10.
   */
  readonly fold?: number | "each";
  /** Share of the training records whose labels are used, in (0, 1]. Default 1. */
  readonly labelFraction?: number;
  /** Seed of the label subset, the random networks and the bootstrap. Default 42. */
  readonly seed?: number;
}

/** Settings of {@linkcode probeCheckpoint}. */
export interface ProbeCheckpointOptions extends ProbeRowsOptions {
  readonly checkpoint: Checkpoint;
  /** Random networks to compare with, at least 1; their seeds count up from `seed`. Default 3. */
  readonly randomSeeds?: number;
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
  /** Rows that choose C; none where nothing is chosen. */
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** How a logistic regression came out. */
export interface LinearFit {
  /** Fold that it was reported on. */
  readonly fold: number;
  /** C as in scikit-learn. */
  readonly inverseRegularization: number;
  /** Macro AUROC on the validation rows, where it chose C. */
  readonly validationAuroc?: number;
  /** False if a class reached the step limit before its gradient vanished. */
  readonly converged: boolean;
}

/** A probe on one network's features. */
export interface ProbedNetwork extends EvaluatedMetrics {
  /** Rows of the workspace. */
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  /** One for each turn; none for nearest neighbors, which fit nothing. */
  readonly fits: readonly LinearFit[];
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
  readonly random: readonly (ProbedNetwork & { readonly seed: number })[];
  /** The trained network's metrics less the mean of the random ones', on the same resamples. */
  readonly gain: BootstrapIntervals;
}

/**
 * The rows that a probe fits on, chooses by and reports on. It fits on the labeled part of folds 1
 * to 8, never on the fold it reports on. In cross-validation the folds move on: each is reported on
 * once, the one before it chooses C (fold 10 for fold 1), and the others are fitted to.
 *
 * @throws {UserError} Where a part has no records, the fold would have to serve twice, or there are
 * fewer labeled records than neighbors.
 */
export function probeTurns(
  set: RecordSet,
  { probe, fold = 10, labelFraction = 1, seed = 42 }: ProbeRowsOptions,
): ProbeTurn[] {
  assertLabeled(set);
  const chooses = probe.kind === "linear" && probe.inverseRegularization === undefined;
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
        `Cannot find ${probe.k} neighbors among ${labeled.length} labeled records`,
        { remedy: "fewer-neighbors", fewLabels: labelFraction < 1 },
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
  rowsOfFold(set, fold);
  if (chooses && (fold === 9 || validation.length === 0)) {
    throw new UserError(
      fold === 9
        ? "Cannot report on fold 9: the regularization is chosen on it"
        : "Cannot choose the regularization: fold 9 has no records",
      { remedy: "fixed-regularization" },
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
  const { checkpoint, probe, fold, seed = 42, randomSeeds = 3, signal, onProgress } = options;
  const { gpu, set } = workspace;
  const turns = probeTurns(set, options);
  assertSamplingRate(checkpoint, set.samplingRate);
  if (fold === "each") assertUnlabeled(checkpoint);
  const rows = [
    ...new Set(turns.flatMap((turn) => [...turn.labeled, ...turn.validation, ...turn.test])),
  ];
  let passed = 0;
  const probed = async (network: FeatureNetwork): Promise<ProbedNetwork> => {
    const part = await featureTable(workspace, network, rows, {
      what: sourceOf(checkpoint),
      onProgress: (done) => {
        signal?.throwIfAborted();
        onProgress?.(passed + done, (1 + randomSeeds) * rows.length);
      },
    });
    passed += rows.length;
    return fitAndEvaluate(workspace, turns, part, probe, seed);
  };
  using network = loadFeatureNetwork(gpu, checkpoint);
  const trained = await probed(network);
  const random: (ProbedNetwork & { seed: number })[] = [];
  for (let i = 0; i < randomSeeds; i++) {
    const randomSeed = (seed + i) % 2 ** 32;
    using network = randomFeatureNetwork(gpu, checkpoint, randomSeed);
    random.push({ ...await probed(network), seed: randomSeed });
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

/** @throws {UserError} Where a network has seen the labels that it would be measured by. */
function assertUnlabeled(checkpoint: Checkpoint): void {
  if (checkpoint.sections.has("encoder")) return;
  throw new UserError(
    `Cannot cross-validate ${
      sourceOf(checkpoint)
    }: it holds a classifier, which was trained with ` +
      "the labels of folds 1-8. Give a pretrained encoder (key encoder)",
    { remedy: "one-fold" },
  );
}

function fitAndEvaluate(
  workspace: Workspace,
  turns: readonly ProbeTurn[],
  part: (rows: Int32Array) => FeaturePart,
  probe: ProbeSettings,
  seed: number,
): ProbedNetwork {
  const classes = workspace.set.classNames.length;
  const fits: LinearFit[] = [];
  const answers = turns.map(({ fold, ...rows }): Float64Array => {
    const labeled = part(rows.labeled);
    const { features } = part(rows.test);
    if (probe.kind === "knn") {
      const { k, temperature } = probe;
      return nearestNeighborProbabilities({ labeled, classes, queries: features, k, temperature });
    }
    const { model, ...fit } = fitLinear(labeled, part(rows.validation), classes, probe);
    fits.push({ fold, ...fit });
    return predictProbabilities(model, features);
  });
  const rows = Int32Array.from(turns.flatMap(({ test }) => [...test]));
  const probabilities = Float64Array.from(answers.flatMap((each) => [...each]));
  const metrics = evaluateMetrics(workspace.labelsOf(rows), probabilities, { classes, seed });
  return { rows, probabilities, ...metrics, fits };
}

/** Fits with the C that is given, else with the one that is best on the validation rows. */
function fitLinear(
  labeled: FeaturePart,
  validation: FeaturePart,
  classes: number,
  { inverseRegularization }: ProbeSettings & { readonly kind: "linear" },
): Omit<LinearFit, "fold"> & { readonly model: LinearModel } {
  const count = labeled.rows.length;
  if (inverseRegularization !== undefined) {
    // scikit-learn minimizes C Σ loss + |w|² / 2, which is C n times the objective at l2 = 1 / (C n).
    const model = fitLogisticRegression(labeled, classes, 1 / (inverseRegularization * count));
    return { model, inverseRegularization, converged: model.converged };
  }
  const model = fitLinearProbe({ ...labeled, classes, validation });
  const { l2, validationAuroc, converged } = model;
  return { model, inverseRegularization: 1 / (l2 * count), validationAuroc, converged };
}

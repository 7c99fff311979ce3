/**
 * What can be said of an encoder while it is being pretrained: how far its embeddings are spread, and
 * now and then how well a small probe on labeled records does. Looks on only: the training's bits
 * are the same with and without it.
 */

import { labelSubset } from "../data/sampling/label_subset.ts";
import { hasLabels } from "../data/signals/record_set.ts";
import { embeddingSpread } from "../metrics/embedding_spread.ts";
import { multilabelMetrics } from "../metrics/multilabel_metrics.ts";
import { nearestNeighborProbabilities } from "../estimators/k_nearest_neighbors.ts";
import { fitLogisticRegression, predictProbabilities } from "../estimators/logistic_regression.ts";
import { Inference, INFERENCE_ROWS } from "../evaluation/inference.ts";
import type { PretrainingStep } from "../methods/pretraining_method.ts";
import { diverged } from "../runs/trainer.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Validation records whose embeddings' spread is measured, at most. */
export const SPREAD_RECORDS = 256;

/** Labeled training records of the online probe, at most. */
export const ONLINE_PROBE_RECORDS = 2000;

/** Neighbors of the k-NN probe where there are as many labeled records, and their temperature. */
const NEIGHBORS = 20;
const TEMPERATURE = 0.07;

/**
 * Penalty of the linear probe on standardized features. A fixed one, so that every epoch
 * evaluates fold 9 once.
 */
const L2 = 0.1;

/** A probe while training. */
export interface OnlineProbeOptions {
  /** Epochs between two probes; the network is also probed before the first. */
  readonly every: number;
  readonly kind: "knn" | "linear";
}

/** Watches one network. */
export class PretrainMonitor {
  readonly #classes: number;
  readonly #spread: Int32Array;
  readonly #labeled: Int32Array;
  readonly #validation: Int32Array;
  #inference: Inference | undefined;

  /** @param seed Draws the records; those of the probe keep the shares of the classes. */
  constructor(
    readonly workspace: Workspace,
    readonly network: Pick<PretrainingStep, "evaluate">,
    seed: number,
    readonly probe?: OnlineProbeOptions,
  ) {
    const { set, split } = workspace;
    const { labels, classNames: { length: classes } } = set;
    const draw = (indices: Int32Array, most: number) =>
      indices.length <= most
        ? indices
        : labelSubset({ indices, labels, classes, fraction: most / indices.length, seed });
    this.#classes = classes;
    this.#spread = draw(split.validation, SPREAD_RECORDS);
    this.#labeled = draw(split.train, ONLINE_PROBE_RECORDS);
    this.#validation = split.validation;
  }

  /** True where an online probe is wanted and there are labels for one. */
  get probes(): boolean {
    return this.probe !== undefined && this.#validation.length > 0 && hasLabels(this.workspace.set);
  }

  /** True where the network is probed after this epoch; 0 is before the first. */
  probesAfter(epoch: number): boolean {
    return this.probes && epoch % this.probe!.every === 0;
  }

  /**
   * Spread of the normalized embeddings z (or of the features, where the method has no z) of
   * validation records, as a share of 1/√d: 0 collapsed, about 1 spread evenly. Undefined where there
   * are fewer than two such records.
   *
   * @throws {UserError} Where an embedding is not finite.
   */
  async spread(epoch: number): Promise<number | undefined> {
    const rows = this.#spread;
    if (rows.length < 2) return undefined;
    const { features, z = features } = await this.#run(rows, epoch);
    const width = z.length / rows.length;
    return embeddingSpread(z, rows.length, width) * Math.sqrt(width);
  }

  /**
   * Macro AUROC on fold 9 of a probe on the features of labeled training records; NaN where no class
   * defines it. The test fold is left alone.
   *
   * @throws {UserError} Where a feature is not finite.
   */
  async probeAuroc(epoch: number): Promise<number> {
    const { workspace } = this;
    const classes = this.#classes;
    const rows = Int32Array.from([...this.#labeled, ...this.#validation]);
    const { features } = await this.#run(rows, epoch);
    const cut = this.#labeled.length * (features.length / rows.length);
    const labeled = {
      features: features.subarray(0, cut),
      labels: workspace.labelsOf(this.#labeled),
    };
    const queries = features.subarray(cut);
    const probabilities = this.probe?.kind === "linear"
      ? predictProbabilities(fitLogisticRegression(labeled, classes, L2), queries)
      : nearestNeighborProbabilities({
        labeled,
        classes,
        queries,
        k: Math.min(NEIGHBORS, this.#labeled.length),
        temperature: TEMPERATURE,
      });
    const truth = workspace.labelsOf(this.#validation);
    return multilabelMetrics(truth, probabilities, { classes }).auroc_macro;
  }

  /** Records the pass, so that its memory is known before the run starts. */
  async prepare(): Promise<void> {
    const most = Math.max(this.#spread.length, this.probes ? this.#labeled.length : 0);
    if (most === 0) return;
    this.#inference ??= await Inference.record(
      this.workspace,
      Math.min(INFERENCE_ROWS, most),
      (recorder, x) => ({ ...this.network.evaluate(recorder, x) }),
    );
  }

  async #run(rows: Int32Array, epoch: number): Promise<Record<string, Float32Array>> {
    await this.prepare();
    const results = await this.#inference!.run(rows);
    for (const values of Object.values(results)) {
      if (!values.every(Number.isFinite)) throw diverged("the embeddings are not finite", epoch);
    }
    return results;
  }

  destroy(): void {
    this.#inference?.destroy();
  }
}

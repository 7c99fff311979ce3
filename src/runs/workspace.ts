/** A device with a data set on it: what every run computes with. */

import { ResidentRecords } from "../augment/resident_records.ts";
import {
  noNormalization,
  type Normalization,
  trainNormalization,
} from "../data/signals/normalization.ts";
import { recordCount, type RecordSet } from "../data/signals/record_set.ts";
import { type FoldSplit, splitByFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { Tensor } from "../gpu/tensor.ts";
import { type Device, openDevice } from "./device.ts";

/** How a {@linkcode Workspace} is opened. */
export interface WorkspaceOptions {
  /** Part of the adapter's name. */
  readonly adapter?: string;
  /**
   * `train`: statistics of the training folds; `none`: mV as they are; or the statistics that a
   * checkpoint carries. Default: `train`.
   */
  readonly normalization?: "train" | "none" | Normalization;
}

/**
 * Device, kernels, resident records, labels and normalization.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { synthesizeCohort, Workspace } from "ssrl-ecg";
 * const set = synthesizeCohort({ records: 30, seed: 42 });
 * const workspace = await Workspace.open(set);
 * assert(workspace.records.records === 30);
 * workspace.destroy();
 * ```
 */
export class Workspace {
  #normalization = noNormalization();

  private constructor(
    readonly gpu: Gpu,
    readonly kernels: KernelLibrary,
    readonly set: RecordSet,
    readonly split: FoldSplit,
    readonly records: ResidentRecords,
    /** [records, classes] 0 or 1. */
    readonly labels: Tensor,
    /** [2 leads]: mean, then 1 / standard deviation. */
    readonly normalizationTensor: Tensor,
    normalization: WorkspaceOptions["normalization"],
  ) {
    this.normalize(normalization);
  }

  /** Opens a device and uploads a data set. The caller ends with `destroy()`. */
  static async open(
    set: RecordSet,
    options: WorkspaceOptions = {},
    device?: Device,
  ): Promise<Workspace> {
    const { gpu, kernels } = device ?? await openDevice(options);
    const split = splitByFolds(set);
    const records = await ResidentRecords.upload(kernels, set);
    const labelShape = [recordCount(set), set.classNames.length];
    const labels = Tensor.from(gpu, labelShape, set.labels, "labels");
    const normalizationTensor = Tensor.zeros(gpu, [2 * set.leads.length], "normalization");
    const { normalization } = options;
    const tensors = [labels, normalizationTensor] as const;
    return new Workspace(gpu, kernels, set, split, records, ...tensors, normalization);
  }

  /** What is applied to every record on its way into a model. */
  get normalization(): Normalization {
    return this.#normalization;
  }

  /**
   * Changes the normalization of all that runs from now on. The records on the device stay as they
   * are, in digital units.
   *
   * @throws {UserError} Where the statistics are those of another number of leads.
   */
  normalize(how: WorkspaceOptions["normalization"] = "train"): void {
    const { set, split, normalizationTensor } = this;
    const statistics = how === "none"
      ? noNormalization()
      : how === "train"
      ? trainNormalization(set, split.train)
      : how;
    const { mean, standardDeviation } = statistics;
    if (mean.length !== set.leads.length) {
      throw new UserError(
        `Cannot normalize ${set.leads.length} leads by the statistics of ${mean.length}`,
      );
    }
    normalizationTensor.write([...mean, ...standardDeviation.map((deviation) => 1 / deviation)]);
    this.#normalization = statistics;
  }

  /** 0 or 1, [rows, classes], of the given rows. */
  labelsOf(rows: ArrayLike<number>): Float32Array {
    const classes = this.set.classNames.length;
    const picked = new Float32Array(rows.length * classes);
    for (let i = 0; i < rows.length; i++) {
      for (let c = 0; c < classes; c++) {
        picked[i * classes + c] = this.set.labels[rows[i] * classes + c];
      }
    }
    return picked;
  }

  /** Gives the memory back and leaves the device open, for what else computes on it. */
  release(): void {
    this.records.destroy();
    this.labels.release();
    this.normalizationTensor.release();
  }

  /** Gives memory and device back. */
  destroy(): void {
    this.release();
    this.gpu.destroy();
  }

  /** The same at the end of a block: `using workspace = await Workspace.open(set)`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

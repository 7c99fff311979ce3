/**
 * Reads the PyTorch parity fixtures (`tests/fixtures/parity/`): for weights and batches known by
 * formula, ten losses, the gradients of step 1 and, for the small cases, the running statistics after
 * step 10; of BYOL also the target after step 10. Names and layouts are PyTorch's; the scripts that
 * made them explain what they hold.
 */

import { byol, followedBy } from "../reference/models/byol.ts";
import { ecgClassifier } from "../reference/models/ecg_classifier.ts";
import { simclr } from "../reference/models/simclr.ts";
import { parityClassifierBatch, paritySimclrBatch, parityWeights } from "./parity_batches.ts";

/**
 * The cases; `small` has width 16 and 250 samples, `wide` width 64 and 250, `full` width 64 and 1,000
 * samples. From `byol_small` on they are in `pretraining.json`, the others in `parity.json`.
 */
export const parityCaseNames = [
  "simclr_small",
  "classifier_bce_small",
  "classifier_focal_small",
  "simclr_full",
  "classifier_bce_full",
  "byol_small",
  "byol_wide",
  "contrastive_small",
] as const;

/** One of {@linkcode parityCaseNames}. */
export type ParityCaseName = (typeof parityCaseNames)[number];

/** Elements of one tensor. */
export interface ParitySample {
  readonly name: string;
  /** PyTorch shape. */
  readonly shape: readonly number[];
  /** L2 norm of the whole tensor (float64). */
  readonly norm: number;
  /** Element i of `values` is at row-major index (i · stride) mod size; 1: all of them. */
  readonly stride: number;
  /** The stored elements. */
  readonly values: Float32Array;
}

/** Gradient of one parameter at step 1. */
export interface ParityGradient extends ParitySample {
  /** L2 norm of the parameter itself after step 10. */
  readonly finalNorm: number;
}

/** One parity run. */
export interface ParityCase {
  readonly name: ParityCaseName;
  readonly loss: "nt_xent" | "bce" | "focal" | "byol";
  /** NT-Xent only. */
  readonly temperature: number;
  readonly width: number;
  /** Pretraining only. */
  readonly hiddenSize: number;
  /** Pretraining only. */
  readonly projectionSize: number;
  /** What the head's names begin with; the contrastive variant only. */
  readonly head?: string;
  /** BYOL only: of the first step, and how it goes on. */
  readonly momentum: number;
  readonly schedule: "constant" | "cosine";
  /** BYOL only: momentum of every step. */
  readonly momenta: readonly number[];
  /** Samples T. */
  readonly length: number;
  /** Records a step; in pretraining there are twice as many rows. */
  readonly batch: number;
  readonly steps: number;
  /** Adam, other settings at PyTorch's defaults. */
  readonly learningRate: number;
  /** Loss of each step, before its update (float64). */
  readonly losses: readonly number[];
  /** The same batches without any update: what a broken optimizer would give. */
  readonly untrainedLosses: readonly number[];
  /** What float32 rounding alone does to PyTorch, relative. */
  readonly float32Errors: {
    readonly losses: readonly number[];
    readonly gradient: number;
    readonly runningStatistics: number;
  };
  /** CRC-32 of all trained initial weights, in registration order, before the shift of biases. */
  readonly weightsCrc32: string;
  /** CRC-32 of the batches, channels last. */
  readonly batchesCrc32: readonly string[];
  /** Trained parameters in registration order. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Gradients of step 1, by name. */
  readonly gradients: ReadonlyMap<string, ParityGradient>;
  /** Running means and variances after step 10, by name; empty for the full-size cases. */
  readonly runningStatistics: ReadonlyMap<string, Float32Array>;
  /** Parameters of BYOL's target after step 10, by name. */
  readonly target: ReadonlyMap<string, ParitySample>;
  /** Initial parameters, by name, PyTorch layout (buffers at their defaults: mean 0, variance 1). */
  initialWeights(): Map<string, Float32Array>;
  /** Step 0, 1, …: signals [rows, T, 12] in mV; labels [batch, 5], empty in pretraining. */
  batchOf(step: number): { x: Float32Array; y: Float32Array };
}

interface StoredTensor {
  name: string;
  shape: number[];
  offset: number;
}

interface StoredSample extends StoredTensor {
  norm: number;
  count: number;
  stride: number;
}

interface StoredCase extends Omit<ParityCase, "gradients" | "runningStatistics" | "target"> {
  tensors: (StoredSample & { finalNorm: number })[];
  /** Absent in `parity.json`. */
  target?: StoredSample[];
  buffers: StoredTensor[];
  shiftedBiases: StoredTensor[];
}

const folder = new URL("../fixtures/parity/", import.meta.url);

/** Reads one case. */
export function loadParity(name: ParityCaseName): ParityCase {
  const file = parityCaseNames.indexOf(name) < parityCaseNames.indexOf("byol_small")
    ? "parity"
    : "pretraining";
  const { batch, steps, cases } = JSON.parse(
    Deno.readTextFileSync(new URL(`${file}.json`, folder)),
  ) as { batch: number; steps: number; cases: StoredCase[] };
  const stored = cases.find((candidate) => candidate.name === name);
  if (!stored) throw new RangeError(`No parity case ${name}`);
  const binary = new Float32Array(Deno.readFileSync(new URL(`${file}.bin`, folder)).buffer);
  const read = ({ shape, offset }: StoredTensor, count = shape.reduce((a, b) => a * b, 1)) =>
    binary.slice(offset, offset + count);
  const { tensors, buffers, shiftedBiases, target = [], ...rest } = stored;
  const all = rest.loss === "byol"
    ? byol(rest).parameters
    : rest.loss === "nt_xent"
    ? simclr(rest).parameters
    : ecgClassifier(rest).parameters;
  const parameters = all.filter(({ name }) => !followedBy(name));
  return {
    ...rest,
    batch,
    steps,
    parameters,
    gradients: new Map(
      tensors.map(({ offset, count, ...gradient }) => [
        gradient.name,
        { ...gradient, values: read({ ...gradient, offset }, count) },
      ]),
    ),
    runningStatistics: new Map(buffers.map((buffer) => [buffer.name, read(buffer)])),
    target: new Map(
      target.map(({ offset, count, ...sample }) => [
        sample.name,
        { ...sample, values: read({ ...sample, offset }, count) },
      ]),
    ),
    initialWeights() {
      const weights = parityWeights(parameters);
      for (const bias of shiftedBiases) weights.set(bias.name, read(bias));
      for (const { name } of all) {
        const source = followedBy(name);
        if (source) weights.set(name, weights.get(source)!.slice());
      }
      return weights;
    },
    batchOf(step) {
      return rest.loss === "nt_xent" || rest.loss === "byol"
        ? { x: paritySimclrBatch(step, batch, rest.length), y: new Float32Array(0) }
        : parityClassifierBatch(step, batch, rest.length);
    },
  };
}

/**
 * True for the biases whose gradient is zero but for rounding, because a batch norm without ReLU
 * between follows: those of the first layers of BYOL's heads, and of its projector's last one.
 */
export function hasNoGradient(name: string): boolean {
  return /(projector|predictor)\.net\.0\.bias$|^online_projector\.net\.3\.bias$/.test(name);
}

/**
 * Relative error of a gradient against the fixture: ‖actual − expected‖ / ‖expected‖ over the stored
 * elements, and the relative error of the norm of the whole tensor.
 *
 * @param actual the gradient in PyTorch layout, complete
 */
export function parityGradientError(
  expected: Pick<ParityGradient, "values" | "stride" | "norm">,
  actual: ArrayLike<number>,
): { elements: number; norm: number } {
  let difference = 0;
  let size = 0;
  expected.values.forEach((value, i) => {
    difference += (actual[(i * expected.stride) % actual.length] - value) ** 2;
    size += value ** 2;
  });
  let squares = 0;
  for (let k = 0; k < actual.length; k++) squares += actual[k] ** 2;
  return {
    elements: Math.sqrt(difference / size),
    norm: Math.abs(Math.sqrt(squares) - expected.norm) / expected.norm,
  };
}

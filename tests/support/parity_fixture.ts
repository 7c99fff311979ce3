/**
 * Reads the PyTorch parity fixtures (`tests/fixtures/parity/`): for weights and batches known by
 * formula, ten losses, the gradients of step 1 and, for the small cases, the running statistics after
 * step 10. Names and layouts are PyTorch's; the script that made them explains what they hold.
 */

import { classifierParameters } from "../../src/reference/ecg_classifier.ts";
import { simclrParameters } from "../../src/reference/simclr.ts";
import { parityClassifierBatch, paritySimclrBatch, parityWeights } from "./parity_batches.ts";

/** The cases; `small` has width 16 and 250 samples, `full` width 64 and 1,000 samples. */
export const parityCaseNames = [
  "simclr_small",
  "classifier_bce_small",
  "classifier_focal_small",
  "simclr_full",
  "classifier_bce_full",
] as const;

/** One of {@linkcode parityCaseNames}. */
export type ParityCaseName = (typeof parityCaseNames)[number];

/** Gradient of one parameter at step 1. */
export interface ParityGradient {
  readonly name: string;
  /** PyTorch shape. */
  readonly shape: readonly number[];
  /** L2 norm of the whole gradient (float64). */
  readonly norm: number;
  /** Element i of `values` is at row-major index (i · stride) mod size; 1: all of them. */
  readonly stride: number;
  /** The stored elements. */
  readonly values: Float32Array;
  /** L2 norm of the parameter itself after step 10. */
  readonly finalNorm: number;
}

/** One parity run. */
export interface ParityCase {
  readonly name: ParityCaseName;
  readonly loss: "nt_xent" | "bce" | "focal";
  /** SimCLR only. */
  readonly temperature: number;
  readonly width: number;
  /** SimCLR only. */
  readonly hiddenSize: number;
  /** SimCLR only. */
  readonly projectionSize: number;
  /** Samples T. */
  readonly length: number;
  /** Records a step; SimCLR has twice as many rows. */
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
  /** CRC-32 of all initial weights, in registration order, before the shift of biases. */
  readonly weightsCrc32: string;
  /** CRC-32 of the batches, channels last. */
  readonly batchesCrc32: readonly string[];
  /** Parameters in registration order. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Gradients of step 1, by name. */
  readonly gradients: ReadonlyMap<string, ParityGradient>;
  /** Running means and variances after step 10, by name; empty for the full-size cases. */
  readonly runningStatistics: ReadonlyMap<string, Float32Array>;
  /** Initial parameters, by name, PyTorch layout (buffers at their defaults: mean 0, variance 1). */
  initialWeights(): Map<string, Float32Array>;
  /** Step 0, 1, …: signals [rows, T, 12] in mV; labels [batch, 5], empty for SimCLR. */
  batchOf(step: number): { x: Float32Array; y: Float32Array };
}

interface StoredTensor {
  name: string;
  shape: number[];
  offset: number;
}

interface StoredCase extends Omit<ParityCase, "gradients" | "runningStatistics"> {
  tensors: (StoredTensor & { norm: number; count: number; stride: number; finalNorm: number })[];
  buffers: StoredTensor[];
  shiftedBiases: StoredTensor[];
}

const folder = new URL("../fixtures/parity/", import.meta.url);

/** Reads one case. */
export function loadParity(name: ParityCaseName): ParityCase {
  const { batch, steps, cases } = JSON.parse(
    Deno.readTextFileSync(new URL("parity.json", folder)),
  ) as { batch: number; steps: number; cases: StoredCase[] };
  const stored = cases.find((candidate) => candidate.name === name);
  if (!stored) throw new RangeError(`No parity case ${name}`);
  const binary = new Float32Array(Deno.readFileSync(new URL("parity.bin", folder)).buffer);
  const read = ({ shape, offset }: StoredTensor, count = shape.reduce((a, b) => a * b, 1)) =>
    binary.slice(offset, offset + count);
  const { tensors, buffers, shiftedBiases, ...rest } = stored;
  const parameters = rest.loss === "nt_xent" ? simclrParameters(rest) : classifierParameters(rest);
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
    initialWeights() {
      const weights = parityWeights(parameters);
      for (const bias of shiftedBiases) weights.set(bias.name, read(bias));
      return weights;
    },
    batchOf(step) {
      return rest.loss === "nt_xent"
        ? { x: paritySimclrBatch(step, batch, rest.length), y: new Float32Array(0) }
        : parityClassifierBatch(step, batch, rest.length);
    },
  };
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

/**
 * Reads the PyTorch parity fixture of masked reconstruction (`tests/fixtures/parity/masked.json`): ten
 * losses, the gradients of step 1 and, for the small case, the running statistics after step 10, of
 * records, masks and weights known by formula. `make_masked_parity.py` explains them.
 */

import { reconstruction } from "../reference/models/reconstruction.ts";
import { parityView, parityWeights } from "./parity_batches.ts";
import type { ParityGradient } from "./parity_fixture.ts";

const LEADS = 12;

/** Normalization of the records, mV; no two leads alike. */
export const MASKED_NORMALIZATION = {
  mean: Float64Array.from({ length: LEADS }, (_, lead) => 0.01 * (lead - 4)),
  deviation: Float64Array.from({ length: LEADS }, (_, lead) => 0.15 + 0.02 * lead),
};

/** The cases: width 16 and 250 samples, width 64 and 1,000 samples. */
export const maskedCaseNames = ["masked_small", "masked_full"] as const;

interface Stored {
  readonly name: typeof maskedCaseNames[number];
  readonly width: number;
  /** Samples T. */
  readonly length: number;
  readonly maskRatio: number;
  readonly blockSize: number;
  /** Epoch of the masks' draws; their seed is that of the batches. */
  readonly epoch: number;
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
  /** CRC-32 of the samples of each step. */
  readonly batchesCrc32: readonly string[];
  /** CRC-32 of the masks of each step: a byte a sample of a record, 1 where masked. */
  readonly masksCrc32: readonly string[];
}

/** One parity run. */
export interface MaskedParity extends Stored {
  /** Records a step. */
  readonly batch: number;
  readonly steps: number;
  /** Parameters in registration order. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Gradients of step 1, by name. */
  readonly gradients: ReadonlyMap<string, ParityGradient>;
  /** Running means and variances after step 10, by name; empty for the full-size case. */
  readonly runningStatistics: ReadonlyMap<string, Float32Array>;
  /** Initial parameters, by name, PyTorch layout (buffers at their defaults: mean 0, variance 1). */
  initialWeights(): Map<string, Float32Array>;
  /** Samples of records `first` .. `first + count - 1`, 1,000 a mV: [count, T, 12]. */
  samples(first: number, count: number): Int16Array;
}

interface StoredTensor {
  name: string;
  shape: number[];
  offset: number;
}

interface StoredCase extends Stored {
  tensors: (StoredTensor & { norm: number; count: number; stride: number; finalNorm: number })[];
  buffers: StoredTensor[];
  shiftedBiases: StoredTensor[];
}

/** Reads one case. */
export function loadMaskedParity(name: typeof maskedCaseNames[number]): MaskedParity {
  const folder = new URL("../fixtures/parity/", import.meta.url);
  const { batch, steps, cases } = JSON.parse(
    Deno.readTextFileSync(new URL("masked.json", folder)),
  ) as { batch: number; steps: number; cases: StoredCase[] };
  const stored = cases.find((candidate) => candidate.name === name)!;
  const binary = new Float32Array(Deno.readFileSync(new URL("masked.bin", folder)).buffer);
  const read = ({ shape, offset }: StoredTensor, count = shape.reduce((a, b) => a * b, 1)) =>
    binary.slice(offset, offset + count);
  const { tensors, buffers, shiftedBiases, ...rest } = stored;
  const parameters = reconstruction(rest).parameters;
  return {
    ...rest,
    batch,
    steps,
    parameters,
    gradients: new Map(
      tensors.map((tensor) => [tensor.name, { ...tensor, values: read(tensor, tensor.count) }]),
    ),
    runningStatistics: new Map(buffers.map((buffer) => [buffer.name, read(buffer)])),
    initialWeights() {
      const weights = parityWeights(parameters);
      for (const bias of shiftedBiases) weights.set(bias.name, read(bias));
      return weights;
    },
    samples(first, count) {
      const view = parityView(first, count, rest.length, 0);
      return Int16Array.from(view, (value) => Math.floor(1000 * value + 0.5));
    },
  };
}

/**
 * Reads the PyTorch parity fixture of ResNet-1D and the improved CNN
 * (`tests/fixtures/parity/classifiers.*`): ten losses, samples of the gradients of step 1 and the
 * running statistics after step 10, for weights and batches known by formula. Dropout is off.
 */

import type { ClassifierArchitecture } from "../../src/models/registry.ts";
import { improvedCnn } from "../reference/models/improved_cnn.ts";
import { resnet1d } from "../reference/models/resnet1d.ts";
import { parityClassifierBatch, parityWeights } from "./parity_batches.ts";
import type { ParityGradient } from "./parity_fixture.ts";

/** The cases, of width 8 and 250 samples. */
export const classifierParityNames = ["resnet1d_small", "improved_cnn_small"] as const;

/** One parity run. */
export interface ClassifierParity {
  readonly architecture: Exclude<ClassifierArchitecture, "ECGClassifier">;
  readonly width: number;
  /** Samples T. */
  readonly length: number;
  /** Records a step. */
  readonly batch: number;
  readonly steps: number;
  /** Adam, other settings at PyTorch's defaults. */
  readonly learningRate: number;
  /** `pos_weight` of the BCE, or null for none. */
  readonly positiveWeights: readonly number[] | null;
  /** Loss of each step, before its update (float64). */
  readonly losses: readonly number[];
  /** The same batches without any update. */
  readonly untrainedLosses: readonly number[];
  /** The most that float32 rounding alone does to PyTorch, relative. */
  readonly float32Errors: { readonly loss: number; readonly gradient: number };
  /** CRC-32 of all initial weights, in registration order, before the shift of biases. */
  readonly weightsCrc32: string;
  /** Parameters in registration order. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Gradients of step 1, by name. */
  readonly gradients: ReadonlyMap<string, Omit<ParityGradient, "finalNorm">>;
  /** Running means and variances after step 10, by name. */
  readonly runningStatistics: ReadonlyMap<string, Float32Array>;
  /** Weights before the biases are shifted: what the checksum is of. */
  plainWeights(): Map<string, Float32Array>;
  /** Initial parameters, by name, PyTorch layout (buffers at their defaults). */
  initialWeights(): Map<string, Float32Array>;
  /** Step 0, 1, …: signals [batch, T, 12] in mV; labels [batch, 5]. */
  batchOf(step: number): { x: Float32Array; y: Float32Array };
}

interface StoredTensor {
  name: string;
  shape: number[];
  offset: number;
}

interface StoredCase extends Omit<ClassifierParity, "gradients" | "runningStatistics"> {
  name: string;
  tensors: (StoredTensor & { norm: number; count: number; stride: number })[];
  buffers: StoredTensor[];
  shiftedBiases: StoredTensor[];
}

const folder = new URL("../fixtures/parity/", import.meta.url);

/** Reads one case. */
export function loadClassifierParity(
  name: (typeof classifierParityNames)[number],
): ClassifierParity {
  const { batch, steps, cases } = JSON.parse(
    Deno.readTextFileSync(new URL("classifiers.json", folder)),
  ) as { batch: number; steps: number; cases: StoredCase[] };
  const binary = new Float32Array(Deno.readFileSync(new URL("classifiers.bin", folder)).buffer);
  const read = ({ shape, offset }: StoredTensor, count = shape.reduce((a, b) => a * b, 1)) =>
    binary.slice(offset, offset + count);
  const { tensors, buffers, shiftedBiases, ...rest } = cases.find((each) => each.name === name)!;
  const parameters = rest.architecture === "ResNet1D"
    ? resnet1d(rest).parameters
    : improvedCnn(rest).parameters;
  const vectors = new Set(parameters.filter((each) => each.shape.length === 1).map((p) => p.name));
  const isNorm = (name: string) => vectors.has(name) && !/^(fc|head\.[15])\./.test(name);
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
    plainWeights: () => parityWeights(parameters, isNorm),
    initialWeights() {
      const weights = parityWeights(parameters, isNorm);
      for (const bias of shiftedBiases) weights.set(bias.name, read(bias));
      return weights;
    },
    batchOf: (step) => parityClassifierBatch(step, batch, rest.length),
  };
}

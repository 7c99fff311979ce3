/**
 * Features of a frozen encoder, computed once and standardized, for the training of a head alone.
 *
 * The scale of features depends on the encoder: those of a random one spread by some 0.001, those of
 * a trained one by some 0.1. At one learning rate a head would learn from the latter only, and a
 * comparison would tell scales apart and not encoders. So the head is trained on
 *
 *   f' = (f − μ) / σ,    μ and σ of each feature over the labeled records,
 *
 * and for all other uses the same head is written for f:
 *
 *   w'·f' + b' = w·f + b    with    w = w' / σ,   b = b' − Σ w' μ / σ
 *
 * A new head starts with all logits 0, as a logistic regression does: random weights on all features
 * would be noise that few labels and steps cannot unlearn.
 */

import { Tensor } from "../gpu/tensor.ts";
import type { HostValues, ParameterStore } from "../layers/parameters.ts";
import type { ClassifierNetwork } from "../models/classifier_network.ts";
import { evaluateRows } from "../evaluation/inference.ts";
import type { Workspace } from "../runs/workspace.ts";

/** The table of standardized features, and the way between heads for f' and for f. */
export class FrozenFeatures {
  private constructor(
    /** [records, features] f', zeros for records without labels; the owner releases it. */
    readonly table: Tensor,
    readonly mean: Float64Array,
    /** 1 where a feature is the same for all labeled records. */
    readonly deviation: Float64Array,
  ) {}

  /**
   * Computes the features of the labeled records in evaluation mode.
   *
   * @param rows The labeled records, at least one
   */
  static async compute(
    workspace: Workspace,
    model: ClassifierNetwork,
    rows: Int32Array,
  ): Promise<FrozenFeatures> {
    const { gpu, set } = workspace;
    const width = model.features;
    const { features } = await evaluateRows(workspace, rows, (recorder, x) => ({
      features: model.evaluate(recorder, x).features,
    }));
    const { mean, deviation } = statistics(features, rows.length, width);
    const table = new Float32Array(set.ids.length * width);
    rows.forEach((row, i) => {
      for (let f = 0; f < width; f++) {
        table[row * width + f] = (features[i * width + f] - mean[f]) / deviation[f];
      }
    });
    const tensor = Tensor.from(gpu, [set.ids.length, width], table, "features");
    return new FrozenFeatures(tensor, mean, deviation);
  }

  /** Writes a head whose logits are 0: its last layer, the last two parameters, is all zeros. */
  static startHead(store: ParameterStore): void {
    store.load(
      store.parameters.slice(-2).map(({ name, shape, value }) => ({
        name,
        shape,
        dtype: "float32",
        data: new Float32Array(value.size),
      })),
    );
  }

  /** Writes a head that was made for f, such as a file's, for f'. */
  async standardizeHead(store: ParameterStore, model: ClassifierNetwork): Promise<void> {
    const { weight, bias } = await headOf(store, model);
    store.load(substitute(weight, bias, this.deviation, this.mean));
  }

  /**
   * Writes the head, trained on f', for f.
   *
   * @returns Puts the head for f' back, to the bit.
   */
  async foldIntoHead(store: ParameterStore, model: ClassifierNetwork): Promise<() => void> {
    const { weight, bias } = await headOf(store, model);
    const scale = this.deviation.map((deviation) => 1 / deviation);
    store.load(substitute(weight, bias, scale, this.mean.map((mean, f) => -mean * scale[f])));
    return () => store.load([weight, bias]);
  }
}

/** Weight [outputs, features] and bias [outputs] of the head's first layer. */
async function headOf(
  store: ParameterStore,
  model: ClassifierNetwork,
): Promise<{ weight: HostValues; bias: HostValues }> {
  const at = store.parameters.indexOf(model.headStart);
  const names = store.parameters.slice(at, at + 2).map(({ name }) => name);
  const state = await store.state();
  const [weight, bias] = names.map((name) => state.find((values) => values.name === name)!);
  return { weight, bias };
}

/**
 * The linear layer in z that gives what w·x + b gives for x = scale · z + shift.
 *
 * @param weight w, [outputs, features]
 * @param bias b, [outputs]
 */
function substitute(
  weight: HostValues,
  bias: HostValues,
  scale: Float64Array,
  shift: Float64Array,
): [weight: HostValues, bias: HostValues] {
  const width = scale.length;
  const w = weight.data as Float32Array;
  const sums = Float64Array.from(bias.data as Float32Array);
  w.forEach((value, i) => sums[Math.floor(i / width)] += value * shift[i % width]);
  return [
    { ...weight, data: w.map((value, i) => value * scale[i % width]) },
    { ...bias, data: Float32Array.from(sums) },
  ];
}

/** Mean and standard deviation of every column over the first rows, in float64. */
function statistics(
  features: Float32Array,
  rows: number,
  width: number,
): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) mean[i % width] += features[i] / rows;
  for (let i = 0; i < rows * width; i++) {
    deviation[i % width] += (features[i] - mean[i % width]) ** 2 / rows;
  }
  // What rounding leaves of a constant feature must not be blown up.
  return {
    mean,
    deviation: deviation.map((variance, f) =>
      Math.sqrt(variance) > 1e-6 * Math.abs(mean[f]) ? Math.sqrt(variance) : 1
    ),
  };
}

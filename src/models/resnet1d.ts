/**
 * ResNet-18 in one dimension (He, Zhang, Ren & Sun 2016): a stem, four stages of two basic blocks, mean
 * over time, dropout and a linear head.
 *
 * | part | channels (width 64) | kernel | stride | length of 1000 |
 * |---|---|---|---|---|
 * | stem: convolution, maximum over 3 | 12 → 64 | 15, 3 | 1, 2 | 1000, 500 |
 * | stage 1: two blocks | 64 → 64 | 7 | 1 | 500 |
 * | stage 2: two blocks | 64 → 128 | 7 | 2, then 1 | 250 |
 * | stage 3: two blocks | 128 → 256 | 7 | 2, then 1 | 125 |
 * | stage 4: two blocks | 256 → 512 | 7 | 2, then 1 | 63 |
 *
 * A block computes max(0, norm(conv(max(0, norm(conv(x))))) + shortcut), the shortcut being x, or
 * norm(conv(x)) with kernel size 1 where channels and length change.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Dropout } from "../layers/dropout.ts";
import { Linear } from "../layers/linear.ts";
import { maxPool } from "../layers/max_pool.ts";
import { meanPool } from "../layers/mean_pool.ts";
import type { Parameter, ParameterStore } from "../layers/parameters.ts";
import type { ClassifierNetwork, LogitsPass } from "./classifier_network.ts";
import { ConvNorm } from "./conv_norm.ts";

const STEM_POOL = { kernelSize: 3, stride: 2, padding: 1 } as const;

/** Extents of a ResNet-1D. */
export interface Resnet1dOptions {
  /** Leads; 12. */
  readonly inputs?: number;
  /** Outputs; 5. */
  readonly classes?: number;
  /** Channels of the stem and the first stage, a multiple of 4; 64. The features are 8 times as many. */
  readonly width?: number;
  /** Probability of the dropout before the head, in training; 0.2. */
  readonly dropout?: number;
}

/**
 * ResNet-18 for signals [N, T, 12]: logits [N, classes]. State keys `conv1.weight`, `bn1.*`,
 * `layer<1..4>.<0, 1>.{conv1, bn1, conv2, bn2}.*`, `layer<2..4>.0.downsample.{0, 1}.*`, `fc.*`, as
 * `ResNet1D` of SSRL-ECG has them. 8,739,973 parameters at width 64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ParameterStore, Resnet1d } from "ssrl-ecg";
 * const store = new ParameterStore();
 * const model = new Resnet1d(store);
 * assert(store.count === 8_739_973 && store.stateShapes.length === 122);
 * assert(model.features === 512 && model.headStart.name === "fc.weight");
 * ```
 */
export class Resnet1d implements ClassifierNetwork {
  readonly inputs: number;
  readonly classes: number;
  readonly features: number;
  readonly headStart: Parameter;
  readonly #stem: ConvNorm;
  readonly #blocks: BasicBlock[];
  readonly #dropout: Dropout;
  readonly #head: Linear;

  constructor(store: ParameterStore, options: Resnet1dOptions = {}) {
    const { inputs = 12, classes = 5, width = 64, dropout = 0.2 } = options;
    this.inputs = inputs;
    this.classes = classes;
    this.features = 8 * width;
    const stem = { inputs, outputs: width, kernelSize: 15, stride: 1 };
    this.#stem = new ConvNorm(store, { convolution: "conv1", norm: "bn1", ...stem });
    let channels = width;
    this.#blocks = [1, 2, 4, 8].flatMap((factor, stage) =>
      [0, 1].map((index) => {
        const outputs = factor * width;
        const stride = stage > 0 && index === 0 ? 2 : 1;
        const name = `layer${stage + 1}.${index}`;
        const block = new BasicBlock(store, name, { inputs: channels, outputs, stride });
        channels = outputs;
        return block;
      })
    );
    this.#dropout = new Dropout(0, dropout);
    this.#head = new Linear(store, "fc", this.features, classes);
    this.headStart = this.#head.weight;
  }

  forward(recorder: Recorder, x: Tensor, step: StepState): LogitsPass {
    const stem = this.#stem.forward(recorder, x);
    const maxima = maxPool(recorder, stem.y, STEM_POOL);
    let value = maxima.y;
    const passes = this.#blocks.map((block) => {
      const pass = block.forward(recorder, value);
      value = pass.y;
      return pass;
    });
    const pooled = meanPool(recorder, value);
    const dropped = this.#dropout.forward(recorder, pooled.y, step);
    const headed = this.#head.forward(recorder, dropped.y);
    const backward = (dlogits: Tensor): void => {
      let gradient = pooled.backward(dropped.backward(headed.backward(dlogits)!));
      for (const pass of passes.toReversed()) gradient = pass.backward(gradient);
      stem.backward(maxima.backward(gradient), { input: false });
    };
    return { logits: headed.y, backward };
  }

  forwardHead(recorder: Recorder, features: Tensor, step: StepState): LogitsPass {
    const dropped = this.#dropout.forward(recorder, features, step);
    const { y, backward } = this.#head.forward(recorder, dropped.y);
    return { logits: y, backward: (dlogits) => void backward(dlogits, { input: false }) };
  }

  /** Evaluation mode: running statistics folded into the convolutions. */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; logits: Tensor } {
    let value = maxPool(recorder, this.#stem.evaluate(recorder, x), STEM_POOL).y;
    for (const block of this.#blocks) value = block.evaluate(recorder, value);
    const features = meanPool(recorder, value).y;
    return { features, logits: this.#head.forward(recorder, features).y };
  }
}

/** Two convolutions of kernel size 7 and a shortcut around them. */
class BasicBlock {
  readonly #first: ConvNorm;
  readonly #second: ConvNorm;
  readonly #downsample: ConvNorm | undefined;

  constructor(
    store: ParameterStore,
    name: string,
    { inputs, outputs, stride }: { inputs: number; outputs: number; stride: number },
  ) {
    const named = (convolution: string, norm: string) => ({
      convolution: `${name}.${convolution}`,
      norm: `${name}.${norm}`,
      outputs,
    });
    const kernelSize = 7;
    this.#first = new ConvNorm(store, { ...named("conv1", "bn1"), inputs, kernelSize, stride });
    const second = { inputs: outputs, kernelSize, stride: 1 };
    this.#second = new ConvNorm(store, { ...named("conv2", "bn2"), ...second });
    if (inputs === outputs && stride === 1) return;
    const shortcut = named("downsample.0", "downsample.1");
    this.#downsample = new ConvNorm(store, { ...shortcut, inputs, kernelSize: 1, stride });
  }

  /** @param x [N, T, inputs]; gives y [N, ceil(T / stride), outputs]. */
  forward(recorder: Recorder, x: Tensor): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const shortcut = this.#downsample?.forward(recorder, x, { relu: false });
    const first = this.#first.forward(recorder, x);
    const second = this.#second.forwardResidual(recorder, first.y, shortcut?.y ?? x);
    const backward = (dy: Tensor): Tensor => {
      const { dx, residual } = second.backward(dy);
      const add = shortcut ? shortcut.backward(residual)! : residual;
      return first.backward(dx, { input: true, add })!;
    };
    return { y: second.y, backward };
  }

  /** Evaluation mode. */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    const inner = this.#first.evaluate(recorder, x);
    const shortcut = this.#downsample?.evaluate(recorder, x, {}) ?? x;
    return this.#second.evaluate(recorder, inner, { add: { tensor: shortcut }, relu: true });
  }
}

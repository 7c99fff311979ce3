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
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm } from "../layers/batch_norm.ts";
import { Conv1d } from "../layers/conv1d.ts";
import { Dropout } from "../layers/dropout.ts";
import { Linear } from "../layers/linear.ts";
import { maxPool } from "../layers/max_pool.ts";
import { meanPool } from "../layers/mean_pool.ts";
import type { Parameter, ParameterStore } from "../layers/parameters.ts";
import type { ClassifierNetwork, LogitsPass } from "./classifier_network.ts";

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
  readonly #stem: { convolution: Conv1d; norm: BatchNorm };
  readonly #blocks: BasicBlock[];
  readonly #dropout: Dropout;
  readonly #head: Linear;

  constructor(store: ParameterStore, options: Resnet1dOptions = {}) {
    const { inputs = 12, classes = 5, width = 64, dropout = 0.2 } = options;
    this.inputs = inputs;
    const stem = { inputs, outputs: width, kernelSize: 15, stride: 1, padding: 7 };
    this.#stem = {
      convolution: new Conv1d(store, "conv1", stem),
      norm: new BatchNorm(store, "bn1", width),
    };
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
    this.#head = new Linear(store, "fc", channels, classes);
  }

  get classes(): number {
    return this.#head.outputs;
  }

  get features(): number {
    return this.#head.inputs;
  }

  get headStart(): Parameter {
    return this.#head.weight;
  }

  forward(recorder: Recorder, x: Tensor, step: StepState): LogitsPass {
    const { convolution, norm } = this.#stem;
    const convolved = convolution.forward(recorder, x, { statistics: true });
    const normed = norm.forward(recorder, convolved.y, convolved.statistics);
    const stem = maxPool(recorder, normed.y, STEM_POOL);
    let value = stem.y;
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
      convolved.backward(normed.backward(stem.backward(gradient)), { input: false });
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
    const { convolution, norm } = this.#stem;
    const epilogue = { affine: norm.fold(recorder), relu: true };
    let value = convolution.forward(recorder, x, { epilogue }).y;
    value = maxPool(recorder, value, STEM_POOL).y;
    for (const block of this.#blocks) value = block.evaluate(recorder, value);
    const features = meanPool(recorder, value).y;
    return { features, logits: this.#head.forward(recorder, features).y };
  }
}

/** Two convolutions of kernel size 7 and a shortcut around them. */
class BasicBlock {
  readonly #first: { convolution: Conv1d; norm: BatchNorm };
  readonly #second: { convolution: Conv1d; norm: BatchNorm };
  readonly #downsample: { convolution: Conv1d; norm: BatchNorm } | undefined;

  constructor(
    store: ParameterStore,
    name: string,
    { inputs, outputs, stride }: { inputs: number; outputs: number; stride: number },
  ) {
    this.#first = {
      convolution: new Conv1d(store, `${name}.conv1`, {
        inputs,
        outputs,
        kernelSize: 7,
        stride,
        padding: 3,
      }),
      norm: new BatchNorm(store, `${name}.bn1`, outputs),
    };
    this.#second = {
      convolution: new Conv1d(store, `${name}.conv2`, {
        inputs: outputs,
        outputs,
        kernelSize: 7,
        stride: 1,
        padding: 3,
      }),
      norm: new BatchNorm(store, `${name}.bn2`, outputs),
    };
    if (inputs === outputs && stride === 1) return;
    this.#downsample = {
      convolution: new Conv1d(store, `${name}.downsample.0`, {
        inputs,
        outputs,
        kernelSize: 1,
        stride,
        padding: 0,
      }),
      norm: new BatchNorm(store, `${name}.downsample.1`, outputs),
    };
  }

  /** @param x [N, T, inputs]; gives y [N, ceil(T / stride), outputs]. */
  forward(recorder: Recorder, x: Tensor): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const first = this.#first.convolution.forward(recorder, x, { statistics: true });
    const firstNorm = this.#first.norm.forward(recorder, first.y, first.statistics);
    const second = this.#second.convolution.forward(recorder, firstNorm.y, { statistics: true });
    const shortcut = this.#shortcut(recorder, x);
    const { y, backward } = this.#second.norm.forwardResidual(
      recorder,
      second.y,
      shortcut.y,
      second.statistics,
    );
    return {
      y,
      backward: (dy) => {
        const { dx, residual } = backward(dy);
        const inner = firstNorm.backward(second.backward(dx)!);
        return first.backward(inner, { input: true, add: shortcut.backward(residual) })!;
      },
    };
  }

  /** Evaluation mode. */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    const { convolution, norm } = this.#first;
    const inner = convolution.forward(recorder, x, {
      epilogue: { affine: norm.fold(recorder), relu: true },
    });
    const shortcut = this.#downsample
      ? this.#downsample.convolution.forward(recorder, x, {
        epilogue: { affine: this.#downsample.norm.fold(recorder) },
      }).y
      : x;
    return this.#second.convolution.forward(recorder, inner.y, {
      epilogue: {
        affine: this.#second.norm.fold(recorder),
        add: { tensor: shortcut },
        relu: true,
      },
    }).y;
  }

  #shortcut(recorder: Recorder, x: Tensor): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    if (!this.#downsample) return { y: x, backward: (dy) => dy };
    const { convolution, norm } = this.#downsample;
    const convolved = convolution.forward(recorder, x, { statistics: true });
    const { y, backward } = norm.forward(recorder, convolved.y, convolved.statistics, {
      relu: false,
    });
    return { y, backward: (dy) => convolved.backward(backward(dy))! };
  }
}

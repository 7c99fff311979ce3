/**
 * The improved CNN: nine convolutions, five of them with a shortcut, mean and maximum over time, and a
 * head of two layers.
 *
 * | block | channels (width 64) | kernel | stride | shortcut | length of 1000 |
 * |---|---|---|---|---|---|
 * | initial | 12 → 64 | 15 | 1 | – | 1000 |
 * | 0 | 64 → 64 | 11 | 2 | – | 500 |
 * | 1 | 64 → 64 | 7 | 1 | yes | 500 |
 * | 2 | 64 → 128 | 7 | 2 | – | 250 |
 * | 3, 4 | 128 → 128 | 5 | 1 | yes | 250 |
 * | 5 | 128 → 256 | 5 | 2 | – | 125 |
 * | 6, 7 | 256 → 256 | 3 | 1 | yes | 125 |
 *
 * A block computes dropout(max(0, norm(conv(x)))), plus x where it has a shortcut; the initial one has
 * no dropout. Head: mean and maximum (512) – dropout – linear, ReLU (256) – norm – dropout –
 * linear. Its norm is over the records of a batch, so training needs two or more.
 */

import { UserError } from "../errors.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm } from "../layers/batch_norm.ts";
import { Dropout } from "../layers/dropout.ts";
import { Linear } from "../layers/linear.ts";
import { meanMaxPool } from "../layers/mean_max_pool.ts";
import type { Parameter, ParameterStore } from "../layers/parameters.ts";
import type { ClassifierNetwork, LogitsPass } from "./classifier_network.ts";
import { ConvNorm } from "./conv_norm.ts";

/** Extents of an improved CNN. */
export interface ImprovedCnnOptions {
  /** Leads; 12. */
  readonly inputs?: number;
  /** Outputs; 5. With 1 it answers a yes-or-no question, logits [N, 1]. */
  readonly classes?: number;
  /** Channels of the first blocks, a multiple of 4; 64. The features are 8 times as many. */
  readonly width?: number;
  /** Probabilities of dropout in training: in the blocks, 0.2, and in the head, 0.3. */
  readonly dropout?: { readonly blocks: number; readonly head: number };
}

/**
 * Improved CNN for signals [N, T, 12]: logits [N, classes]. State keys `encoder.initial.{0, 1}.*`,
 * `encoder.features.<0..7>.{conv, bn}.*`, `head.{1, 3, 5}.*`, as `ImprovedECGClassifier` of SSRL-ECG
 * has them. 999,301 parameters at width 64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ImprovedCnn, ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * const model = new ImprovedCnn(store);
 * assert(store.count === 999_301 && store.stateShapes.length === 63);
 * assert(model.features === 512 && model.headStart.name === "head.1.weight");
 * ```
 */
export class ImprovedCnn implements ClassifierNetwork {
  readonly inputs: number;
  readonly classes: number;
  readonly features: number;
  readonly headStart: Parameter;
  readonly #blocks: { layer: ConvNorm; dropout: Dropout | undefined; shortcut: boolean }[];
  readonly #head;

  constructor(store: ParameterStore, options: ImprovedCnnOptions = {}) {
    const { inputs = 12, classes = 5, width = 64 } = options;
    const { dropout = { blocks: 0.2, head: 0.3 } } = options;
    this.inputs = inputs;
    this.classes = classes;
    this.features = 8 * width;
    const kernelSizes = [15, 11, 7, 7, 5, 5, 5, 3, 3];
    const outputs = [1, 1, 1, 2, 2, 2, 4, 4, 4].map((factor) => factor * width);
    const plan = kernelSizes.map((kernelSize, i) => ({
      inputs: i === 0 ? inputs : outputs[i - 1],
      outputs: outputs[i],
      kernelSize,
      stride: [1, 3, 6].includes(i) ? 2 : 1,
    }));
    this.#blocks = plan.map((block, i) => {
      const initial = i === 0;
      const name = initial ? "encoder.initial" : `encoder.features.${i - 1}`;
      return {
        layer: new ConvNorm(store, {
          convolution: `${name}.${initial ? "0" : "conv"}`,
          norm: `${name}.${initial ? "1" : "bn"}`,
          ...block,
        }),
        dropout: initial ? undefined : new Dropout(i - 1, dropout.blocks),
        shortcut: !initial && block.inputs === block.outputs && block.stride === 1,
      };
    });
    const first = plan.length - 1;
    this.#head = {
      dropout: new Dropout(first, dropout.head),
      hidden: new Linear(store, "head.1", this.features, 4 * width),
      norm: new BatchNorm(store, "head.3", 4 * width),
      hiddenDropout: new Dropout(first + 1, dropout.head),
      output: new Linear(store, "head.5", 4 * width, classes),
    };
    this.headStart = this.#head.hidden.weight;
  }

  forward(recorder: Recorder, x: Tensor, step: StepState): LogitsPass {
    let value = x;
    const passes = this.#blocks.map(({ layer, dropout, shortcut }) => {
      const pass = layer.forward(recorder, value, {
        ...(dropout && { dropout: { layer: dropout, step } }),
        ...(shortcut && { skip: value }),
      });
      value = pass.y;
      return { ...pass, shortcut };
    });
    const pooled = meanMaxPool(recorder, value);
    const headed = this.#forwardHead(recorder, pooled.y, step);
    const backward = (dlogits: Tensor): void => {
      let gradient: Tensor | undefined = pooled.backward(headed.backward(dlogits)!);
      for (let i = passes.length - 1; i >= 0; i--) {
        const { backward, shortcut } = passes[i];
        gradient = backward(gradient!, { input: i > 0, ...(shortcut && { add: gradient }) });
      }
    };
    return { logits: headed.logits, backward };
  }

  forwardHead(recorder: Recorder, features: Tensor, step: StepState): LogitsPass {
    const { logits, backward } = this.#forwardHead(recorder, features, step);
    return { logits, backward: (dlogits) => void backward(dlogits, { input: false }) };
  }

  #forwardHead(
    recorder: Recorder,
    features: Tensor,
    step: StepState,
  ): {
    logits: Tensor;
    backward: (dlogits: Tensor, needed?: { input: boolean }) => Tensor | undefined;
  } {
    const { dropout, hidden, norm, hiddenDropout, output } = this.#head;
    if (features.shape[0] < 2) {
      throw new UserError(
        "Cannot train the improved CNN on a batch of one record: its head normalizes over the " +
          "records of a batch",
        { remedy: "two-records-a-batch" },
      );
    }
    const dropped = dropout.forward(recorder, features, step);
    const first = hidden.forward(recorder, dropped.y, { relu: true });
    const normed = norm.forward(recorder, first.y, undefined, {
      relu: false,
      dropout: { layer: hiddenDropout, step },
    });
    const second = output.forward(recorder, normed.y);
    return {
      logits: second.y,
      backward: (dlogits, needed) => {
        const dx = first.backward(normed.backward(second.backward(dlogits)!), needed);
        return dx && dropped.backward(dx);
      },
    };
  }

  /** Evaluation mode: running statistics folded into the convolutions and the hidden layer. */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; logits: Tensor } {
    let value = x;
    for (const { layer, shortcut } of this.#blocks) {
      value = layer.evaluate(recorder, value, {
        relu: true,
        ...(shortcut && { add: { tensor: value, afterRelu: true } }),
      });
    }
    const features = meanMaxPool(recorder, value).y;
    const { hidden, norm, output } = this.#head;
    const first = hidden.forward(recorder, features, { relu: true }).y;
    const normed = norm.evaluate(recorder, first);
    return { features, logits: output.forward(recorder, normed).y };
  }
}

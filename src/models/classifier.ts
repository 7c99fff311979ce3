/** Classifier: encoder, mean over time, linear head. */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Linear } from "../layers/linear.ts";
import type { Parameter, ParameterStore } from "../layers/parameters.ts";
import type { ClassifierNetwork, LogitsPass } from "./classifier_network.ts";
import type { Encoder } from "./encoder.ts";
import { createEncoder, type EncoderChoice } from "./encoders.ts";

/**
 * Encoder, mean over time and linear head: signals [N, T, 12] to logits [N, classes]. State keys
 * `encoder.*`, `head.weight`, `head.bias`, as `ECGClassifier` of SSRL-ECG has them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { chooseDevice, Classifier, KernelLibrary, ParameterStore, Recorder, Tensor } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const store = new ParameterStore();
 * const model = new Classifier(store, { width: 4, classes: 5 });
 * store.allocate(gpu, 42); // weights drawn from seed 42
 * const x = Tensor.zeros(gpu, [2, 64, 12]); // two records of 64 samples
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const { logits } = model.evaluate(recorder, x);
 * const program = await recorder.plan([logits]);
 * program.run();
 * const values = await logits.read();
 * assert(values.length === 2 * 5 && values.every(Number.isFinite));
 * gpu.destroy();
 * ```
 */
export class Classifier implements ClassifierNetwork {
  readonly encoder: Encoder;
  readonly inputs: number;
  readonly classes: number;
  readonly features: number;
  readonly headStart: Parameter;
  readonly head: Linear;

  constructor(store: ParameterStore, options: EncoderChoice & { classes?: number } = {}) {
    this.classes = options.classes ?? 5;
    this.encoder = createEncoder(store, "encoder.", options);
    this.inputs = this.encoder.inputs;
    this.features = this.encoder.features;
    this.head = new Linear(store, "head", this.features, this.classes);
    this.headStart = this.head.weight;
  }

  /** @param x [N, T, leads]; gives logits [N, classes]. */
  forward(recorder: Recorder, x: Tensor): LogitsPass {
    const encoded = this.encoder.forwardFeatures(recorder, x);
    const headed = this.head.forward(recorder, encoded.y);
    return {
      logits: headed.y,
      backward: (dlogits) => encoded.backward(headed.backward(dlogits)!),
    };
  }

  forwardHead(recorder: Recorder, features: Tensor): LogitsPass {
    const { y, backward } = this.head.forward(recorder, features);
    return { logits: y, backward: (dlogits) => void backward(dlogits, { input: false }) };
  }

  /** Evaluation mode. @param x [N, T, leads] */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; logits: Tensor } {
    const features = this.encoder.evaluateFeatures(recorder, x);
    return { features, logits: this.head.forward(recorder, features).y };
  }
}

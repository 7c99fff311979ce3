/**
 * Adam (Kingma & Ba 2015) as PyTorch computes it, over one flat stretch of parameters, with the
 * gradient's norm taken on the way. An update whose gradient is not finite is skipped on the GPU.
 */

import type { Gpu } from "../gpu/device.ts";
import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import { Tensor } from "../gpu/tensor.ts";
import { TensorSnapshot } from "../gpu/tensor_snapshot.ts";

/** Settings of Adam; the defaults are PyTorch's. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Coupled L2 decay. */
  readonly weightDecay?: number;
  /** Longest gradient, as a norm over all parameters; a longer one is scaled down to it. */
  readonly clipNorm?: number;
}

/**
 * The optimizer and its moments.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Adam, chooseDevice, KernelLibrary, Recorder, StepState, Tensor } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const values = Tensor.from(gpu, [4], [1, -2, 0, 0]);
 * const gradients = Tensor.from(gpu, [4], [0.5, -0.01, 0, 0]);
 * const adam = new Adam(gpu, { values, gradients });
 * const step = new StepState(gpu);
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * adam.record(recorder, step);
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1, ...adam.values(0, 1e-3) });
 * program.run();
 * const [first] = await values.read();
 * assert(Math.abs(first - 0.999) < 1e-6);
 * gpu.destroy();
 * ```
 */
export class Adam {
  readonly #options: Required<AdamOptions>;
  readonly #first: Tensor;
  readonly #second: Tensor;
  readonly #guard: Tensor;

  /** @param flat Values and gradients, [size] each, size a multiple of 4. */
  constructor(
    readonly gpu: Gpu,
    readonly flat: { values: Tensor; gradients: Tensor },
    options: AdamOptions = {},
  ) {
    this.#options = {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 0,
      ...options,
    };
    this.#first = Tensor.zeros(gpu, [flat.values.size], "adam first moment");
    this.#second = Tensor.zeros(gpu, [flat.values.size], "adam second moment");
    this.#guard = Tensor.zeros(gpu, [4], "adam guard");
  }

  /**
   * What the step state needs for update number `step`, counted from 0.
   *
   * @param rate Learning rate.
   */
  values(step: number, rate: number): { stepSize: number; rootCorrection2: number } {
    const { beta1, beta2 } = this.#options;
    return {
      stepSize: rate / (1 - beta1 ** (step + 1)),
      rootCorrection2: Math.sqrt(1 - beta2 ** (step + 1)),
    };
  }

  /** Records norm, update and the clearing of the gradients. */
  record(recorder: Recorder, step: StepState): void {
    const { values, gradients } = this.flat;
    const partials = Math.ceil(gradients.size / 256);
    const partial = recorder.transient("gradient norm partial", [partials]);
    recorder.dispatch("gradient_norm_partial", {
      tensors: { gradient: gradients, partial },
      dims: { size: gradients.size / 4, partials },
      grid: gridFor(partials, 64),
    });
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    recorder.dispatch("gradient_norm", {
      tensors: { partial, state: step.state, ring: step.ring, guard: this.#guard },
      dims: { partials, clip: clipNorm },
      grid: [1],
    });
    recorder.dispatch("adam", {
      tensors: {
        p: values,
        g: gradients,
        m: this.#first,
        v: this.#second,
        state: step.state,
        guard: this.#guard,
      },
      dims: { size: values.size / 4, beta1, beta2, epsilon, decay: weightDecay },
      grid: gridFor(values.size / 4, 64),
    });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.#first.bytes + this.#second.bytes + this.#guard.bytes;
  }

  /** A copy of both moments on the GPU, to go back to later. */
  snapshot(): TensorSnapshot {
    return new TensorSnapshot([this.#first, this.#second]);
  }

  /** Both moments, for resuming. */
  async state(): Promise<{ first: Float32Array; second: Float32Array }> {
    return { first: await this.#first.read(), second: await this.#second.read() };
  }

  /** Writes both moments back. */
  load(state: { first: Float32Array; second: Float32Array }): void {
    if (state.first.length !== this.#first.size || state.second.length !== this.#second.size) {
      throw new RangeError(`Adam holds ${this.#first.size} values, got ${state.first.length}`);
    }
    this.#first.write(state.first);
    this.#second.write(state.second);
  }

  /** Gives the memory back. */
  destroy(): void {
    for (const tensor of [this.#first, this.#second, this.#guard]) tensor.release();
  }
}

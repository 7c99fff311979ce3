/**
 * The small buffer of everything that changes from step to step, and the ring in which steps leave
 * their loss and gradient norm until somebody reads it.
 *
 * `kernels/shared/step_state.wgsl` names the 16 words of the buffer.
 */

import type { Gpu } from "./device.ts";
import { Tensor } from "./tensor.ts";

/** Steps that the ring holds before the oldest is overwritten. */
export const RING_SLOTS = 1024;

/** Words of the step state, as `kernels/shared/step_state.wgsl` numbers them; the others are 0. */
export const STATE_WORDS = {
  seed: 0,
  epoch: 1,
  step: 2,
  slot: 3,
  records: 4,
  stepSize: 8,
  rootCorrection2: 9,
  momentum: 10,
} as const;

/** What a step leaves in the ring. */
export interface StepMetrics {
  /** Step number, from 0. */
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  /** True where the gradient was not finite and the optimizer skipped the update. */
  readonly skipped: boolean;
}

/** Values of one step. */
export interface StepValues {
  readonly seed: number;
  readonly epoch: number;
  readonly step: number;
  readonly records: number;
  /** Learning rate with Adam's first bias correction: lr / (1 - beta1^t). */
  readonly stepSize?: number;
  /** Square root of Adam's second bias correction: sqrt(1 - beta2^t). */
  readonly rootCorrection2?: number;
  /** Share of a target network that stays in its moving average, 0 to 1. */
  readonly momentum?: number;
}

/** Step values and metrics ring of one training run. */
export class StepState {
  /** [16] words, see {@linkcode STATE_WORDS}. */
  readonly state: Tensor;
  /** [slots, 4]: loss, gradient norm, 1 where not finite, unused. */
  readonly ring: Tensor;
  readonly #words = new ArrayBuffer(64);
  #unread = 0;
  #nextStep = 0;

  constructor(readonly gpu: Gpu) {
    this.state = Tensor.zeros(gpu, [16], "step state");
    this.ring = Tensor.zeros(gpu, [RING_SLOTS, 4], "metrics ring");
  }

  /** Steps begun since the ring was last read. */
  get unread(): number {
    return this.#unread;
  }

  /** Writes the values of the step about to be submitted. */
  begin(values: StepValues): void {
    if (this.#unread >= RING_SLOTS) {
      throw new RangeError(`Read the metrics ring at least every ${RING_SLOTS} steps`);
    }
    const { seed, epoch, step, records, stepSize = 0, rootCorrection2 = 1, momentum = 0 } = values;
    const words = new Uint32Array(this.#words);
    words.set([seed, epoch, step, step % RING_SLOTS, records]);
    new Float32Array(this.#words).set([stepSize, rootCorrection2, momentum], STATE_WORDS.stepSize);
    this.state.write(words);
    this.#unread++;
    this.#nextStep = values.step + 1;
  }

  /** Forgets unread metrics, for passes that leave none. */
  restart(): void {
    this.#unread = 0;
  }

  /** Waits for the device and gives the metrics of all steps since the last call. */
  async read(): Promise<StepMetrics[]> {
    const ring = await this.ring.read();
    const metrics: StepMetrics[] = [];
    for (let step = this.#nextStep - this.#unread; step < this.#nextStep; step++) {
      const slot = 4 * (step % RING_SLOTS);
      metrics.push({
        step,
        loss: ring[slot],
        gradientNorm: ring[slot + 1],
        skipped: ring[slot + 2] !== 0,
      });
    }
    this.#unread = 0;
    return metrics;
  }

  /** Gives the buffers back. */
  destroy(): void {
    this.state.release();
    this.ring.release();
  }
}

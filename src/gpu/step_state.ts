/**
 * The small buffer of everything that changes from step to step, and the ring in which steps leave
 * their loss and gradient norm until somebody reads it.
 *
 * | word | meaning | word | meaning |
 * |---|---|---|---|
 * | 0 | seed | 4 | records in this batch |
 * | 1 | epoch | 8 | f32: learning rate / (1 - beta1^step) |
 * | 2 | step, from 0 | 9 | f32: sqrt(1 - beta2^step) |
 * | 3 | slot in the metrics ring | 10 | f32: momentum of a target network's average |
 * | | | others | 0 |
 *
 * @module
 */

import type { Gpu } from "./device.ts";
import { Tensor } from "./tensor.ts";

/** Steps that the ring holds before the oldest is overwritten. */
export const RING_SLOTS = 1024;

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
  /** [16] words, as in the table above. */
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
    const words = new Uint32Array(this.#words);
    words.set([values.seed, values.epoch, values.step, values.step % RING_SLOTS, values.records]);
    new Float32Array(this.#words).set(
      [values.stepSize ?? 0, values.rootCorrection2 ?? 1, values.momentum ?? 0],
      8,
    );
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

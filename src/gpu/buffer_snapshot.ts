/**
 * The content of some buffers at one moment, kept on the GPU.
 *
 * @module
 */

import type { Gpu } from "./device.ts";

/** Copies of buffers, to go back to. */
export class BufferSnapshot {
  readonly #pairs: readonly { live: GPUBuffer; copy: GPUBuffer }[];

  /** Takes the present content. */
  constructor(readonly gpu: Gpu, live: readonly GPUBuffer[]) {
    this.#pairs = live.map((buffer) => ({
      live: buffer,
      copy: gpu.storage(buffer.size, `copy of ${buffer.label}`),
    }));
    this.take();
  }

  /** Copies the present content over the kept one. */
  take(): void {
    this.#copy(({ live, copy }) => [live, copy]);
  }

  /** Copies the kept content back. */
  restore(): void {
    this.#copy(({ live, copy }) => [copy, live]);
  }

  /** Gives the memory back. */
  destroy(): void {
    for (const { copy } of this.#pairs) this.gpu.release(copy);
  }

  #copy(direction: (pair: { live: GPUBuffer; copy: GPUBuffer }) => [GPUBuffer, GPUBuffer]): void {
    const encoder = this.gpu.device.createCommandEncoder();
    for (const pair of this.#pairs) {
      const [from, to] = direction(pair);
      encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    }
    this.gpu.device.queue.submit([encoder.finish()]);
  }
}

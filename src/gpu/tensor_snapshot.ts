/** The content of some tensors at one moment, kept on the GPU. */

import { Tensor } from "./tensor.ts";

/** Copies of tensors that have a buffer of their own, to go back to. */
export class TensorSnapshot {
  readonly #copies: readonly Tensor[];

  /** Takes the present content. */
  constructor(readonly live: readonly Tensor[]) {
    this.#copies = live.map(({ placement, shape, name }) =>
      Tensor.zeros(placement!.gpu, shape, `copy of ${name}`)
    );
    this.take();
  }

  /** Copies the present content over the kept one. */
  take(): void {
    copyEach(this.live, this.#copies);
  }

  /** Copies the kept content back. */
  restore(): void {
    copyEach(this.#copies, this.live);
  }

  /** Gives the memory back. */
  destroy(): void {
    for (const copy of this.#copies) copy.release();
  }
}

function copyEach(from: readonly Tensor[], to: readonly Tensor[]): void {
  const { device } = from[0].placement!.gpu;
  const encoder = device.createCommandEncoder();
  from.forEach(({ placement }, i) => {
    const { buffer } = placement!;
    encoder.copyBufferToBuffer(buffer, 0, to[i].placement!.buffer, 0, buffer.size);
  });
  device.queue.submit([encoder.finish()]);
}

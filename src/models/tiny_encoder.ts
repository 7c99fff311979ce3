/**
 * A small encoder for tests and slow machines: four convolutions, each with batch normalization and ReLU,
 * of strong strides, so that records of 5,000 samples (500 Hz) cost little.
 *
 * | layer | channels (width 32) | kernel | stride | length of 5000 |
 * |---|---|---|---|---|
 * | 0 | 12 → 32 | 15 | 4 | 1250 |
 * | 1 | 32 → 32 | 9 | 2 | 625 |
 * | 2 | 32 → 64 | 9 | 2 | 313 |
 * | 3 | 64 → 128 | 9 | 2 | 157 |
 */

import type { ParameterStore } from "../layers/parameters.ts";
import type { ConvNormOptions } from "./conv_norm.ts";
import { ConvolutionStack } from "./convolution_stack.ts";
import { type EncoderKind, type EncoderOptions, stemExtents } from "./encoder.ts";

/** The small encoder's kind. */
export const tinyEncoder: EncoderKind = {
  name: "TinyEncoder",
  width: 32,
  create: (store, prefix, options) => new TinyEncoder(store, prefix, options),
  recognize: (tensors) => stemExtents(tensors, "features.0.0.weight"),
};

/** Layers with their state keys. */
export function tinyLayers({ inputs, width }: Required<EncoderOptions>): ConvNormOptions[] {
  const channels = [inputs, width, width, 2 * width, 4 * width];
  return [15, 9, 9, 9].map((kernelSize, i) => ({
    convolution: `features.${i}.0`,
    norm: `features.${i}.1`,
    inputs: channels[i],
    outputs: channels[i + 1],
    kernelSize,
    stride: i === 0 ? 4 : 2,
  }));
}

/**
 * Encoder from signals [N, T, 12] to [N, ceil(T / 32), 4 width]; state keys
 * `features.<i>.{0, 1}.*`. 107,648 parameters at width 32.
 */
export class TinyEncoder extends ConvolutionStack {
  readonly kind = tinyEncoder;

  constructor(store: ParameterStore, prefix = "", options: EncoderOptions = {}) {
    const extents = { inputs: options.inputs ?? 12, width: options.width ?? tinyEncoder.width };
    super(store, prefix, tinyLayers(extents), extents);
  }

  describe(): string {
    return `4 layers of width ${this.width}`;
  }
}

/**
 * The convolutional encoder in float64: six blocks of convolution (no bias) → batch norm → ReLU;
 * 12 leads in, 4·width channels out, [N, T, 12] → [N, ⌈⌈⌈T/2⌉/2⌉/2⌉, 4·width].
 *
 * State names: `features.<i>.block.0.weight` [Out, In, K], `features.<i>.block.1.…` [Out].
 */

import { convNorm } from "./conv_norm.ts";
import { chain, type Layer } from "./network.ts";
import type { ConvSizes } from "./network_layers.ts";

/** The sizes of an encoder. */
export interface EncoderShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the first block; default 64. */
  readonly width?: number;
}

/** The encoder; its names begin with `prefix`. */
export function encoder1dCnn({ inputChannels = 12, width = 64 }: EncoderShape, prefix = ""): Layer {
  const blocks: ConvSizes[] = [
    [inputChannels, width, 11, 2],
    [width, width, 7, 1],
    [width, 2 * width, 7, 2],
    [2 * width, 2 * width, 5, 1],
    [2 * width, 4 * width, 5, 2],
    [4 * width, 4 * width, 3, 1],
  ];
  return chain(...blocks.map((sizes, index) => {
    const name = `${prefix}features.${index}.block`;
    return convNorm([`${name}.0`, `${name}.1`], sizes);
  }));
}

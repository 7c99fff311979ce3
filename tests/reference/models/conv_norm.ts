/**
 * Convolution without bias, batch norm and, unless told otherwise, ReLU in float64: what the encoders
 * are made of. Zero padding is ⌊kernelSize / 2⌋; [N, T, inputs] → [N, ⌈T / stride⌉, outputs].
 */

import { chain, type Layer } from "./network.ts";
import { batchNorm, convolution, type ConvSizes } from "./network_layers.ts";

/** The names are those of the convolution and of the batch norm in the state. */
export function convNorm(
  [convolutionName, normName]: readonly [string, string],
  sizes: ConvSizes,
  { relu = true } = {},
): Layer {
  return chain(convolution(convolutionName, sizes), batchNorm(normName, sizes[1], { relu }));
}

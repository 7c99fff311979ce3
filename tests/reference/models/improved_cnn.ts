/**
 * The improved CNN in float64: nine blocks of convolution, batch norm, ReLU and (but for the first)
 * dropout, five of them with the identity added after it; mean and maximum over time; dropout,
 * linear, ReLU, batch norm, dropout, linear.
 *
 * State names: `encoder.initial.{0,1}.…`, `encoder.features.<i>.{conv,bn}.…`, `head.{1,3,5}.…`.
 */

import { convNorm } from "./conv_norm.ts";
import { chain, type Layer, residual } from "./network.ts";
import { batchNorm, type ConvSizes, dropout, linear, meanMaxPool } from "./network_layers.ts";

const DROPOUT = { blocks: 0.2, head: 0.3 };

/** The sizes of an improved CNN. */
export interface ImprovedCnnShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the first blocks; default 64. */
  readonly width?: number;
  /** Default 5. */
  readonly classes?: number;
  /** Probabilities of dropout in the blocks and in the head; default 0.2 and 0.3. */
  readonly dropout?: { readonly blocks: number; readonly head: number };
}

/** Features [N, 8·width], then logits [N, classes]. */
export function improvedCnn(shape: ImprovedCnnShape): Layer {
  return chain(improvedCnnFeatures(shape), improvedCnnHead(shape));
}

function improvedCnnFeatures(shape: ImprovedCnnShape): Layer {
  const { inputChannels = 12, width = 64, dropout: { blocks: probability } = DROPOUT } = shape;
  const sizes: ConvSizes[] = [
    [width, width, 11, 2],
    [width, width, 7, 1],
    [width, 2 * width, 7, 2],
    [2 * width, 2 * width, 5, 1],
    [2 * width, 2 * width, 5, 1],
    [2 * width, 4 * width, 5, 2],
    [4 * width, 4 * width, 3, 1],
    [4 * width, 4 * width, 3, 1],
  ];
  return chain(
    convNorm(["encoder.initial.0", "encoder.initial.1"], [inputChannels, width, 15, 1]),
    ...sizes.map(([inputs, outputs, kernelSize, stride], index) => {
      const name = `encoder.features.${index}`;
      const block = chain(
        convNorm([`${name}.conv`, `${name}.bn`], [inputs, outputs, kernelSize, stride]),
        dropout(index, probability),
      );
      return stride === 1 ? residual(block) : block;
    }),
    meanMaxPool(4 * width),
  );
}

/** The head alone, from features [N, 8·width]; its dropouts are numbers 8 and 9. */
export function improvedCnnHead(shape: ImprovedCnnShape): Layer {
  const { width = 64, classes = 5, dropout: { head: probability } = DROPOUT } = shape;
  return chain(
    dropout(8, probability),
    linear("head.1", 8 * width, 4 * width, { relu: true }),
    batchNorm("head.3", 4 * width),
    dropout(9, probability),
    linear("head.5", 4 * width, classes),
  );
}

/**
 * ResNet-18 in one dimension (He, Zhang, Ren & Sun 2016) in float64: stem, four stages of two basic
 * blocks, mean over time, dropout, linear head.
 *
 * State names: `conv1.weight`, `bn1.…`, `layer<L>.<b>.{conv1,bn1,conv2,bn2}.…`,
 * `layer<2..4>.0.downsample.{0,1}.…`, `fc.{weight,bias}`.
 */

import { convNorm } from "./conv_norm.ts";
import { chain, type Layer, residual } from "./network.ts";
import { dropout, linear, maxPool, meanPool, rectifier } from "./network_layers.ts";

/** The sizes of a ResNet-1D. */
export interface Resnet1dShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the stem; default 64. */
  readonly width?: number;
  /** Default 5. */
  readonly classes?: number;
  /** Probability of the dropout before the head; default 0.2. */
  readonly dropout?: number;
}

/** Features [N, 8·width], then logits [N, classes]. */
export function resnet1d(shape: Resnet1dShape): Layer {
  return chain(resnet1dFeatures(shape), resnet1dHead(shape));
}

function resnet1dFeatures({ inputChannels = 12, width = 64 }: Resnet1dShape): Layer {
  return chain(
    convNorm(["conv1", "bn1"], [inputChannels, width, 15, 1]),
    maxPool(width, { kernelSize: 3, stride: 2, padding: 1 }),
    ...[1, 2, 3, 4].flatMap((stage) => {
      const outputs = width * 2 ** (stage - 1);
      const first = stage === 1
        ? basicBlock("layer1.0", width, width, 1)
        : basicBlock(`layer${stage}.0`, outputs / 2, outputs, 2);
      return [first, basicBlock(`layer${stage}.1`, outputs, outputs, 1)];
    }),
    meanPool(8 * width),
  );
}

/** The head alone: dropout and linear layer, from features [N, 8·width]. */
export function resnet1dHead(shape: Resnet1dShape): Layer {
  const { width = 64, classes = 5 } = shape;
  return chain(dropout(0, shape.dropout ?? 0.2), linear("fc", 8 * width, classes));
}

/** max(0, norm(conv(max(0, norm(conv(x))))) + shortcut(x)). */
function basicBlock(name: string, inputs: number, outputs: number, stride: number): Layer {
  const inner = chain(
    convNorm([`${name}.conv1`, `${name}.bn1`], [inputs, outputs, 7, stride]),
    convNorm([`${name}.conv2`, `${name}.bn2`], [outputs, outputs, 7, 1], { relu: false }),
  );
  const downsample = [`${name}.downsample.0`, `${name}.downsample.1`] as const;
  const shortcut = inputs === outputs
    ? undefined
    : convNorm(downsample, [inputs, outputs, 1, stride], { relu: false });
  return chain(residual(inner, shortcut), rectifier());
}

/**
 * The fill rule and the input behind the golden values of whole networks. The same numbers, cast
 * to float32, serve for the GPU networks.
 */

import {
  addBuffers,
  type Layer,
  type NamedArrays,
  type NamedShape,
} from "../reference/models/network.ts";

/**
 * Parameter p (in registration order), element k of its row-major PyTorch layout, s = sin(0.7k +
 * 0.3p): two or more dimensions 2s / √(size / first dimension); biases 0.1s; batch-norm weights
 * 1 + 0.1s.
 */
export function goldenFill(parameters: readonly NamedShape[]): NamedArrays {
  const state: NamedArrays = new Map();
  parameters.forEach(({ name, shape }, p) => {
    const size = shape.reduce((product, n) => product * n, 1);
    state.set(
      name,
      Float64Array.from({ length: size }, (_, k) => {
        const s = Math.sin(0.7 * k + 0.3 * p);
        if (shape.length >= 2) return 2 * s / Math.sqrt(size / shape[0]);
        return name.endsWith("bias") ? 0.1 * s : 1 + 0.1 * s;
      }),
    );
  });
  return state;
}

/** Parameters of a network by the rule, and its buffers at their defaults. */
export function goldenState(network: Pick<Layer, "parameters" | "norms">): NamedArrays {
  const state = goldenFill(network.parameters);
  addBuffers(state, network);
  return state;
}

/** x[n, t, c] = sin(0.05·t·(1 + 0.1c) + 0.5n) + 0.3·cos(0.31t + c), channels last, 12 leads. */
export function goldenInput(batch = 2, length = 1000): Float64Array {
  const x = new Float64Array(batch * length * 12);
  for (let n = 0; n < batch; n++) {
    for (let t = 0; t < length; t++) {
      for (let c = 0; c < 12; c++) {
        x[(n * length + t) * 12 + c] = Math.sin(0.05 * t * (1 + 0.1 * c) + 0.5 * n) +
          0.3 * Math.cos(0.31 * t + c);
      }
    }
  }
  return x;
}

/** Golden values at N = 2, T = 1000, full size (width 64), float64. */
export const golden = {
  inputSum: 274.5090570714319,
  encoder: {
    mean: 0.03201616117708567,
    sumOfSquares: 161.87718784982337,
    /** PyTorch's [1, 255, 124]: record 1, channel 255, sample 124. */
    lastElement: 0.09636024089121308,
  },
  classifierEvaluation: [
    [
      0.7177776572651804,
      -0.7259025652880062,
      0.7628674363507938,
      -0.5310244940719795,
      0.6411163964732142,
    ],
    [
      0.7177842074735983,
      -0.7259069592813872,
      0.7628696008625355,
      -0.5310243930104432,
      0.6411140315235264,
    ],
  ],
  classifierTraining: [
    [
      1.3035722424876335,
      -1.2768339906529496,
      1.2697493262366186,
      -0.9854049664078985,
      1.0354189916458736,
    ],
    [
      1.2460488552649944,
      -1.221450286584129,
      1.2174287877832604,
      -0.9370200000017777,
      0.9917763809543988,
    ],
  ],
  runningStatistics: {
    block0: {
      mean: [-0.0013760077818199, 0.0026938067269017, -0.0000972629234806],
      variance: [0.9322192938543488, 0.935880240071004, 0.9313895389662955],
    },
    block5: {
      mean: [-0.002650839958299494, -0.0004495442942111938, 0.0034832140071430853],
      variance: [0.9025115852586292, 0.9023744355650934, 0.9032530729791884],
    },
  },
  /** BCE of the training pass. */
  targets: [1, 0, 0, 1, 0, 0, 1, 1, 0, 0],
  loss: 0.9521256344623792,
  headBiasGradient: [
    0.056305072151312,
    -0.055422904189839,
    0.055231058101383,
    -0.044667668083763,
    0.146740377880135,
  ],
  /** PyTorch's [0, 0, 0..2] of the first convolution. */
  firstConvolutionGradient: [0.021056780382507, 0.026390391427540, 0.026756340398725],
  gradientNorm: 34.842673144446934,
  simclr: {
    embedding: [2.159612170866965, 0.6021441449819377, -1.5102225151795534],
    sumOfSquares: 654.7531096366063,
  },
  /** Record 0. */
  resnet1dEvaluation: [
    -1.0434048622271999,
    -1.6028500379668853,
    -2.061888971424842,
    -2.414335050978179,
    -2.646804653410561,
  ],
  /** Record 0, batch statistics, dropout off. */
  resnet1dTraining: [
    -0.22031659095591394,
    -0.6209259701737979,
    -0.9863475433338559,
    -1.3166126723227607,
    -1.5998109709670525,
  ],
  /** Record 0. */
  improvedCnnEvaluation: [
    2.125064739708562,
    -2.047736306296591,
    1.666574577436832,
    -1.6089215160228827,
    1.256755270198809,
  ],
  reconstruction: {
    /** PyTorch's [0, 0, 0..2]: record 0, lead 0, the first three samples. */
    start: [0.0648628523738069, 0.06581956335759936, 0.07443142265270926],
    sumOfSquares: 189.93021460471522,
    meanSquaredError: 0.5534361519791521,
  },
} as const;

/**
 * The factors of inverted dropout. Twin of `kernels/shared/dropout.wgsl`.
 *
 * Element e of dropout `layer` in step `step` is multiplied by 0 where draw e of stream `dropout`
 * (item = layer, epoch = step) is below p, else by 1 / (1 − p); forward and backward alike.
 */

import { CounterRandom, Stream } from "../../../src/random/philox.ts";

/** Where in the space of draws a dropout stands. */
export interface DropoutCoordinates {
  readonly seed: number;
  /** Number of the step in the run, from 0. */
  readonly step: number;
  /** Number of the dropout in its network. */
  readonly layer: number;
  /** p in [0, 1). */
  readonly probability: number;
}

/** The factors of `size` elements. */
export function dropoutFactors(
  size: number,
  { seed, step, layer, probability }: DropoutCoordinates,
): Float64Array {
  const random = new CounterRandom(seed, Stream.dropout, { item: layer, epoch: step });
  const scale = 1 / (1 - probability);
  return Float64Array.from({ length: size }, () => random.uniform() < probability ? 0 : scale);
}

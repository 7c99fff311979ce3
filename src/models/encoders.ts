/**
 * The encoders. One that is entered here can be pretrained, put under a classifier, read from a
 * checkpoint and probed.
 */

import type { ParameterStore } from "../layers/parameters.ts";
import type { Encoder, EncoderKind, EncoderOptions } from "./encoder.ts";
import { encoder1dCnn } from "./encoder_1d_cnn.ts";
import { tinyEncoder } from "./tiny_encoder.ts";

/** All kinds, the default first. */
export const ENCODERS: readonly EncoderKind[] = [encoder1dCnn, tinyEncoder];

/** Which encoder a model is built on. */
export interface EncoderChoice extends EncoderOptions {
  /** Default: {@linkcode encoder1dCnn}. */
  readonly encoder?: EncoderKind;
}

/** Registers the parameters of an encoder under `prefix` and gives it. */
export function createEncoder(
  store: ParameterStore,
  prefix: string,
  { encoder = ENCODERS[0], ...extents }: EncoderChoice = {},
): Encoder {
  return encoder.create(store, prefix, extents);
}

/**
 * The kind of a name.
 *
 * @throws {RangeError} Where there is none.
 */
export function encoderNamed(name: string): EncoderKind {
  const found = ENCODERS.find((kind) => kind.name === name);
  if (!found) {
    const names = ENCODERS.map((kind) => kind.name).join(", ");
    throw new RangeError(`There is no encoder "${name}": ${names}`);
  }
  return found;
}

/**
 * What the program knows of a method of pretraining: commands, help, experiments, benchmarks and reports
 * read names, defaults and costs here.
 */

import type { BlockMask } from "../augment/mask_blocks.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import type { Encoder } from "../models/encoder.ts";
import type { EncoderChoice } from "../models/encoders.ts";
import type { Method } from "./method.ts";

/** Passes through the encoder, in units of a forward pass: with its backward pass it costs three. */
export const TRAINING_PASS = 3;
/** See {@linkcode TRAINING_PASS}. */
export const FORWARD_PASS = 1;

interface ParameterBase<Value> {
  /** Documented name, such as `mask-ratio`. */
  readonly name: string;
  /** One sentence without a full stop. */
  readonly description: string;
  /** A value, or what it is at a sampling rate in Hz. */
  readonly default: Value | ((samplingRate: number) => Value);
  /** The default in words, where it depends on the data. */
  readonly defaultText?: string;
}

/** A number in a range. */
export interface NumberParameter extends ParameterBase<number> {
  readonly kind: "number" | "integer";
  readonly minimum?: number;
  readonly maximum?: number;
  /** The value must be greater than this. */
  readonly exclusiveMinimum?: number;
  /** The value must be less than this. */
  readonly exclusiveMaximum?: number;
}

/** One word of a list. */
export interface ChoiceParameter<Choice extends string> extends ParameterBase<Choice> {
  readonly kind: "choice";
  readonly choices: readonly Choice[];
}

/** The declaration of a setting. */
export type Parameter<Value extends number | string> = [Value] extends [number] ? NumberParameter
  : ChoiceParameter<Extract<Value, string>>;

/** A method's network and step. */
export interface PretrainingStep extends Method {
  readonly encoder: Encoder;
  /**
   * Evaluation mode. @param x [N, T, leads]
   *
   * @returns Pooled features, and the embeddings z that the loss compares, where there are any.
   */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z?: Tensor };
  /** Follows on the loading of an encoder to start from, such as copying it to a target network. */
  encoderLoaded?(): Promise<void>;
  /** What the user should know of the records at hand, in a sentence. */
  readonly remark?: string;
  /** What to draw after every epoch, where a method gives signals back. */
  readonly reconstruction?: {
    readonly mask: BlockMask;
    /** Evaluation mode. @param masked [N, T, leads]; gives signals [N, T, leads]. */
    evaluate(recorder: Recorder, masked: Tensor): Tensor;
  };
}

/** What a method is built from. */
export interface BuildRequest<Settings> {
  /** Empty; placed on the GPU afterwards. */
  readonly store: ParameterStore;
  readonly settings: Settings;
  readonly encoder?: EncoderChoice;
  /** Patient of every record, and the rows to be trained on. */
  readonly patients: Int32Array;
  readonly train: Int32Array;
}

/** A method of pretraining. */
// deno-lint-ignore no-explicit-any -- a registry holds methods of different settings
export interface PretrainingMethod<Settings extends { [Name in keyof Settings]: any } = any> {
  /** As checkpoints, run names and tables have it, such as `simclr`. */
  readonly name: string;
  /** As people write it, such as `SimCLR`. */
  readonly title: string;
  /** By name of the setting, in the order of help pages and `config.json`. */
  readonly parameters: { readonly [Name in keyof Settings]: Parameter<Settings[Name]> };
  /** Records of a step unless told otherwise. */
  readonly batchSize: number;
  /** Passes over the training records unless told otherwise. */
  readonly epochs: number;
  /** File name of the encoder, without extension. */
  readonly checkpoint: string;
  /** The loss with its unit: `NT-Xent (nats)`. */
  readonly loss: string;
  /** The loss of a network that has learned nothing, where it is known. */
  readonly chance?: (batchSize: number) => number;
  /** Views of a record in a step. */
  readonly views: number;
  /** Passes of a record through the encoder in a step, in forward passes. */
  readonly cost: number;
  /** What surrounds the encoder, such as `projection 128`, and the settings, in words. */
  describe(settings: Settings): { readonly network: string; readonly details: readonly string[] };
  /** Registers the parameters and makes the step. */
  build(request: BuildRequest<Settings>): PretrainingStep;
}

/** All settings of a method: those given, and the defaults at this sampling rate. */
export function settingsOf<Settings>(
  { parameters }: PretrainingMethod<Settings>,
  given: Partial<Settings>,
  samplingRate: number,
): Settings {
  const names = Object.keys(parameters) as (keyof Settings)[];
  return Object.fromEntries(names.map((name) => {
    const { default: standard } = parameters[name] as ParameterBase<Settings[keyof Settings]>;
    const fallback = typeof standard === "function"
      ? (standard as (samplingRate: number) => unknown)(samplingRate)
      : standard;
    return [name, given[name] ?? fallback];
  })) as Settings;
}

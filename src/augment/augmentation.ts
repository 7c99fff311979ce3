/**
 * What an augmentation is: one object of this kind in `augmentations/NAME.ts`, one WGSL file in
 * `kernels/augment/NAME.wgsl`, and a line in the table of `augmentations.ts`.
 */

/** What magnitudes in seconds, hertz and shares are turned into samples with. */
export interface RecordExtent {
  /** T, samples. */
  readonly length: number;
  /** Hz. */
  readonly samplingRate: number;
}

/** A parameter of an augmentation. */
export interface AugmentationParameter {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** True where it must be a whole number. */
  readonly integer?: boolean;
}

/** A random change of a record, drawn again for every record, view and epoch. */
export interface Augmentation {
  /** In configurations, such as `channel-noise`; files and kernels have underscores. */
  readonly name: string;
  /** In pictures. */
  readonly title: string;
  /** What it does, with its magnitudes: a caption. */
  readonly explanation: string;
  /** Share of the views that it is applied to by default; 0: only where a configuration asks. */
  readonly rate: number;
  /**
   * Where it is applied: `content` changes what the record shows (`kernels/input/augment_content.wgsl`),
   * then the one `filter`, then `recording` adds what a recording does (`augment_finish.wgsl`).
   */
  readonly stage: "content" | "filter" | "recording";
  /**
   * First of its draws in the augmentation stream, a multiple of 4. It is the gate: applied where the
   * word is below rate · 2³². No two augmentations may share draws; from 64 on they are the noise's.
   */
  readonly position: number;
  /** vec4s that its draws take in the plan of a row. */
  readonly planVectors: number;
  /** Text of `kernels/augment/NAME.wgsl`. */
  readonly wgsl: string;
  /** What a configuration may set besides the rate. */
  readonly parameters?: Readonly<Record<string, AugmentationParameter>>;
  /** Values of the fields of that file's `struct Dims`. */
  dims(record: RecordExtent, parameters: Readonly<Record<string, number>>): Record<string, number>;
  /**
   * What was drawn for a row, in words.
   *
   * @param drawn Its vec4s of the plan, as numbers
   * @param samplingRate Hz
   */
  describe(drawn: Float32Array, samplingRate: number): string;
  /** True where a picture has to show the whole record. */
  readonly showWhole?: boolean;
}

/** Rate of an augmentation in a configuration, alone or with parameters of it. */
export type AugmentationSetting = number | {
  readonly rate: number;
  readonly [parameter: string]: number;
};

/**
 * Rate and parameters of an augmentation under a configuration.
 *
 * @throws {RangeError} On a rate outside 0 to 1, or a parameter outside its range or of no augmentation.
 */
export function resolveSetting(
  { name, parameters = {} }: Augmentation,
  setting: AugmentationSetting,
): { readonly rate: number; readonly parameters: Readonly<Record<string, number>> } {
  const { rate, ...given } = typeof setting === "number" ? { rate: setting } : setting;
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(`Need a rate from 0 to 1 for ${name}, got ${rate}`);
  }
  const values = Object.entries(parameters).map(([key, parameter]) => [key, parameter.default]);
  for (const [key, value] of Object.entries(given)) {
    const parameter = parameters[key];
    if (!parameter) throw new RangeError(`The augmentation ${name} has no parameter "${key}"`);
    const { minimum, maximum, integer = false } = parameter;
    if (!(value >= minimum && value <= maximum && (!integer || Number.isInteger(value)))) {
      throw new RangeError(`Need ${key} from ${minimum} to ${maximum} for ${name}, got ${value}`);
    }
  }
  return { rate, parameters: { ...Object.fromEntries(values), ...given } };
}

/** Shares of a record as samples, at least 1. */
export function inSamples(
  [low, high]: readonly [number, number],
  length: number,
): [number, number] {
  return [Math.max(1, Math.round(low * length)), Math.max(1, Math.round(high * length))];
}

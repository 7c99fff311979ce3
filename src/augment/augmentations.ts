/**
 * The seven augmentations of the documentation, with their rates and magnitudes, and the named
 * configurations that leave one of them out.
 *
 * They are applied in this order to the record in mV, drawn anew for every record, view and epoch:
 *
 * | step | what | rate | magnitude |
 * |---|---|---|---|
 * | `frequency-warp` | the heart rate is up to 5 % higher at one end of the record, as much lower at the other, changing evenly; both ends stay in place; linear interpolation | 50 % | ±5 % |
 * | `mixup` | (1 − share) · record + share · another record of the batch, lead by lead | 40 % | 1 − share ~ Beta(0.1, 0.1) folded to [½, 1]: the record itself dominates, the mean share is 6 % |
 * | `cutmix` | a segment comes from another record of the batch, same place, all leads | 25 % | 10–30 % of the record |
 * | `temporal-dropout` | a gap in all leads is bridged by a straight line | 30 % | 5–20 % of the record |
 * | `bandpass` | zero-phase filter, −6 dB at both edges, mirrored at the ends | 30 % | low edge 0.5–1.5 Hz, high edge 40–60 Hz, but at most 0.48 of the sampling rate |
 * | `motion-artifacts` | baseline wander: one sine, its amplitude and sign drawn for each lead | 20 % | 0.01–0.05 mV at 0.5–2 Hz |
 * | `channel-noise` | white Gaussian noise, its level drawn for each lead | 60 % | 0.5–2 % of the SD of the lead in this record |
 *
 * First what the record shows, then what the recording adds: the filter stands before the wander,
 * which it would take away again, and normalization comes last. All times and frequencies hold at the
 * true sampling rate. Mixing partners are other records of the same batch, as gathered. The share has
 * the α of the reference's code, 0.1: two of three draws leave the partner below 1 %, one in five gives
 * it more than 10 %. With α = ½ (mean share 18 %) pretraining on 1,200 records of PTB-XL converged more
 * slowly and gave worse probes.
 * Warping leaves the mean heart rate of a record alone and needs no samples from beyond its ends.
 *
 * @module
 */

/** The seven, in order of application. */
export const AUGMENTATIONS = [
  "frequency-warp",
  "mixup",
  "cutmix",
  "temporal-dropout",
  "bandpass",
  "motion-artifacts",
  "channel-noise",
] as const;

/** Name of one of the seven. */
export type AugmentationName = typeof AUGMENTATIONS[number];

/** How often each augmentation is applied, from 0 (never) to 1 (to every record and view). */
export type AugmentationConfig = Readonly<Record<AugmentationName, number>>;

/** The documented rates. */
export const DOCUMENTED_RATES: AugmentationConfig = {
  "frequency-warp": 0.5,
  "mixup": 0.4,
  "cutmix": 0.25,
  "temporal-dropout": 0.3,
  "bandpass": 0.3,
  "motion-artifacts": 0.2,
  "channel-noise": 0.6,
};

/** The documented magnitudes: uniform between the two values, except where said. */
export const MAGNITUDES = {
  /** Largest relative change of the heart rate, up or down. */
  warp: 0.05,
  /** Part of the record that CutMix replaces. */
  cutmix: [0.1, 0.3],
  /** Part of the record that temporal dropout bridges. */
  dropout: [0.05, 0.2],
  /** Low edge of the band, Hz. */
  lowEdge: [0.5, 1.5],
  /** High edge of the band, Hz, where the sampling rate allows. */
  highEdge: [40, 60],
  /** Highest high edge, as a part of the sampling rate; the Nyquist frequency is 0.5. */
  highEdgeLimit: 0.48,
  /** Amplitude of the wander, mV. */
  motionAmplitude: [0.01, 0.05],
  /** Frequency of the wander, Hz. */
  motionFrequency: [0.5, 2],
  /** Standard deviation of the noise, as a part of the lead's. */
  noise: [0.005, 0.02],
  /** Half length of the low-pass's impulse response, s; its transition is 1.5 / this wide, in Hz. */
  tapSeconds: 0.12,
} as const;

/** The names that `--config` takes. */
export const AUGMENTATION_CONFIGS = [
  "full",
  "no-frequency-warp",
  "no-mixup",
  "no-bandpass",
  "no-cutmix",
  "no-motion-artifacts",
  "no-channel-noise",
  "no-temporal-dropout",
  "none",
] as const;

/** One of the values of `--config`. */
export type AugmentationConfigName = typeof AUGMENTATION_CONFIGS[number];

/**
 * Rates of a named configuration: all seven at their documented rates, all but one, or none (two
 * identical views).
 */
export function augmentationConfig(name: AugmentationConfigName): AugmentationConfig {
  if (!AUGMENTATION_CONFIGS.includes(name)) {
    throw new RangeError(`There is no configuration "${name}": ${AUGMENTATION_CONFIGS.join(", ")}`);
  }
  return mapRates((each) => name === "none" || name === `no-${each}` ? 0 : DOCUMENTED_RATES[each]);
}

/** A configuration with one augmentation alone, at rate 1 unless said: for pictures and tests. */
export function onlyAugmentation(name: AugmentationName, rate = 1): AugmentationConfig {
  return mapRates((each) => each === name ? rate : 0);
}

function mapRates(rate: (name: AugmentationName) => number): AugmentationConfig {
  return Object.fromEntries(
    AUGMENTATIONS.map((name) => [name, rate(name)]),
  ) as unknown as AugmentationConfig;
}

/** What the kernels need to know of the augmentations, for one length and sampling rate. */
export interface AugmentationScales {
  /** T, samples. */
  readonly length: number;
  /** A gate is open where its 32-bit word is below this. */
  readonly gates: AugmentationConfig;
  /** Shortest and longest CutMix segment, samples. */
  readonly cutmix: readonly [number, number];
  /** Shortest and longest gap, samples. */
  readonly dropout: readonly [number, number];
  /** Range of the high edge, Hz; empty (equal) where the sampling rate leaves no room for it. */
  readonly highEdge: readonly [number, number];
  /** Half length of the low-pass, samples. */
  readonly halfWidth: number;
  /** Cosines of the discrete cosine transform a hertz. */
  readonly binsPerHertz: number;
  /** Cosines that the high-pass may touch, rounded up to a multiple of 4. */
  readonly bins: number;
}

/** Shortest record that can be augmented, samples. */
export const SHORTEST_RECORD = 16;

/**
 * Rates and magnitudes in samples and words.
 *
 * @param length T, at least {@linkcode SHORTEST_RECORD}
 * @param samplingRate Hz
 * @throws {RangeError} On a shorter record, or a rate outside 0 to 1.
 */
export function augmentationScales(
  config: AugmentationConfig,
  length: number,
  samplingRate: number,
): AugmentationScales {
  if (!(Number.isInteger(length) && length >= SHORTEST_RECORD && length < 2 ** 16)) {
    throw new RangeError(
      `Cannot augment records of ${length} samples: need ${SHORTEST_RECORD} to 65535`,
    );
  }
  if (!(samplingRate > 0)) {
    throw new RangeError(`Need a sampling rate above 0, got ${samplingRate}`);
  }
  const samples = ([low, high]: readonly [number, number]) =>
    [Math.max(1, Math.round(low * length)), Math.max(1, Math.round(high * length))] as const;
  const limit = Math.min(MAGNITUDES.highEdge[1], MAGNITUDES.highEdgeLimit * samplingRate);
  const binsPerHertz = 2 * length / samplingRate;
  const touched = Math.ceil(1.5 * MAGNITUDES.lowEdge[1] * binsPerHertz);
  return {
    length,
    gates: mapRates((name) => {
      const rate = config[name];
      if (!(rate >= 0 && rate <= 1)) {
        throw new RangeError(`Need a rate from 0 to 1 for ${name}, got ${rate}`);
      }
      return Math.min(0xffffffff, Math.round(rate * 2 ** 32));
    }),
    cutmix: samples(MAGNITUDES.cutmix),
    dropout: samples(MAGNITUDES.dropout),
    highEdge: [MAGNITUDES.highEdge[0], Math.max(MAGNITUDES.highEdge[0], limit)],
    halfWidth: Math.max(
      1,
      Math.min(Math.round(MAGNITUDES.tapSeconds * samplingRate), Math.floor(length / 2)),
    ),
    binsPerHertz,
    bins: 4 * Math.ceil((touched + 1) / 4),
  };
}

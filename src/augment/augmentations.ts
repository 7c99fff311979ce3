/**
 * The table of augmentations, and the named configurations that leave one of them out.
 *
 * They are applied in the order of the table to the record in mV, drawn again for every record, view and
 * epoch. First what the record shows, then what the recording adds: the filter comes before the wander,
 * which it would take away again, and normalization comes last. All times and frequencies hold at the
 * true sampling rate. Mixing partners are other records of the same batch, as gathered. A batch of one
 * record has no partners and is not mixed.
 */

import type { Augmentation, AugmentationSetting } from "./augmentation.ts";
import { bandpass } from "./augmentations/bandpass.ts";
import { channelNoise } from "./augmentations/channel_noise.ts";
import { cutmix } from "./augmentations/cutmix.ts";
import { frequencyWarp } from "./augmentations/frequency_warp.ts";
import { leadDropout } from "./augmentations/lead_dropout.ts";
import { mixup } from "./augmentations/mixup.ts";
import { motionArtifacts } from "./augmentations/motion_artifacts.ts";
import { temporalDropout } from "./augmentations/temporal_dropout.ts";

const TABLE = [
  frequencyWarp,
  mixup,
  cutmix,
  temporalDropout,
  bandpass,
  motionArtifacts,
  channelNoise,
  leadDropout,
] as const;

/** Name of an augmentation. */
export type AugmentationName = typeof TABLE[number]["name"];

/** All augmentations, in order of application. */
export const AUGMENTATION_TABLE: readonly (Augmentation & { readonly name: AugmentationName })[] =
  TABLE;

/** Names of all augmentations, in order of application. */
export const AUGMENTATIONS: readonly AugmentationName[] = TABLE.map(({ name }) => name);

/**
 * How often each augmentation is applied, from 0 (never) to 1 (to every record and view), where wanted
 * with parameters of it.
 */
export type AugmentationConfig = Readonly<Record<AugmentationName, AugmentationSetting>>;

/** A configuration of rates alone. */
export type AugmentationRates = Readonly<Record<AugmentationName, number>>;

/** The documented rates; 0 for what is off by default. */
export const DOCUMENTED_RATES: AugmentationRates = ratesOf(({ rate }) => rate);

/** Names of the augmentations that are on by default. */
export const DEFAULT_AUGMENTATIONS: readonly AugmentationName[] = AUGMENTATIONS.filter((name) =>
  DOCUMENTED_RATES[name] > 0
);

/** A named configuration. */
export type AugmentationConfigName = "full" | "none" | `no-${AugmentationName}`;

/** The names of all configurations. */
export const AUGMENTATION_CONFIGS: readonly AugmentationConfigName[] = [
  "full",
  // In the documented order, which is that of the draws.
  ...TABLE.toSorted((a, b) => a.position - b.position)
    .filter(({ rate }) => rate > 0)
    .map(({ name }) => `no-${name}` as const),
  "none",
];

/**
 * Rates of a named configuration: all default augmentations at their documented rates (`full`), all but
 * one (`no-NAME`), or none (two identical views). What is off by default is added in code, such as
 * `{ ...augmentationConfig("full"), [name]: 0.5 }`.
 */
export function augmentationConfig(config: AugmentationConfigName): AugmentationRates {
  if (!AUGMENTATION_CONFIGS.includes(config)) {
    throw new RangeError(
      `There is no configuration "${config}": ${AUGMENTATION_CONFIGS.join(", ")}`,
    );
  }
  return ratesOf(({ name, rate }) => config === "none" || config === `no-${name}` ? 0 : rate);
}

/** A configuration with one augmentation alone, at rate 1 unless said: for pictures and tests. */
export function onlyAugmentation(name: AugmentationName, rate = 1): AugmentationRates {
  return ratesOf((each) => each.name === name ? rate : 0);
}

function ratesOf(rate: (augmentation: typeof TABLE[number]) => number): AugmentationRates {
  return Object.fromEntries(TABLE.map((each) => [each.name, rate(each)])) as AugmentationRates;
}

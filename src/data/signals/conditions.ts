/** The conditions under which classifiers are evaluated: noise and gaps in the records. */

import { formatNumber } from "../../text/format.ts";

/** One strength of corruption; both 0 is the clean record. */
export interface Condition {
  /** Standard deviation of additive noise, mV. */
  readonly noiseStd: number;
  /** Part of the record that one stretch of zeros covers, 0 to below 1. */
  readonly maskRatio: number;
}

/** Records as they are. */
export const CLEAN: Condition = { noiseStd: 0, maskRatio: 0 };

/**
 * The clean record, then each noise without a gap and each gap without noise, ascending. Values that
 * are given twice, or 0, add nothing.
 */
export function sweepConditions(
  noiseStds: readonly number[],
  maskRatios: readonly number[],
): Condition[] {
  const ascending = (values: readonly number[]) =>
    [...new Set(values)].filter((value) => value > 0).sort((a, b) => a - b);
  return [
    CLEAN,
    ...ascending(noiseStds).map((noiseStd) => ({ noiseStd, maskRatio: 0 })),
    ...ascending(maskRatios).map((maskRatio) => ({ noiseStd: 0, maskRatio })),
  ];
}

/** A condition in words: "clean", "noise 0.1 mV", "20% zeroed". */
export function describeCondition({ noiseStd, maskRatio }: Condition): string {
  const noise = noiseStd > 0 && `noise ${noiseStd} mV`;
  const gap = maskRatio > 0 && `${formatNumber(100 * maskRatio)}% zeroed`;
  return [noise, gap].filter(Boolean).join(", ") || "clean";
}

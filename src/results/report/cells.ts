/**
 * Numbers of a report as text, with what a table sorts them by.
 *
 * @module
 */

import { formatCount } from "../../text/format.ts";
import type { Cell } from "./document.ts";
import { meanInterval } from "../../stats/mean_interval.ts";

const NOTHING = "n/a";

/** `0.8123`, `n/a` where it is not defined. */
export function score(value: number, decimals = 4): Cell {
  return Number.isFinite(value)
    ? { text: value.toFixed(decimals), sort: value }
    : { text: NOTHING };
}

/** `+0.0123`. */
export function difference(value: number, decimals = 4): Cell {
  return Number.isFinite(value)
    ? { text: `${value > 0 ? "+" : ""}${value.toFixed(decimals)}`, sort: value }
    : { text: NOTHING };
}

/** `0.801 to 0.823`. */
export function range(low: number, high: number, signed = false): Cell {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { text: NOTHING };
  const write = (value: number) => `${signed && value > 0 ? "+" : ""}${value.toFixed(4)}`;
  return { text: `${write(low)} to ${write(high)}`, sort: low };
}

/** `0.8123 ± 0.0045` (SD with n − 1), the bare number of a single run. */
export function meanSd(values: readonly number[], decimals = 4): Cell {
  const { n, mean, standardDeviation } = meanInterval(values);
  if (n === 0) return { text: NOTHING };
  const spread = n > 1 ? ` ± ${standardDeviation.toFixed(decimals)}` : "";
  return { text: mean.toFixed(decimals) + spread, sort: mean };
}

/** 95 % t interval of the mean. */
export function tInterval(values: readonly number[]): Cell {
  const { low, high } = meanInterval(values);
  return range(low, high);
}

/** `1,234`. */
export function count(value: number): Cell {
  return Number.isFinite(value) ? { text: formatCount(value), sort: value } : { text: NOTHING };
}

/** `0.0123`, `< 0.0001`. */
export function pValue(value: number): Cell {
  if (!Number.isFinite(value)) return { text: NOTHING };
  return { text: value < 0.0001 ? "< 0.0001" : value.toFixed(4), sort: value };
}

/** `3 seeds`, `1 seed`. */
export function plural(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Numbers of a report as text, with what a table sorts them by. */

import { meanInterval } from "../../stats/mean_interval.ts";
import {
  formatCount,
  formatDuration,
  formatPValue,
  formatScore,
  formatSigned,
  formatSignedInterval,
} from "../../text/format.ts";
import type { Cell, Column } from "./document.ts";

/** Ends of an interval. */
interface Ends {
  readonly low: number;
  readonly high: number;
}

/** An estimate with its interval; undefined where nothing was measured. */
type Estimate = (Ends & { readonly estimate: number }) | undefined;

const NONE = { estimate: NaN, low: NaN, high: NaN };

/** Title of a column that holds the interval of the one before it. */
const INTERVAL = "95 % interval";

function numeric(value: number, write: (value: number) => string): Cell {
  return Number.isFinite(value) ? { text: write(value), sort: value } : { text: "n/a" };
}

/** `0.8123`, `n/a` where it is not defined. */
export function score(value: number, decimals = 4): Cell {
  return numeric(value, () => formatScore(value, decimals));
}

/** `+0.0123`. */
export function difference(value: number, decimals = 4): Cell {
  return numeric(value, () => formatSigned(value, decimals));
}

/** `0.8010 to 0.8230`. */
function range({ low, high }: Ends): Cell {
  return numeric(
    Number.isFinite(high) ? low : NaN,
    () => `${formatScore(low, 4)} to ${formatScore(high, 4)}`,
  );
}

/** `-0.0010 to +0.0230`. */
export function differenceRange(ends: Ends): Cell {
  return numeric(ends.low, () => formatSignedInterval(ends));
}

/** `0.8123 ± 0.0045` (SD with n − 1), the bare number of a single run. */
export function meanSd(values: readonly number[], decimals = 4): Cell {
  const { n, mean, standardDeviation } = meanInterval(values);
  return spread({ n, mean, std: standardDeviation }, decimals);
}

/** The same of a summary. */
export function spread(
  { mean, std }: { readonly n: number; readonly mean: number; readonly std: number },
  decimals = 4,
): Cell {
  const sd = Number.isFinite(std) ? ` ± ${formatScore(std, decimals)}` : "";
  return numeric(mean, () => formatScore(mean, decimals) + sd);
}

/** `1,234`. */
export function count(value: number): Cell {
  return numeric(value, formatCount);
}

/** `0.0123`, `< 0.0001`; undefined where the test was not made. */
export function pValue(value = NaN): Cell {
  return numeric(value, formatPValue);
}

/** `2 min 05 s`. */
export function duration(seconds: number): Cell {
  return numeric(seconds, formatDuration);
}

/** Two columns: an estimate, and its interval. */
export function estimateColumns<Row>(title: string, of: (row: Row) => Estimate): Column<Row>[] {
  return [
    [title, (row) => score(of(row)?.estimate ?? NaN)],
    [INTERVAL, (row) => range(of(row) ?? NONE)],
  ];
}

/** Two columns: a difference, and its interval. */
export function differenceColumns<Row>(title: string, of: (row: Row) => Estimate): Column<Row>[] {
  return [
    [title, (row) => difference(of(row)?.estimate ?? NaN)],
    [INTERVAL, (row) => differenceRange(of(row) ?? NONE)],
  ];
}

/** Two columns: mean ± SD, and the t interval of the mean unless another is given. */
export function meanColumns<Row>(
  title: string,
  values: (row: Row) => readonly number[],
  interval: (row: Row) => Ends = (row) => meanInterval(values(row)),
): Column<Row>[] {
  return [[title, (row) => meanSd(values(row))], [INTERVAL, (row) => range(interval(row))]];
}

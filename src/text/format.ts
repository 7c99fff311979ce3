/** Numbers, durations, sizes, rates and paths as people write them. */

import { basename } from "node:path";

/** A count with separators between thousands. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A number with `digits` significant digits, no exponent between 1e-4 and 1e6. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(digits - 1);
  if (size >= 10 ** digits) return formatCount(value);
  return String(Number(value.toPrecision(digits)));
}

/**
 * A score with a fixed number of decimals; "n/a" when it is not defined. What rounds to 0 has no sign.
 */
export function formatScore(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return "n/a";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** Seconds in words. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "?";
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

/** Seconds as a clock, for progress lines: `0:42`, `12:05`, `1:02:03`. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "-:--";
  const whole = Math.ceil(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(whole % 60)}`
    : `${minutes}:${twoDigits(whole % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Bytes in binary units. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || Math.abs(value) >= 99.95 ? Math.round(value) : value.toFixed(1)} ${
    units[unit]
  }`;
}

/** A rate with its unit: `27.4 samples/s`, `1,830 records/s`. */
export function formatRate(perSecond: number, unit: string): string {
  if (!Number.isFinite(perSecond)) return `? ${unit}/s`;
  const text = perSecond >= 99.95 ? formatCount(perSecond) : formatNumber(perSecond, 3);
  return `${text} ${unit}/s`;
}

/** A difference with its sign; "n/a" when it is not defined. What rounds to 0 has no sign. */
export function formatSigned(value: number, decimals = 4): string {
  const text = formatScore(value, decimals);
  return Number(text) > 0 ? `+${text}` : text;
}

/** Ends of the interval of a difference; "n/a" where they are not defined. */
export function formatSignedInterval(
  { low, high }: { low: number; high: number },
  decimals = 4,
): string {
  return Number.isFinite(low) && Number.isFinite(high)
    ? `${formatSigned(low, decimals)} to ${formatSigned(high, decimals)}`
    : "n/a";
}

/** A p-value: `0.0123`, `< 0.0001`, "n/a" where nothing was tested. */
export function formatPValue(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  return value < 0.0001 ? "< 0.0001" : value.toFixed(4);
}

/** A share without trailing zeros: `12.5 %`. */
export function formatShare(fraction: number): string {
  return `${Number((100 * fraction).toFixed(4))} %`;
}

/** `3 seeds`, `1 seed`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A fraction as a percentage. */
export function formatPercent(fraction: number, decimals = 0): string {
  return `${(fraction * 100).toFixed(decimals)}%`;
}

/** Ends of an interval; "n/a" where they are not defined. */
export function formatInterval({ low, high }: { low: number; high: number }): string {
  return Number.isFinite(low) ? `${formatScore(low)} to ${formatScore(high)}` : "n/a";
}

/** A name for each path: its end; where two are alike, the whole paths. */
export function shortNames(paths: readonly string[]): string[] {
  const short = paths.map((path) => basename(path));
  return new Set(short).size === short.length ? short : paths.map((path) => formatPath(path));
}

/** A path as short as it stays usable: relative to `base` when inside it. */
export function formatPath(path: string, base: string = Deno.cwd()): string {
  const folder = base.replace(/[\\/]+$/, "");
  if (path === folder) return ".";
  const separator = path[folder.length];
  return path.startsWith(folder) && (separator === "/" || separator === "\\")
    ? path.slice(folder.length + 1)
    : path;
}

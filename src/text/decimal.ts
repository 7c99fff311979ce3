/** Decimal numbers in text files. */

/** A decimal number as a part of a regular expression. */
export const DECIMAL = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;

const WHOLE = new RegExp(`^${DECIMAL}$`);

/**
 * A decimal number, all of the text; undefined otherwise. (`Number` alone takes "", "0x1f" and
 * "Infinity".)
 */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !WHOLE.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

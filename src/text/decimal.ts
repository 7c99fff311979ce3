/**
 * Decimal numbers in text files.
 *
 * @module
 */

/**
 * A decimal number, all of the text; undefined otherwise. (`Number` alone takes "", "0x1f" and
 * "Infinity".)
 */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

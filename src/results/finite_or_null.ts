/** A number for JSON, which has no NaN and no infinity: null in their place. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

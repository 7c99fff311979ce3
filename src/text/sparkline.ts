/** A curve in block characters, for summaries in the terminal. */

const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * Draws values from left to right between their minimum and maximum. More values than columns are
 * averaged, fewer are drawn one a column; a column without a finite value stays empty.
 *
 * @param values Any numbers
 * @param width Largest number of columns, at least 1
 * @param height Rows, at least 1; joined by line breaks
 */
export function sparkline(values: ArrayLike<number>, width = 60, height = 1): string {
  const columns = bin(values, Math.max(1, Math.floor(width)));
  const finite = columns.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const rows = Math.max(1, Math.floor(height));
  const steps = rows * BLOCKS.length;
  // Eighths of a row, 1 … 8·rows; a flat curve is drawn at half height.
  const levels = columns.map((value) =>
    !Number.isFinite(value)
      ? 0
      : span === 0
      ? steps / 2
      : 1 + Math.round((value - low) / span * (steps - 1))
  );
  const lines: string[] = [];
  for (let row = rows - 1; row >= 0; row--) {
    lines.push(
      levels.map((level) => {
        const inRow = Math.min(BLOCKS.length, level - row * BLOCKS.length);
        return inRow <= 0 ? " " : BLOCKS[inRow - 1];
      }).join("").trimEnd(),
    );
  }
  return lines.join("\n");
}

/** Means of equal stretches of the finite values; NaN where there is none. */
function bin(values: ArrayLike<number>, width: number): number[] {
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(column * values.length / columns);
    const to = Math.floor((column + 1) * values.length / columns);
    let sum = 0;
    let count = 0;
    for (let i = from; i < to; i++) {
      if (Number.isFinite(values[i])) {
        sum += values[i];
        count++;
      }
    }
    return count === 0 ? NaN : sum / count;
  });
}

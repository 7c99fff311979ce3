/** The gradient of a bias, which is added to every row:  db = column sums of dy */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Parameter } from "./parameters.ts";

/** Rows that are added one after the other; more are split, since a column alone fills no machine. */
const CHUNK_ROWS = 256;

/**
 * Adds to the gradient of a bias.
 *
 * @param name The layer.
 * @param dy [..., C]
 * @param bias [C]
 */
export function recordBiasGradient(
  recorder: Recorder,
  name: string,
  dy: Tensor,
  bias: Parameter,
): void {
  const columns = bias.value.size;
  const rows = dy.size / columns;
  const total = bias.gradient;
  const label = `${name} backward bias`;
  const chunks = Math.ceil(rows / CHUNK_ROWS);
  if (chunks === 1) {
    recorder.dispatch("column_sum", {
      label,
      tensors: { x: dy, total },
      dims: { rows, columns },
      grid: gridFor(columns, 64),
    });
    return;
  }
  const width = columns % 4 === 0 ? 4 : 1;
  const partial = recorder.transient(`${label} partial`, [chunks, columns]);
  recorder.dispatch("column_sum_partial", {
    label,
    constants: { ROWS: CHUNK_ROWS, VECTORS: width === 4 },
    tensors: { x: dy, partial },
    ...inParts(chunks, { x: CHUNK_ROWS * columns, partial: columns }, (first, count) => ({
      dims: {
        rows: Math.min(count * CHUNK_ROWS, rows - first * CHUNK_ROWS),
        columns: columns / width,
      },
      grid: gridFor(count * columns / width, 64),
    })),
  });
  recorder.dispatch("sum_partials", {
    label: `${label} sum`,
    constants: { VECTORS: width === 4 },
    tensors: { partial, total },
    dims: { size: columns / width, chunks },
    grid: gridFor(columns / width, 64),
  });
}

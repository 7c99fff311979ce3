/** A matrix as colored cells with their numbers. */

import { type ChartColors, chartColors } from "./style.ts";
import { captionLines, type ChartText, renderVegaLite } from "./vega_chart.ts";

/** What {@linkcode heatMap} draws. */
export interface HeatMap extends ChartText {
  /** Title of the vertical axis and names of the rows, from the top. */
  readonly rowTitle: string;
  readonly rows: readonly string[];
  /** Title of the horizontal axis and names of the columns. */
  readonly columnTitle: string;
  readonly columns: readonly string[];
  /** Depth of color, 0 to 1, [rows][columns]; a value that is not finite leaves the cell empty. */
  readonly shades: readonly (readonly number[])[];
  /** Text in the cells, [rows][columns]. */
  readonly labels: readonly (readonly string[])[];
}

/** Width of a cell in pixels: room for a count and a share, `1,234 (12.3%)`. */
const CELL_WIDTH = 108;
const CELL_HEIGHT = 50;

/**
 * Draws a matrix, the first row on top.
 *
 * @throws {RangeError} Nothing to draw, a name twice, a matrix that does not fit the names, or a shade
 *   outside 0 to 1
 */
export function heatMap(map: HeatMap): Promise<string> {
  const { rows, columns } = map;
  const colors = chartColors(map.theme);
  if (rows.length === 0 || columns.length === 0) throw new RangeError("No cells given to draw");
  for (const names of [rows, columns]) {
    if (new Set(names).size < names.length) {
      throw new RangeError(`Cannot tell rows or columns apart: ${names.join(", ")}`);
    }
  }
  for (const matrix of [map.shades, map.labels]) {
    if (matrix.length !== rows.length || matrix.some((row) => row.length !== columns.length)) {
      throw new RangeError(
        `The cells do not fit ${rows.length} rows and ${columns.length} columns`,
      );
    }
  }
  const cells = rows.flatMap((_, r) =>
    columns.map((_, c) => {
      const shade = map.shades[r][c];
      if (shade < 0 || shade > 1) throw new RangeError(`Shade ${shade} is not in [0, 1]`);
      return { row: rows[r], column: columns[c], shade, label: map.labels[r][c] };
    })
  );
  return renderVegaLite({
    title: { text: map.title, subtitle: captionLines(map.caption, 62) },
    width: { step: CELL_WIDTH },
    height: { step: CELL_HEIGHT },
    data: { values: cells },
    layer: shadedCells({
      y: nameAxis("row", map.rowTitle, "left", 8),
      x: nameAxis("column", map.columnTitle, "top", 8),
      shade: "shade",
      texts: [{ field: "label", fontSize: 13 }],
      lightFrom: 0.8,
    }, colors),
  }, map.theme);
}

/** An axis of names without lines. */
export function nameAxis(
  field: string,
  title: string,
  orient: "left" | "top" | "bottom",
  labelPadding: number,
) {
  const axis = { orient, ticks: false, domain: false, labelAngle: 0, labelPadding };
  return { field, type: "nominal" as const, sort: null, title, axis };
}

/** Cells whose depth of color shows a field from 0 to 1, with texts that stay readable on it. */
export function shadedCells(
  { x, y, shade, texts, lightFrom }: {
    readonly x: ReturnType<typeof nameAxis>;
    readonly y: ReturnType<typeof nameAxis>;
    readonly shade: string;
    readonly texts: readonly { field: string; fontSize: number; dy?: number }[];
    /** Text is light above this depth. */
    readonly lightFrom: number;
  },
  colors: ChartColors,
) {
  const color = {
    condition: { test: `datum.${shade} > ${lightFrom}`, value: colors.paper },
    value: colors.text,
  };
  // One color that lets the paper through, so that the theme can change under it.
  const fillOpacity = {
    field: shade,
    type: "quantitative" as const,
    scale: { domain: [0, 1], range: [0.06, 1] },
    legend: null,
  };
  return [
    {
      mark: {
        type: "rect" as const,
        fill: colors.series[0],
        stroke: colors.paper,
        strokeWidth: 2,
      },
      encoding: { y, x, fillOpacity },
    },
    ...texts.map(({ field, ...style }) => ({
      mark: { type: "text" as const, ...style },
      encoding: { y, x, text: { field }, color },
    })),
  ];
}

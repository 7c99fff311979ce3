/** Aligned tables for the terminal. */

import { formatCount } from "./format.ts";
import { displayWidth, pad, wrap } from "./width.ts";

/** A column of {@link renderTable}. */
export interface Column {
  readonly title: string;
  /** Default: `right` when every cell looks like a number, else `left`. */
  readonly align?: "left" | "right";
}

const NUMERIC = /^[+-]?[\d.,]+(e[+-]?\d+)?( ?(%|± ?[\d.,]+|ms|s|x))?$|^(n\/a|NaN|-|)$/i;

/** A table with a line under its titles. Numbers align to the right. */
export function renderTable(
  columns: readonly (string | Column)[],
  rows: readonly (readonly string[])[],
): string {
  const heads = columns.map((column) => typeof column === "string" ? { title: column } : column);
  for (const row of rows) {
    if (row.length !== heads.length) {
      throw new RangeError(`A row has ${row.length} cells, the table ${heads.length} columns`);
    }
  }
  const widths = heads.map((head, i) =>
    Math.max(displayWidth(head.title), ...rows.map((row) => displayWidth(row[i])))
  );
  const aligns = heads.map((head, i) =>
    (head as Column).align ?? (rows.every((row) => NUMERIC.test(row[i])) ? "right" : "left")
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => pad(cell, widths[i], aligns[i])).join("  ").trimEnd();
  return [
    line(heads.map((head) => head.title)),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
  ].join("\n");
}

/** A table by what its cells are: every column is a title, and the cell of a row. */
export function renderRows<Row>(
  rows: readonly Row[],
  columns: readonly (readonly [title: string | Column, cell: (row: Row) => string])[],
): string {
  return renderTable(
    columns.map(([title]) => title),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
}

/** The first lines up to `most`, then how many more there are. */
export function firstLines(lines: readonly string[], most: number, indent = ""): string {
  const more = lines.length - most;
  return [
    ...lines.slice(0, most),
    ...(more > 0 ? [`${indent}and ${formatCount(more)} more`] : []),
  ].join("\n");
}

/**
 * Two columns, names and values; long values wrap under themselves. Entries whose value is
 * undefined are left out.
 *
 * @param width Columns of the terminal
 */
export function renderSettings(
  entries: readonly (readonly [name: string, value: string | number | undefined])[],
  width = 100,
): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  const left = Math.max(0, ...shown.map(([name]) => displayWidth(name)));
  return shown.flatMap(([name, value]) =>
    String(value).split("\n")
      .flatMap((line) => wrap(line, Math.max(20, width - left - 2)))
      .map((text, i) => `${pad(i === 0 ? name : "", left)}  ${text}`.trimEnd())
  ).join("\n");
}

/** A report as data: what text, Markdown and HTML are made of. */

import { type LinePanels, linePanels } from "../../plots/line_chart.ts";
import type { Theme } from "../../plots/style.ts";
import type { ChartText } from "../../plots/vega_chart.ts";

/** A cell of a table. */
export interface Cell {
  readonly text: string;
  /** What the column is sorted by, where the text would sort wrongly. */
  readonly sort?: number;
}

/** A table; the first column names the rows. */
export interface Table {
  /** What the numbers are, n, and the file they come from. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Cell | string)[])[];
}

/** A figure. */
export interface Picture {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  /** What it shows, n, what bands and intervals are. */
  readonly caption: string;
  /** Draws it as SVG. */
  readonly draw: (theme?: Theme) => Promise<string>;
  /** Its curves, from which a page reads values where the pointer is. */
  readonly curves?: LinePanels;
}

/** Results that a report can lack, by the command that makes them. */
export type MissingResult =
  | "ablation"
  | "evaluate"
  | "label-scarcity"
  | "linear-probe"
  | "statistical-tests"
  | "train-multiseed"
  | "train-simclr"
  | "transfer-mitbih";

/** What is not there. */
export interface Missing {
  readonly kind: "missing";
  readonly what: string;
  readonly result: MissingResult;
  /** Names of the pictures that it would give. */
  readonly pictures?: readonly string[];
  /** The command line that makes it, where the builder of the report knows one. */
  readonly command?: string;
}

/** A part of a section. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "picture"; readonly picture: Picture }
  | { readonly kind: "commands"; readonly commands: readonly string[] }
  | Missing;

/** A section. */
export interface Section {
  /** For links to it: letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A whole report. */
export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}

/** A block, or nothing where there is nothing to show. */
export type MaybeBlock = Block | false;

/** A section that begins with what its numbers are. */
export function section(
  id: string,
  title: string,
  about: string,
  ...blocks: readonly MaybeBlock[]
): Section {
  return { id, title, blocks: [text(about), ...blocks.filter((block) => block !== false)] };
}

/** A paragraph. */
export function text(content: string): Block {
  return { kind: "text", text: content };
}

/** A column of a table: its title, and its cell in a row. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => Cell | string];

/** A table with a row for each of `rows`; nothing where there are none. */
export function table<Row>(
  caption: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): MaybeBlock {
  return rows.length > 0 && {
    kind: "table",
    table: {
      caption,
      columns: columns.map(([title]) => title),
      rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
    },
  };
}

/** A note on results that are not there. */
export function missing(result: MissingResult, what: string, pictures?: readonly string[]): Block {
  return { kind: "missing", result, what, pictures };
}

/**
 * A chart, for light and for dark paper.
 *
 * @param draw The function of the chart, such as `barChart`
 */
export function chart<Chart extends ChartText>(
  name: string,
  content: Chart,
  draw: (chart: Chart) => Promise<string>,
): Block & { readonly kind: "picture" } {
  const { title, caption = "" } = content;
  return {
    kind: "picture",
    picture: { name, title, caption, draw: (theme) => draw({ ...content, theme }) },
  };
}

/** Some curves. */
export function curves(name: string, content: LinePanels): Block {
  return {
    kind: "picture",
    picture: { ...chart(name, content, linePanels).picture, curves: content },
  };
}

/**
 * A report as data: what text, Markdown and HTML are made of.
 *
 * @module
 */

import { type LinePanels, linePanels } from "../../plots/line_chart.ts";
import type { Theme } from "../../plots/style.ts";

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

/** A paragraph. */
export function text(content: string): Block {
  return { kind: "text", text: content };
}

/** A table. */
export function table(content: Table): Block {
  return { kind: "table", table: content };
}

/** A note on results that are not there. */
export function missing(result: MissingResult, what: string, pictures?: readonly string[]): Block {
  return { kind: "missing", result, what, pictures };
}

/** What every chart is told, whatever else it needs. */
interface ChartText {
  readonly title: string;
  readonly caption?: string;
  readonly theme?: Theme;
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

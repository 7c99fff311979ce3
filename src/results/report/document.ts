/**
 * A report as data: what Markdown and HTML are both made of.
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

/** A part of a section. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "picture"; readonly picture: Picture }
  | { readonly kind: "commands"; readonly commands: readonly string[] }
  | Missing;

/** What is not there, and the command that makes it. */
export interface Missing {
  readonly kind: "missing";
  readonly what: string;
  readonly command: string;
  /** Names of the pictures that it would give. */
  readonly pictures?: readonly string[];
}

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

/** What every chart of this room is told, whatever else it needs. */
interface ChartText {
  readonly title: string;
  readonly caption?: string;
  readonly theme?: Theme;
}

/**
 * The picture of a chart, for light and for dark paper.
 *
 * @param draw The function of the chart, such as `barChart`
 */
export function chartPicture<Chart extends ChartText>(
  name: string,
  chart: Chart,
  draw: (chart: Chart) => Promise<string>,
): Picture {
  return {
    name,
    title: chart.title,
    caption: chart.caption ?? "",
    draw: (theme) => draw({ ...chart, ...(theme === undefined ? {} : { theme }) }),
  };
}

/** The picture of some curves. */
export function curvesPicture(name: string, curves: LinePanels): Picture {
  return { ...chartPicture(name, curves, linePanels), curves };
}

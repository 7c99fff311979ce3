/** Tables of scores with intervals, for the terminal and as CSV. */

import { stringify } from "@std/csv";
import type { Interval } from "../../metrics/bootstrap.ts";
import type { EvaluatedMetrics } from "../../metrics/evaluated_metrics.ts";
import {
  formatCount,
  formatInterval,
  formatScore,
  formatSigned,
  formatSignedInterval,
} from "../../text/format.ts";
import { type Column, renderTable } from "../../text/table.ts";

/** What the intervals in tables are. */
export const INTERVALS_NOTE = "Intervals: 95 %, percentile bootstrap over records, 1,000 resamples";

/** The same where there are differences. */
export const PAIRED_NOTE = `${INTERVALS_NOTE}; differences are paired by record`;

/** A column, by what its cells are; where no line has a cell it is left out. */
export interface ScoreColumn<Line> extends Column {
  readonly text?: (line: Line) => string | undefined;
  /** Estimates alone. */
  readonly score?: (line: Line) => Interval | number | undefined;
  /** Estimates, and their intervals in a second column. */
  readonly interval?: (line: Line) => Interval | undefined;
  /** Differences carry a sign. */
  readonly signed?: boolean | ((line: Line) => boolean);
  /** Numbers are hundredths. */
  readonly points?: boolean;
}

/** A table for the terminal. */
export function scoreTable<Line>(
  lines: readonly Line[],
  columns: readonly ScoreColumn<Line>[],
): string {
  const rendered = columns.flatMap((column) => {
    const { title, align = column.text ? undefined : "right", points = false } = column;
    const cells = (write: (line: Line) => string | undefined) => lines.map(write);
    if (column.text) return [{ title, align, cells: cells(column.text) }];
    const of = column.interval ?? column.score!;
    const scale = points ? 100 : 1;
    const format = (line: Line) => {
      const signed = typeof column.signed === "function" ? column.signed(line) : column.signed;
      return signed
        ? [
          formatSigned,
          (ends: { low: number; high: number }) => formatSignedInterval(ends, points ? 2 : 3),
        ] as const
        : [formatScore, formatInterval] as const;
    };
    const estimates = cells((line) => {
      const found = of(line);
      if (found === undefined) return undefined;
      const estimate = typeof found === "number" ? found : found.estimate;
      return format(line)[0](scale * estimate, points ? 2 : 4);
    });
    const intervals = cells((line) => {
      const found = column.interval?.(line);
      return found && format(line)[1]({ low: scale * found.low, high: scale * found.high });
    });
    return [
      { title, align, cells: estimates },
      { title: "95 % interval", align: undefined, cells: intervals },
    ];
  }).filter(({ cells }) => cells.some((cell) => cell !== undefined));
  return renderTable(rendered, lines.map((_, i) => rendered.map(({ cells }) => cells[i] ?? "")));
}

/** A table of the four metrics and a table of the classes, with their intervals. */
export function metricsTables(
  { perClass, intervals }: EvaluatedMetrics,
  classNames: readonly string[],
): string {
  const overall = scoreTable(Object.entries<Interval>(intervals.overall), [
    { title: "metric", text: ([name]) => name },
    { title: "value", interval: ([, interval]) => interval },
  ]);
  const classes = scoreTable([...classNames.keys()], [
    { title: "class", text: (c) => classNames[c] },
    { title: "records", align: "right", text: (c) => formatCount(perClass[c].support) },
    { title: "AUROC", interval: (c) => intervals.perClass[c].auroc },
    { title: "AUPRC", interval: (c) => intervals.perClass[c].auprc },
    { title: "F1", interval: (c) => intervals.perClass[c].f1 },
  ]);
  return `${overall}\n\n${classes}`;
}

/** A column of a CSV file, or the three of an interval: estimate, `_low` and `_high`. */
export interface CsvColumn<Line> {
  readonly title: string;
  readonly value?: (line: Line) => string | number | undefined;
  readonly interval?: (line: Line) => Interval | undefined;
}

/** A CSV file with a line of titles. What is not defined is empty. */
export function csvTable<Line>(
  lines: readonly Line[],
  columns: readonly CsvColumn<Line>[],
): string {
  const titles = columns.flatMap(({ title, interval }) =>
    interval ? [title, `${title}_low`, `${title}_high`] : [title]
  );
  const rows = lines.map((line) =>
    columns.flatMap(({ value, interval }) => {
      if (!interval) return [value!(line)];
      const found = interval(line);
      return [found?.estimate, found?.low, found?.high];
    }).map((cell) => cell === undefined || Number.isNaN(cell) ? "" : cell)
  );
  return stringify([titles, ...rows], { headers: false });
}

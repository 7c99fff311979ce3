/** What `statistical-tests` found. */

import { intervalChart } from "../../../plots/interval_chart.ts";
import {
  comparisonSections,
  explanations,
  type StatisticalTestResults,
} from "../comparison_sections.ts";
import { type Block, chart, type MaybeBlock, missing, type Section, section } from "../document.ts";
import { metricTitle } from "../metric_titles.ts";
import type { ReportInput } from "../report_input.ts";

/** Makes the section. */
export function significanceSection({ folder: { statistics } }: ReportInput): Section {
  const about = { id: "significance", title: "Significance" };
  const tests = statistics?.content;
  if (tests === undefined || tests.comparisons.length === 0) {
    const what = "Tests of the differences between configurations";
    return { ...about, blocks: [missing("statistical-tests", what, ["significance"])] };
  }
  const byRecord = tests.comparisons.some(({ delong }) => delong !== null);
  return section(
    about.id,
    about.title,
    `Every configuration against ${tests.baseline}. Source: ${statistics!.path}`,
    { kind: "list", items: explanations(tests) },
    differencesPicture(tests, statistics!.path),
    ...comparisonSections(tests).flatMap(({ title, blocks }): Block[] => [
      { kind: "heading", text: title },
      ...blocks,
    ]),
    !byRecord && missing(
      "statistical-tests",
      "DeLong's test and the bootstrap over records: they need test_predictions.csv of both " +
        "configurations",
    ),
  );
}

function differencesPicture(
  { comparisons, baseline }: StatisticalTestResults,
  path: string,
): MaybeBlock {
  const [first] = comparisons;
  const single = comparisons.length === 1;
  const rows = comparisons.flatMap(({ method1, metrics }) =>
    Object.entries(metrics).flatMap(([metric, { improvement, interval_95: [low, high] }]) =>
      Number.isFinite(improvement)
        ? [{
          name: single ? metricTitle(metric) : `${method1}, ${metricTitle(metric)}`,
          value: improvement,
          low,
          high,
        }]
        : []
    )
  );
  return rows.length > 0 && chart("significance", {
    title: single ? `${first.method1} − ${first.method2}` : `Differences from ${baseline}`,
    caption: "Difference of the test metrics; lines: 95 % t intervals of the mean over seeds. " +
      `Source: ${path}`,
    valueTitle: "Difference (above 0: the first is better)",
    rows,
  }, intervalChart);
}

/** The report of `statistical-tests`, and what its picture shows. */

import type { SignificanceChart } from "../../plots/significance_chart.ts";
import { formatNumber } from "../../text/format.ts";
import type { PublishedExamination, StatisticalTests } from "../statistical_tests.ts";
import { comparisonSections, explanations } from "./comparison_sections.ts";
import type { ReportDocument, Section } from "./document.ts";
import { metricTitle } from "./metric_titles.ts";

/** The whole report. */
export function statisticalReport(tests: StatisticalTests): ReportDocument {
  const { source, alpha, baseline, baseline_choice, published, published_source } = tests;
  return {
    title: "Statistical tests",
    subtitle: [
      `Source: ${source}`,
      ...(published_source === undefined ? [] : [published_source]),
      `Baseline: ${baseline} (${baseline_choice})`,
      `Level of significance: alpha = ${alpha}`,
    ].join(". "),
    sections: [
      ...comparisonSections(tests),
      ...Object.entries(published ?? {}).flatMap(([name, each]) => publishedSection(name, each)),
      {
        id: "reading",
        title: "How to read this",
        blocks: [{ kind: "list", items: explanations(tests, published === undefined) }],
      },
    ],
  };
}

/** What the published figures of one method say about themselves. */
function publishedSection(
  name: string,
  { intervals, single_runs }: PublishedExamination,
): Section[] {
  const items = Object.entries(intervals).map(([metric, each]) => {
    const { halfWidth, halfWidthInDeviations, expected, percentileInDeviations, fits } = each;
    const half = (kind: keyof typeof expected) => expected[kind].toFixed(4);
    const [low, high] = each.tInterval.map((end) => end.toFixed(4));
    const [sample, population] = percentileInDeviations.map((value) => value.toFixed(2));
    return `${metric}: the printed interval has a half-width of ${halfWidth.toFixed(4)} = ` +
      `${halfWidthInDeviations.toFixed(4)} SD. It fits a ${fits}` +
      (fits.endsWith("of the mean") ? "" : ", not a confidence interval of the mean") +
      `. Half-widths to expect: t interval of the mean ${half("t interval of the mean")} ` +
      `(${low} to ${high}), normal interval of the mean ${half("normal interval of the mean")}, ` +
      `normal range of the seeds ${half("normal range of the seeds")}, percentile range of the ` +
      `seeds ${sample} SD (SD with n - 1) or ${population} SD (SD with n)`;
  });
  const same = single_runs.filter((each) => each.same);
  if (same.length > 0) {
    const chance = same.reduce((product, { chanceOfSame }) => product * chanceOfSame, 1);
    items.push(
      `${same.map(({ metric }) => metric).join(" and ")}: the mean over seeds equals the single ` +
        `run to the last digit; of another run that would happen with probability ` +
        `${formatNumber(chance, 1)}${same.length > 1 ? ", were the metrics independent" : ""}`,
    );
  }
  for (const { metric, single, mean, deviations } of single_runs.filter((each) => !each.same)) {
    items.push(
      `${metric}: the single run ${single.toFixed(4)} is ${Math.abs(deviations).toFixed(1)} SD ` +
        `${deviations < 0 ? "below" : "above"} the mean over seeds of the same method, ` +
        mean.toFixed(4),
    );
  }
  if (items.length === 0) return [];
  return [{
    id: `figures-${name}`,
    title: `The figures of ${name}`,
    blocks: [{ kind: "list", items }],
  }];
}

/** The picture: improvements and p-values; undefined where no comparison has a metric. */
export function significanceFigure(
  { comparisons, alpha, baseline, source }: StatisticalTests,
): SignificanceChart | undefined {
  const shown = comparisons.filter(({ metrics }) => Object.keys(metrics).length > 0);
  if (shown.length === 0) return undefined;
  const sizes = shown.map(({ paired, seeds, metrics }) => {
    const [{ method1, method2 }] = Object.values(metrics);
    return paired ? `n = ${seeds.length} paired seeds` : `n = ${method1.n} and ${method2.n} seeds`;
  });
  const same = new Set(sizes).size === 1;
  return {
    title: `Improvement over ${baseline}`,
    caption: `${source}; ${same ? `${sizes[0]}; ` : ""}lines: 95 % t intervals of the mean ` +
      `difference; p-values: mark corrected over metrics (Holm), tick before correction`,
    alpha,
    comparisons: shown.map(({ method1, metrics }, i) => ({
      name: same ? method1 : `${method1} (${sizes[i]})`,
      rows: Object.entries(metrics).map(([metric, each]) => {
        const percent = 100 / Math.abs(each.method2.mean);
        return {
          metric: metricTitle(metric),
          improvement: each.improvement_pct,
          low: each.interval_95[0] * percent,
          high: each.interval_95[1] * percent,
          pValue: each.test_result?.p_value ?? NaN,
          pHolm: each.p_holm,
        };
      }),
    })),
  };
}

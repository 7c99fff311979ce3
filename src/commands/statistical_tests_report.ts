/**
 * The report of `statistical-tests`, and what its picture shows.
 *
 * @module
 */

import { formatCount, formatNumber, formatScore, formatSigned } from "../text/format.ts";
import type {
  ConfigurationComparison,
  PublishedExamination,
  StatisticalTests,
} from "../results/statistical_tests.ts";
import type { Block } from "../results/report/report_blocks.ts";
import type { SignificanceChart } from "../plots/significance_chart.ts";
import type { MetricComparison } from "../stats/statistical_tester.ts";

/** *** below 0.001, ** below 0.01, * below 0.05, else "ns"; empty where nothing was tested. */
export function significanceStars(pValue: number): string {
  if (Number.isNaN(pValue)) return "";
  return pValue < 0.001 ? "***" : pValue < 0.01 ? "**" : pValue < 0.05 ? "*" : "ns";
}

/** A p-value with four decimals. */
function formatP(pValue: number | undefined): string {
  if (pValue === undefined || Number.isNaN(pValue)) return "n/a";
  return pValue < 0.0001 ? "< 0.0001" : pValue.toFixed(4);
}

const signed = (value: number) => formatSigned(value, 4);
const decimals = (value: number, count: number) =>
  Number.isFinite(value) ? value.toFixed(count) : Number.isNaN(value) ? "n/a" : String(value);

function formatEnds(ends: readonly [number, number] | null): string {
  return ends === null || !ends.every(Number.isFinite)
    ? "n/a"
    : `${signed(ends[0])} to ${signed(ends[1])}`;
}

/** The whole report. */
export function statisticalTestsReport(tests: StatisticalTests): Block[] {
  const { source, alpha, baseline, baseline_choice, comparisons, published } = tests;
  return [
    { kind: "heading", level: 1, text: "Statistical tests" },
    {
      kind: "list",
      items: [
        `Source: ${source}`,
        ...(tests.published_source === undefined ? [] : [tests.published_source]),
        `Baseline: ${baseline} (${baseline_choice})`,
        `Level of significance: alpha = ${alpha}`,
      ],
    },
    ...comparisons.flatMap((comparison) => comparisonBlocks(comparison, alpha)),
    ...Object.entries(published ?? {}).flatMap(([name, each]) => publishedBlocks(name, each)),
    { kind: "heading", level: 2, text: "How to read this" },
    { kind: "list", items: explanations(tests) },
  ];
}

function comparisonBlocks(comparison: ConfigurationComparison, alpha: number): Block[] {
  const { method1, method2, seeds, paired, metrics, notes, single_runs } = comparison;
  const found = Object.entries(metrics);
  const design = paired
    ? `Paired by seed, n = ${formatCount(seeds.length)}: ${seeds.join(", ")}.`
    : single_runs === undefined
    ? "Independent groups."
    : "From published means and standard deviations, as independent groups.";
  return [
    { kind: "heading", level: 2, text: `${method1} against ${method2}` },
    ...(found.length > 0 ? [{ kind: "paragraph", text: design } as const] : []),
    ...(notes.length > 0 ? [{ kind: "list", items: notes } as const] : []),
    ...(found.length > 0 ? metricBlocks(comparison, alpha) : []),
    ...recordBlocks(comparison),
    ...gainBlocks(comparison),
  ];
}

function metricBlocks(comparison: ConfigurationComparison, alpha: number): Block[] {
  const { metrics, paired, test_ranges } = comparison;
  const found = Object.entries(metrics);
  const summary: Block = {
    kind: "table",
    columns: [
      "metric",
      "mean ± SD",
      "baseline",
      "improvement",
      "95 % interval",
      "in %",
      "p",
      "p (Holm)",
      "",
    ],
    rows: found.map(([metric, each]) => [
      metric,
      meanAndSpread(each.method1),
      meanAndSpread(each.method2),
      signed(each.improvement),
      formatEnds(each.interval_95),
      formatSigned(each.improvement_pct, 2),
      formatP(each.test_result?.p_value),
      formatP(each.p_holm),
      significanceStars(each.p_holm),
    ]),
  };
  const sentences = found.map(([metric, each]) => inWords(metric, each, alpha));
  if (test_ranges !== undefined) {
    const ranges = Object.entries(test_ranges).map(([metric, { t, pValue, cohensD }]) =>
      `${metric}: Welch t = ${t[0].toFixed(2)} to ${t[1].toFixed(2)}, p = ${
        pValue[1].toFixed(2)
      } to ${pValue[0].toFixed(2)}, d = ${cohensD[0].toFixed(2)} to ${
        cohensD[1].toFixed(2)
      }, depending on whether the printed SDs have n or n - 1 in their denominator`
    );
    return [summary, { kind: "list", items: [...sentences, ...ranges] }];
  }
  const beside: Block = paired
    ? {
      kind: "table",
      columns: [
        "metric",
        "normality p",
        "paired t p",
        "Wilcoxon p",
        "sign flips p",
        "Mann-Whitney p",
        "d_z",
        "bootstrap over seeds",
        "detectable",
      ],
      rows: found.map(([metric, each]) => [
        metric,
        formatP(each.normality.differences?.p_value),
        formatP(each.paired_t?.p_value),
        formatP(each.wilcoxon?.p_value),
        formatP(each.permutation?.p_value),
        formatP(each.mann_whitney?.p_value),
        decimals(each.cohens_d, 2),
        formatEnds(each.bootstrap_seeds),
        formatScore(each.smallest_detectable_difference ?? NaN, 4),
      ]),
    }
    : {
      kind: "table",
      columns: [
        "metric",
        "Mann-Whitney p",
        "Welch t p",
        "permuted labels p",
        "d",
        "bootstrap over seeds",
      ],
      rows: found.map(([metric, each]) => [
        metric,
        formatP(each.mann_whitney?.p_value),
        formatP(each.welch_t?.p_value),
        formatP(each.permutation?.p_value),
        decimals(each.cohens_d, 2),
        formatEnds(each.bootstrap_seeds),
      ]),
    };
  return [summary, { kind: "list", items: sentences }, beside];
}

function meanAndSpread({ mean, std }: { mean: number; std: number }): string {
  return `${formatScore(mean, 4)} ± ${formatScore(std, 4)}`;
}

/** One metric as a sentence. */
function inWords(metric: string, each: MetricComparison, alpha: number): string {
  const { improvement, improvement_pct, test_result, p_holm, method1 } = each;
  if (Number.isNaN(improvement)) return `${metric}: one of the two has no values`;
  const size = improvement === 0
    ? "equal on average"
    : `${improvement > 0 ? "higher" : "lower"} by ${
      formatNumber(100 * Math.abs(improvement), 3)
    } points (${formatSigned(improvement_pct, 2)} %)`;
  if (test_result === null) return `${metric}: ${size}; too few values to test`;
  const verdict = p_holm < alpha
    ? `significant after Holm's correction (p = ${formatP(p_holm).replace("< ", "below ")})`
    : test_result.significant
    ? `not significant after Holm's correction (p = ${formatP(p_holm)}, ${
      formatP(test_result.p_value)
    } before)`
    : `not significant (p = ${formatP(test_result.p_value)})`;
  const detectable = each.smallest_detectable_difference;
  const limit = p_holm < alpha || detectable === null || !(detectable > 0)
    ? ""
    : `. ${method1.n} seeds that differ as these do show a difference of ${
      formatNumber(100 * detectable, 3)
    } points with probability 0.8`;
  return `${metric}: ${size}, ${verdict}, ${test_result.test}${limit}`;
}

function recordBlocks({ method1, method2, delong, bootstrap_records }: ConfigurationComparison) {
  const blocks: Block[] = [];
  if (delong !== null) {
    blocks.push({
      kind: "paragraph",
      text: `AUROC of each class on the same ${formatCount(delong.records)} test records, ` +
        `probabilities averaged over the common seeds, by DeLong's test:`,
    }, {
      kind: "table",
      columns: ["class", method1, method2, "difference", "95 % interval", "z", "p", "p (Holm)", ""],
      rows: Object.entries(delong.classes).map(([name, each]) => [
        name,
        formatScore(each.auroc1, 4),
        formatScore(each.auroc2, 4),
        signed(each.difference),
        formatEnds([each.low, each.high]),
        decimals(each.z, 2),
        formatP(each.p_value),
        formatP(each.p_holm),
        significanceStars(each.p_holm),
      ]),
    });
  }
  if (bootstrap_records !== null) {
    blocks.push({
      kind: "paragraph",
      text: "The same averages, bootstrap over patients (1,000 resamples):",
    }, {
      kind: "table",
      columns: ["metric", "difference", "95 % interval"],
      rows: Object.entries(bootstrap_records).map(([metric, { difference, low, high }]) => [
        metric,
        signed(difference),
        formatEnds([low, high]),
      ]),
    });
  }
  return blocks;
}

/** Gains of published single runs. */
function gainBlocks({ method1, method2, single_runs }: ConfigurationComparison): Block[] {
  if (single_runs === undefined || single_runs.length === 0) return [];
  return [
    { kind: "paragraph", text: "Single runs, which no test can judge:" },
    {
      kind: "list",
      items: single_runs.map(({ metric, value1, value2, points, percent }) =>
        `${metric}: ${value2.toFixed(4)} to ${value1.toFixed(4)}, ${
          formatSigned(percent, 2)
        } % relative, ${formatSigned(points, 2)} points; ${method1} is ${
          points > 0 ? "above" : points < 0 ? "below" : "equal to"
        } ${method2}`
      ),
    },
  ];
}

/** What the published figures of one method say about themselves. */
function publishedBlocks(name: string, { intervals, single_runs }: PublishedExamination): Block[] {
  const items = Object.entries(intervals).map(([metric, each]) => {
    const { halfWidth, halfWidthInDeviations, expected, percentileInDeviations, fits } = each;
    const half = (kind: keyof typeof expected) => expected[kind].toFixed(4);
    const [low, high] = each.tInterval;
    const ofMean = fits.endsWith("of the mean");
    return `${metric}: the printed interval has a half-width of ${halfWidth.toFixed(4)} = ${
      halfWidthInDeviations.toFixed(4)
    } SD. It fits a ${fits}${
      ofMean ? "" : ", not a confidence interval of the mean"
    }. Half-widths to expect: t interval of the mean ${half("t interval of the mean")} (${
      low.toFixed(4)
    } to ${high.toFixed(4)}), normal interval of the mean ${
      half("normal interval of the mean")
    }, normal range of the seeds ${half("normal range of the seeds")}, percentile range of the ` +
      `seeds ${percentileInDeviations[0].toFixed(2)} SD (SD with n - 1) or ${
        percentileInDeviations[1].toFixed(2)
      } SD (SD with n)`;
  });
  const same = single_runs.filter((each) => each.same);
  if (same.length > 0) {
    const chance = same.reduce((product, { chanceOfSame }) => product * chanceOfSame, 1);
    items.push(
      `${same.map(({ metric }) => metric).join(" and ")}: the mean over seeds equals the single ` +
        `run to the last digit; of another run that would happen with probability ${
          formatNumber(chance, 1)
        }${same.length > 1 ? ", were the metrics independent" : ""}`,
    );
  }
  for (const { metric, single, mean, deviations } of single_runs.filter((each) => !each.same)) {
    items.push(
      `${metric}: the single run ${single.toFixed(4)} lies ${Math.abs(deviations).toFixed(1)} SD ${
        deviations < 0 ? "below" : "above"
      } the mean over seeds of the same method, ${mean.toFixed(4)}`,
    );
  }
  if (items.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: `The figures of ${name}` },
    { kind: "list", items },
  ];
}

function explanations({ comparisons, published }: StatisticalTests): string[] {
  const seedsKnown = published === undefined;
  return [
    "Differences are method - baseline. SD has n - 1 in its denominator" +
    (seedsKnown ? "" : ", or so it is read here"),
    "Stars follow the p-value after Holm's correction over the metrics of a comparison (over the " +
    "classes in DeLong's test): *** < 0.001, ** < 0.01, * < 0.05, ns: not significant",
    ...(seedsKnown
      ? [
        "The deciding test of paired seeds is the paired t test where Shapiro-Wilk's test does not " +
        "reject that the differences are normal, else Wilcoxon's signed-rank test; of independent " +
        "groups it is Mann-Whitney's. The others stand beside it for comparison",
        "Seeds say how training varies on these data; records and patients say how far these data " +
        "speak for others",
      ]
      : ["Values of the single seeds are not known: no rank test, no pairing, no bootstrap"]),
    ...(comparisons.some(({ paired }) => paired)
      ? [
        "detectable: the true difference that a paired t test of so many seeds finds with " +
        "probability 0.8",
      ]
      : []),
    ...(comparisons.some(({ delong }) => delong !== null)
      ? ["DeLong's test takes records as independent; the bootstrap draws patients"]
      : []),
  ];
}

/** The picture: improvements and p-values; undefined where no comparison has a metric. */
export function significanceFigure(
  { comparisons, alpha, baseline, source }: StatisticalTests,
): SignificanceChart | undefined {
  const shown = comparisons.filter(({ metrics }) => Object.keys(metrics).length > 0);
  if (shown.length === 0) return undefined;
  const sizes = (comparison: ConfigurationComparison) => {
    const [any] = Object.values(comparison.metrics);
    return comparison.paired
      ? `n = ${comparison.seeds.length} paired seeds`
      : `n = ${any.method1.n} and ${any.method2.n} seeds`;
  };
  const all = [...new Set(shown.map(sizes))];
  const one = all.length === 1;
  return {
    title: `Improvement over ${baseline}`,
    caption: `${source}; ${one ? `${all[0]}; ` : ""}lines: 95 % t intervals of the mean ` +
      `difference; p-values: mark corrected over metrics (Holm), tick before correction`,
    alpha,
    comparisons: shown.map((comparison) => ({
      name: one ? comparison.method1 : `${comparison.method1} (${sizes(comparison)})`,
      rows: Object.entries(comparison.metrics).map(([metric, each]) => {
        const percent = 100 / Math.abs(each.method2.mean);
        return {
          metric: TITLES[metric] ?? metric,
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

/** The documented metrics as a picture writes them. */
const TITLES: Readonly<Record<string, string>> = {
  auroc_macro: "AUROC (macro)",
  f1_macro: "F1 (macro)",
  sensitivity_micro: "Sensitivity (micro)",
  specificity_micro: "Specificity (micro)",
};

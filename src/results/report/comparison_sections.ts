/**
 * What statistical tests say of two configurations: tables, and a sentence for each metric. Both
 * `statistical-tests` and the report of all results show them.
 */

import { formatCount, formatNumber, formatPValue, formatSigned } from "../../text/format.ts";
import type { statisticalTestResults } from "../schema/kinds.ts";
import type { ResultOf } from "../schema/result_file.ts";
import { difference, differenceRange, pValue, score, spread } from "./cells.ts";
import { type Cell, type Column, type MaybeBlock, type Section, table, text } from "./document.ts";

/** What is computed by `statistical-tests`, or read from its file. */
export type StatisticalTestResults = ResultOf<typeof statisticalTestResults>;

type Comparison = StatisticalTestResults["comparisons"][number];
type Metric = Comparison["metrics"][string];

/** *** below 0.001, ** below 0.01, * below 0.05, else "ns"; empty where nothing was tested. */
export function significanceStars(pValue: number): string {
  if (Number.isNaN(pValue)) return "";
  return pValue < 0.001 ? "***" : pValue < 0.01 ? "**" : pValue < 0.05 ? "*" : "ns";
}

/** A section for each comparison. */
export function comparisonSections({ comparisons, alpha }: StatisticalTestResults): Section[] {
  return comparisons.map((comparison, i) => ({
    id: `comparison-${i + 1}`,
    title: `${comparison.method1} against ${comparison.method2}`,
    blocks: [
      list(comparison.notes),
      ...metricBlocks(comparison, alpha),
      ...recordBlocks(comparison),
      ...gainBlocks(comparison),
    ].filter((block) => block !== false),
  }));
}

function list(items: readonly string[]): MaybeBlock {
  return items.length > 0 && { kind: "list", items };
}

function metricBlocks(comparison: Comparison, alpha: number): MaybeBlock[] {
  const { seeds, paired, single_runs, test_ranges = {} } = comparison;
  const found = Object.entries(comparison.metrics).map(([name, each]) => ({ name, ...each }));
  const groups = paired
    ? `Paired by seed, n = ${formatCount(seeds.length)}: ${seeds.join(", ")}`
    : single_runs === undefined
    ? "Independent groups"
    : "From published means and standard deviations, as independent groups";
  const ranges = Object.entries(test_ranges).map(([metric, { t, pValue: p, cohensD: d }]) =>
    `${metric}: Welch t = ${t[0].toFixed(2)} to ${t[1].toFixed(2)}, p = ${p[1].toFixed(2)} to ` +
    `${p[0].toFixed(2)}, d = ${d[0].toFixed(2)} to ${d[1].toFixed(2)}, depending on whether the ` +
    "printed SDs have n or n - 1 in their denominator"
  );
  const made = OTHER_TESTS.filter(([, cell]) =>
    found.some((each) => (cell(each) as Cell).sort !== undefined)
  );
  return [
    table(`${groups}; 95 % t intervals of the mean difference`, found, [
      ["metric", ({ name }) => name],
      ["mean ± SD", ({ method1 }) => spread(method1)],
      ["baseline", ({ method2 }) => spread(method2)],
      ["improvement", ({ improvement }) => difference(improvement)],
      ["95 % interval", ({ interval_95 }) => ends(interval_95)],
      ["in %", ({ improvement_pct }) => difference(improvement_pct, 2)],
      ["p", ({ test_result }) => pValue(test_result?.p_value)],
      ["p (Holm)", ({ p_holm }) => pValue(p_holm)],
      ["", ({ p_holm }) => significanceStars(p_holm)],
    ]),
    list([...found.map((each) => `${each.name}: ${inWords(each, alpha)}`), ...ranges]),
    made.length > 0 &&
    table("Other tests of the same difference, not corrected; bootstrap: 95 % interval", found, [
      ["metric", ({ name }) => name],
      ...made,
    ]),
  ];
}

function ends(interval: readonly [number, number] | null): Cell {
  const [low, high] = interval ?? [NaN, NaN];
  return differenceRange({ low, high });
}

/** Tests that do not decide; a column is shown where one metric or more has the test. */
const OTHER_TESTS: readonly Column<Metric>[] = [
  ["normality p", ({ normality }) => pValue(normality?.differences?.p_value)],
  ["paired t p", ({ paired_t }) => pValue(paired_t?.p_value)],
  ["Wilcoxon p", ({ wilcoxon }) => pValue(wilcoxon?.p_value)],
  ["Welch t p", ({ welch_t }) => pValue(welch_t?.p_value)],
  ["Mann-Whitney p", ({ mann_whitney }) => pValue(mann_whitney?.p_value)],
  ["permutation p", ({ permutation }) => pValue(permutation?.p_value)],
  ["Cohen's d", ({ cohens_d }) => score(cohens_d, 2)],
  ["bootstrap over seeds", ({ bootstrap_seeds }) => ends(bootstrap_seeds)],
  ["detectable", (metric) => score(metric.smallest_detectable_difference ?? NaN)],
];

/** One metric as a sentence. */
function inWords(metric: Metric, alpha: number): string {
  const { improvement, improvement_pct, test_result, p_holm, method1 } = metric;
  const detectable = metric.smallest_detectable_difference ?? NaN;
  if (Number.isNaN(improvement)) return "one of the two has no values";
  const size = improvement === 0
    ? "equal on average"
    : `${improvement > 0 ? "higher" : "lower"} by ${
      formatNumber(100 * Math.abs(improvement), 3)
    } points (${formatSigned(improvement_pct, 2)} %)`;
  if (test_result === null) return `${size}; too few values to test`;
  const [p, corrected] = [test_result.p_value, p_holm].map(formatPValue);
  const verdict = p_holm < alpha
    ? `significant after Holm's correction (p = ${corrected.replace("< ", "below ")})`
    : test_result.p_value < alpha
    ? `not significant after Holm's correction (p = ${corrected}, ${p} before)`
    : `not significant (p = ${p})`;
  const limit = p_holm < alpha || !(detectable > 0)
    ? ""
    : `. ${method1.n} seeds that differ as these do show a difference of ${
      formatNumber(100 * detectable, 3)
    } points with probability 0.8`;
  return `${size}, ${verdict}, ${test_result.test}${limit}`;
}

function recordBlocks(
  { method1, method2, delong, bootstrap_records }: Comparison,
): MaybeBlock[] {
  return [
    delong !== null && table(
      `AUROC of each class on the same ${formatCount(delong.records)} test records, ` +
        "probabilities averaged over the common seeds, by DeLong's test",
      Object.entries(delong.classes),
      [
        ["class", ([name]) => name],
        [method1, ([, { auroc1 }]) => score(auroc1)],
        [method2, ([, { auroc2 }]) => score(auroc2)],
        ["difference", ([, each]) => difference(each.difference)],
        ["95 % interval", ([, each]) => differenceRange(each)],
        ["z", ([, { z }]) => score(z, 2)],
        ["p", ([, { p_value }]) => pValue(p_value)],
        ["p (Holm)", ([, { p_holm }]) => pValue(p_holm)],
        ["", ([, { p_holm }]) => significanceStars(p_holm)],
      ],
    ),
    bootstrap_records !== null && table(
      "The same averages, bootstrap over patients (1,000 resamples)",
      Object.entries(bootstrap_records),
      [
        ["metric", ([metric]) => metric],
        ["difference", ([, each]) => difference(each.difference)],
        ["95 % interval", ([, each]) => differenceRange(each)],
      ],
    ),
  ];
}

/** Gains of published single runs. */
function gainBlocks({ method1, method2, single_runs = [] }: Comparison): MaybeBlock[] {
  const items = single_runs.map(({ metric, value1, value2, points, percent }) =>
    `${metric}: ${value2.toFixed(4)} to ${value1.toFixed(4)}, ${
      formatSigned(percent, 2)
    } % relative, ${formatSigned(points, 2)} points; ${method1} is ${
      points > 0 ? "above" : points < 0 ? "below" : "equal to"
    } ${method2}`
  );
  return [items.length > 0 && text("Single runs, which no test can judge:"), list(items)];
}

/** How the tables are to be read. */
export function explanations(
  { comparisons }: Pick<StatisticalTestResults, "comparisons">,
  seedsKnown = true,
): string[] {
  return [
    "Differences are method - baseline. SD has n - 1 in its denominator" +
    (seedsKnown ? "" : ", or so it is read here"),
    "Stars follow the p-value after Holm's correction over the metrics of a comparison (over the " +
    "classes in DeLong's test): *** < 0.001, ** < 0.01, * < 0.05, ns: not significant",
    ...(seedsKnown
      ? [
        "The deciding test of paired seeds is the paired t test where Shapiro-Wilk's test does not " +
        "reject that the differences are normal, else Wilcoxon's signed-rank test; of independent " +
        "groups it is Mann-Whitney's. The others are for comparison",
        "Seeds say how training varies on these data; records and patients say how far these data " +
        "speak for others",
      ]
      : ["Values of the single seeds are not known: no rank test, no pairing, no bootstrap"]),
    ...(comparisons.some(({ paired }) => paired)
      ? [
        "Permutations flip signs of paired differences. Cohen's d of pairs is d_z. detectable: the " +
        "true difference that a paired t test of so many seeds finds with probability 0.8",
      ]
      : []),
    ...(comparisons.some(({ delong }) => delong !== null)
      ? ["DeLong's test takes records as independent; the bootstrap draws patients"]
      : []),
  ];
}

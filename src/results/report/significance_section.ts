/**
 * What `statistical-tests` found.
 *
 * @module
 */

import type { JsonValue } from "../../checkpoint/state_dict.ts";
import { type Block, type Cell, chartPicture, type Section, type Table } from "./document.ts";
import { intervalChart, type IntervalRow } from "../../plots/interval_chart.ts";
import { count, difference, meanSd, pValue, range, score } from "./cells.ts";
import type { Material } from "./configurations.ts";
import { entriesAt, field, listAt, numberAt, numbersAt, textAt } from "./json_fields.ts";

const TITLES: Readonly<Record<string, string>> = {
  auroc_macro: "AUROC",
  f1_macro: "F1",
  sensitivity_micro: "sensitivity",
  specificity_micro: "specificity",
};

/** Makes the section. */
export function significanceSection({ folder: { statistics } }: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "Differences are the first configuration minus the second, above 0 in favor of the " +
      "first. Seeds are paired where both configurations have them. Holm's correction takes all " +
      "metrics of a comparison together. A test over seeds asks whether training again would give " +
      "a difference of the same sign; DeLong's test and the bootstrap over records ask whether " +
      "other patients would (DeLong's takes records as independent, the bootstrap draws patients).",
  }];
  const comparisons = listAt(statistics?.content, "comparisons");
  if (statistics === undefined || comparisons.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Tests of the differences between configurations",
      command: "deno task statistical-tests --results-dir results",
      pictures: ["significance"],
    });
    return { id: "significance", title: "Significance", blocks };
  }
  const rows = comparisons.flatMap((comparison) =>
    entriesAt(comparison, "metrics").map(([metric, result]) => ({ comparison, metric, result }))
  );
  blocks.push({ kind: "table", table: testsTable(rows, statistics.path) });
  const picture = differencesPicture(rows, statistics.path);
  if (picture) blocks.push(picture);
  blocks.push({ kind: "table", table: besideTable(rows, statistics.path) });
  blocks.push(...recordTables(comparisons, statistics.path));
  return { id: "significance", title: "Significance", blocks };
}

interface Row {
  readonly comparison: JsonValue;
  readonly metric: string;
  readonly result: JsonValue;
}

function pairName(comparison: JsonValue): string {
  return `${textAt(comparison, "method1") ?? "?"} − ${textAt(comparison, "method2") ?? "?"}`;
}

function title(metric: string): string {
  return TITLES[metric] ?? metric;
}

function testsTable(rows: readonly Row[], path: string): Table {
  const summary = (result: JsonValue, method: string) => {
    const [mean, sd] = [numberAt(result, method, "mean"), numberAt(result, method, "std")];
    return Number.isFinite(sd)
      ? { text: `${mean.toFixed(4)} ± ${sd.toFixed(4)}`, sort: mean }
      : meanSd([mean]);
  };
  return {
    caption: `Decided by the test named, chosen by normality; 95 % t intervals of the mean ` +
      `difference; d: Cohen's d. Source: ${path}`,
    columns: [
      "comparison",
      "metric",
      "seeds",
      "first",
      "second",
      "difference",
      "95 % interval",
      "test",
      "p",
      "p (Holm)",
      "d",
      "smallest detectable",
    ],
    rows: rows.map(({ comparison, metric, result }) => [
      pairName(comparison),
      title(metric),
      count(listAt(comparison, "seeds").length),
      summary(result, "method1"),
      summary(result, "method2"),
      difference(numberAt(result, "improvement")),
      interval(field(result, "interval_95")),
      textAt(result, "test_result", "test") ?? "none",
      pValue(numberAt(result, "test_result", "p_value")),
      pValue(numberAt(result, "p_holm")),
      difference(numberAt(result, "cohens_d"), 2),
      score(numberAt(result, "smallest_detectable_difference")),
    ]),
  };
}

const BESIDE = [
  ["paired_t", "paired t"],
  ["wilcoxon", "Wilcoxon"],
  ["permutation", "permutation"],
  ["welch_t", "Welch t"],
  ["mann_whitney", "Mann-Whitney"],
] as const;

function besideTable(rows: readonly Row[], path: string): Table {
  return {
    caption: `p values of the other tests of the same difference, not corrected; bootstrap: 95 % ` +
      `interval over seeds. Source: ${path}`,
    columns: ["comparison", "metric", ...BESIDE.map(([, name]) => name), "bootstrap over seeds"],
    rows: rows.map(({ comparison, metric, result }) => [
      pairName(comparison),
      title(metric),
      ...BESIDE.map(([key]) => pValue(numberAt(result, key, "p_value"))),
      interval(field(result, "bootstrap_seeds")),
    ]),
  };
}

function interval(ends: JsonValue | undefined): Cell {
  const [low, high] = numbersAt(ends);
  return range(low ?? NaN, high ?? NaN, true);
}

/** DeLong's test and the bootstrap over records, where predictions were there. */
function recordTables(comparisons: readonly JsonValue[], path: string): Block[] {
  const delong = comparisons.flatMap((comparison) =>
    entriesAt(comparison, "delong", "classes").map(([name, result]) => [
      pairName(comparison),
      name,
      count(numberAt(comparison, "delong", "records")),
      score(numberAt(result, "auroc1")),
      score(numberAt(result, "auroc2")),
      difference(numberAt(result, "difference")),
      range(numberAt(result, "low"), numberAt(result, "high"), true),
      difference(numberAt(result, "z"), 2),
      pValue(numberAt(result, "p_value")),
      pValue(numberAt(result, "p_holm")),
    ])
  );
  const bootstrap = comparisons.flatMap((comparison) =>
    entriesAt(comparison, "bootstrap_records").map(([metric, result]) => [
      pairName(comparison),
      title(metric),
      difference(numberAt(result, "difference")),
      range(numberAt(result, "low"), numberAt(result, "high"), true),
    ])
  );
  if (delong.length === 0 && bootstrap.length === 0) {
    return [{
      kind: "missing",
      what:
        "DeLong's test and the bootstrap over records: they need test_predictions.csv of both " +
        "configurations",
      command: "deno task statistical-tests --results-dir results",
    }];
  }
  const tables: Table[] = [];
  if (delong.length > 0) {
    tables.push({
      caption: "DeLong's test of two AUROCs on the same test records, of probabilities averaged " +
        `over the common seeds; 95 % intervals. Source: ${path}`,
      columns: [
        "comparison",
        "class",
        "records",
        "first",
        "second",
        "difference",
        "95 % interval",
        "z",
        "p",
        "p (Holm)",
      ],
      rows: delong,
    });
  }
  if (bootstrap.length > 0) {
    tables.push({
      caption: "Differences with 95 % bootstrap intervals over the patients of the test fold, of " +
        `probabilities averaged over the common seeds. Source: ${path}`,
      columns: ["comparison", "metric", "difference", "95 % interval"],
      rows: bootstrap,
    });
  }
  return tables.map((table) => ({ kind: "table", table }));
}

function differencesPicture(rows: readonly Row[], path: string): Block | undefined {
  const pairs = [...new Set(rows.map(({ comparison }) => pairName(comparison)))];
  const baselines = [...new Set(rows.map(({ comparison }) => textAt(comparison, "method2")))];
  // A baseline that all share is named once, so that rows stay short.
  const rowName = (comparison: JsonValue) =>
    baselines.length === 1 ? textAt(comparison, "method1") ?? "?" : pairName(comparison);
  const drawn = rows.flatMap(({ comparison, metric, result }): IntervalRow[] => {
    const value = numberAt(result, "improvement");
    if (!Number.isFinite(value)) return [];
    const [low, high] = numbersAt(result, "interval_95");
    return [{
      name: pairs.length > 1 ? `${rowName(comparison)}, ${title(metric)}` : title(metric),
      value,
      ...(low === undefined || high === undefined ? {} : { low, high }),
    }];
  });
  if (drawn.length === 0) return undefined;
  const heading = pairs.length === 1
    ? pairs[0]
    : baselines.length === 1
    ? `Differences from ${baselines[0]}`
    : "Differences between configurations";
  const caption =
    "Difference of the test metrics; lines: 95 % t intervals of the mean over seeds. " +
    `Source: ${path}`;
  return {
    kind: "picture",
    picture: chartPicture("significance", {
      title: heading,
      caption,
      valueTitle: "Difference (above 0: the first is better)",
      rows: drawn,
    }, intervalChart),
  };
}

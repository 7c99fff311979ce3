import { defineComparison } from "../src/console/comparison.ts";
import { baselineOf } from "../src/console/views/comparison_view.ts";
import { LOSS_CHECKPOINTS } from "../src/console/documented_checkpoints.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { scoreTable } from "../src/console/views/score_table.ts";
import type {
  ClassifierComparison,
  ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import type { Interval } from "../src/metrics/bootstrap.ts";
import { OVERALL_METRICS } from "../src/metrics/multilabel_metrics.ts";
import { formatCount } from "../src/text/format.ts";

export const command = defineComparison({
  name: "compare-losses",
  summary: "Compare classifiers that were trained with different losses",
  description: [
    "Four metrics of each classifier and AUROC by class, with differences from --baseline in points " +
    "(100 × the difference of the metric) and intervals paired by record.",
  ],
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    {
      args: "--checkpoints bce=a.pt,weighted=b.pt,focal=c.pt --json losses.json",
      about: "Three losses, with a file",
    },
  ],
  documented: LOSS_CHECKPOINTS,
  atLeast: 2,
  flags: {},
  view: () => ({
    report: (comparison, { set }) =>
      [
        ...comparison.compared.map(overallTable),
        classTable(comparison, set.classNames),
        `Differences in ${UNIT}`,
      ].join("\n\n"),
    json: (comparison) => ({ difference_points: describePoints(comparison) }),
  }),
});

/** The unit of the differences. */
const UNIT = "points: 100 × (metric - baseline's metric), absolute";
const POINTS = { title: "points", signed: true, points: true };

function overallTable({ name, evaluation, difference }: ComparedClassifier): string {
  return scoreTable(OVERALL_METRICS, [
    { title: name, text: (metric) => metric },
    { title: "value", interval: (metric) => evaluation.intervals.overall[metric] },
    { ...POINTS, interval: (metric) => difference?.overall[metric] },
  ]);
}

/** AUROC of each class under each loss, with the difference from the baseline. */
function classTable(comparison: ClassifierComparison, classNames: readonly string[]): string {
  const { perClass } = baselineOf(comparison).evaluation;
  return scoreTable([...classNames.keys()], [
    { title: "AUROC by class", text: (c) => classNames[c] },
    { title: "records", align: "right", text: (c) => formatCount(perClass[c].support) },
    ...comparison.compared.flatMap(({ name, evaluation, difference }) => [
      { title: name, score: (c: number) => evaluation.intervals.perClass[c].auroc },
      { ...POINTS, interval: (c: number) => difference?.perClass[c].auroc },
    ]),
  ]);
}

function describePoints({ compared }: ClassifierComparison): Record<string, unknown> {
  const inPoints = ({ estimate, low, high, resamples }: Interval): Interval => ({
    estimate: 100 * estimate,
    low: 100 * low,
    high: 100 * high,
    resamples,
  });
  const described = compared.flatMap(({ name, difference }) => {
    if (difference === undefined) return [];
    const metrics = OVERALL_METRICS.map((key) => [key, inPoints(difference.overall[key])]);
    return [[name, Object.fromEntries(metrics)]];
  });
  return { unit: UNIT, ...Object.fromEntries(described) };
}

if (import.meta.main) await runCommand(command);

/**
 * The main tables: the four metrics on the test and the validation fold.
 *
 * @module
 */

import { bootstrapIntervals } from "../../../metrics/bootstrap.ts";
import { OVERALL_METRICS } from "../../../metrics/multilabel_metrics.ts";
import { barChart } from "../../../plots/bar_chart.ts";
import { meanInterval } from "../../../stats/mean_interval.ts";
import { formatCount, plural } from "../../../text/format.ts";
import { patientClusters } from "../../test_predictions.ts";
import { count, meanSd, range, score } from "../cells.ts";
import { type Block, chart, missing, type Section, table, text } from "../document.ts";
import { type Configuration, predictionsOf, type ReportInput } from "../report_input.ts";
import { metricTitle } from "../metric_titles.ts";

type Fold = "validation" | "test";

/** Makes the section. */
export function performanceSection(input: ReportInput): Section {
  const { configurations, singles, multiseed } = input;
  const source = multiseed?.path ?? "result.json of the runs";
  const caption = testCaption(configurations, source);
  const failures = multiseed?.content.failures ?? [];
  return {
    id: "performance",
    title: "Performance",
    blocks: [
      text(
        "AUROC and F1 are means over the classes; sensitivity and specificity count all pairs of " +
          "record and class, at a threshold of 0.5. The epoch was chosen on the validation fold " +
          "(9), and the test fold (10) was looked at once, with that epoch. Intervals are " +
          "Student's t intervals of the mean over seeds; they say how much training varies, not " +
          "how much other patients would, and with few seeds they may leave the range of the " +
          "metric.",
      ),
      ...(configurations.length === 0
        ? [missing("train-multiseed", "Results of classifiers", ["test_auroc"])]
        : [
          scoresTable(configurations, "test", caption),
          ...aurocPicture(configurations, caption),
          scoresTable(
            configurations,
            "validation",
            `Validation fold, on which the epoch was chosen: optimistic. Source: ${source}`,
          ),
          ...(multiseed === undefined
            ? [missing("train-multiseed", "Several seeds of one configuration")]
            : []),
        ]),
      ...(failures.length === 0 ? [] : [table({
        caption: `Runs that failed and are missing above. Source: ${source}`,
        columns: ["configuration", "seed", "error"],
        rows: failures.map(({ configuration, seed, error }) => [configuration, count(seed), error]),
      })]),
      ...(singles.length > 0 ? [singlesTable(singles)] : []),
    ],
  };
}

function testCaption(configurations: readonly Configuration[], source: string): string {
  const records = configurations.flatMap((each) => predictionsOf(each)[0]?.ids.length ?? []);
  const about = [
    ...(configurations.some(({ seeds }) => seeds.length > 1)
      ? ["mean ± SD over seeds, 95 % t intervals of the mean"]
      : []),
    ...(configurations.some(({ seeds }) => seeds.length === 1)
      ? ["of a single run, 95 % bootstrap intervals over patients"]
      : []),
  ];
  return `Test fold${records.length > 0 ? `, n = ${formatCount(records[0])} records` : ""}; ` +
    `${about.join("; ")}. Source: ${source}`;
}

/** Interval of AUROC or F1: over seeds, or of a single run over its patients. */
function intervalOf(
  configuration: Configuration,
  fold: Fold,
  metric: "auroc_macro" | "f1_macro",
): { low: number; high: number } {
  const { seeds } = configuration;
  const [predictions] = predictionsOf(configuration);
  if (seeds.length !== 1 || fold !== "test" || predictions === undefined) {
    return meanInterval(seeds.map((seed) => seed[fold][metric]));
  }
  const { labels, probabilities, classNames } = predictions;
  return bootstrapIntervals(labels, probabilities, {
    classes: classNames.length,
    clusters: patientClusters(predictions),
    seed: 42,
  }).overall[metric];
}

function scoresTable(
  configurations: readonly Configuration[],
  fold: Fold,
  caption: string,
): Block {
  return table({
    caption,
    columns: [
      "configuration",
      "seeds",
      "AUROC",
      "95 % interval",
      "F1",
      "95 % interval",
      "sensitivity",
      "specificity",
    ],
    rows: configurations.map((configuration) => {
      const { name, seeds } = configuration;
      const [auroc, f1, sensitivity, specificity] = OVERALL_METRICS.map((metric) =>
        meanSd(seeds.map((seed) => seed[fold][metric]))
      );
      return [
        name,
        count(seeds.length),
        auroc,
        range(intervalOf(configuration, fold, "auroc_macro")),
        f1,
        range(intervalOf(configuration, fold, "f1_macro")),
        sensitivity,
        specificity,
      ];
    }),
  });
}

function aurocPicture(configurations: readonly Configuration[], caption: string): Block[] {
  const bars = configurations.flatMap((configuration) => {
    const { name, seeds } = configuration;
    const { n, mean } = meanInterval(seeds.map(({ test }) => test.auroc_macro));
    if (n === 0) return [];
    const { low, high } = intervalOf(configuration, "test", "auroc_macro");
    return [{ name: `${name} (${plural(n, "seed")})`, value: mean, low, high }];
  });
  if (bars.length === 0) return [];
  return [chart("test_auroc", {
    title: "Test macro AUROC",
    caption,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    bars,
  }, barChart)];
}

function singlesTable(singles: readonly Configuration[]): Block {
  return table({
    caption: "Single runs, of which no experiment is made. Source: result.json of each folder",
    columns: [
      "run",
      "command",
      "seed",
      "best epoch",
      "validation AUROC",
      ...OVERALL_METRICS.map((metric) => `test ${metricTitle(metric)}`),
    ],
    rows: singles.flatMap(({ name, seeds }) =>
      seeds.map(({ seed, bestEpoch, validation, test, run }) => [
        name,
        run?.config.command ?? "",
        count(seed),
        count(bestEpoch),
        score(validation.auroc_macro),
        ...OVERALL_METRICS.map((metric) => score(test[metric])),
      ])
    ),
  });
}

/** The main tables: the four metrics on the test and the validation fold. */

import { bootstrapIntervals } from "../../../metrics/bootstrap.ts";
import { type MultilabelMetrics, OVERALL_METRICS } from "../../../metrics/multilabel_metrics.ts";
import { barChart } from "../../../plots/bar_chart.ts";
import { meanInterval } from "../../../stats/mean_interval.ts";
import { formatCount, plural } from "../../../text/format.ts";
import { patientClusters } from "../../test_predictions.ts";
import { count, meanColumns, meanSd, score } from "../cells.ts";
import { chart, type Column, type MaybeBlock, missing, section, table } from "../document.ts";
import {
  type Configuration,
  predictionsOf,
  type ReportInput,
  type SeedResult,
} from "../report_input.ts";
import { metricTitle } from "../metric_titles.ts";

type Fold = "validation" | "test";

/** Makes the section. */
export function performanceSection({ configurations, singles, multiseed }: ReportInput) {
  const source = multiseed?.path ?? "result.json of the runs";
  const caption = testCaption(configurations, source);
  const none = configurations.length === 0;
  return section(
    "performance",
    "Performance",
    "AUROC and F1 are means over the classes; sensitivity and specificity count all pairs of " +
      "record and class, at a threshold of 0.5. The epoch was chosen on the validation fold " +
      "(9), and the test fold (10) was looked at once, with that epoch. Intervals are " +
      "Student's t intervals of the mean over seeds; they say how much training varies, not " +
      "how much other patients would, and with few seeds they may leave the range of the " +
      "metric.",
    none && missing("train-multiseed", "Results of classifiers", ["test_auroc"]),
    scoresTable(configurations, "test", caption),
    aurocPicture(configurations, caption),
    scoresTable(
      configurations,
      "validation",
      `Validation fold, on which the epoch was chosen: optimistic. Source: ${source}`,
    ),
    !none && multiseed === undefined &&
      missing("train-multiseed", "Several seeds of one configuration"),
    table(
      `Runs that failed and are missing above. Source: ${source}`,
      multiseed?.content.failures ?? [],
      [
        ["configuration", ({ configuration }) => configuration],
        ["seed", ({ seed }) => count(seed)],
        ["error", ({ error }) => error],
      ],
    ),
    table(
      "Single runs, of which no experiment is made. Source: result.json of each folder",
      singles.flatMap(({ name, seeds }) => seeds.map((seed) => ({ name, ...seed }))),
      [
        ["run", ({ name }) => name],
        ["command", ({ run }) => run?.config.command ?? ""],
        ["seed", ({ seed }) => count(seed)],
        ["best epoch", ({ bestEpoch }) => count(bestEpoch)],
        ["validation AUROC", ({ validation }) => score(validation.auroc_macro)],
        ...OVERALL_METRICS.map((metric): Column<SeedResult> => [
          `test ${metricTitle(metric)}`,
          ({ test }) => score(test[metric]),
        ]),
      ],
    ),
  );
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
): MaybeBlock {
  const values = ({ seeds }: Configuration, metric: keyof MultilabelMetrics) =>
    seeds.map((seed) => seed[fold][metric]);
  const columns = (title: string, metric: "auroc_macro" | "f1_macro") =>
    meanColumns(
      title,
      (each: Configuration) => values(each, metric),
      (each) => intervalOf(each, fold, metric),
    );
  return table(caption, configurations, [
    ["configuration", ({ name }) => name],
    ["seeds", ({ seeds }) => count(seeds.length)],
    ...columns("AUROC", "auroc_macro"),
    ...columns("F1", "f1_macro"),
    ["sensitivity", (each) => meanSd(values(each, "sensitivity_micro"))],
    ["specificity", (each) => meanSd(values(each, "specificity_micro"))],
  ]);
}

function aurocPicture(configurations: readonly Configuration[], caption: string): MaybeBlock {
  const bars = configurations.flatMap((configuration) => {
    const { name, seeds } = configuration;
    const { n, mean } = meanInterval(seeds.map(({ test }) => test.auroc_macro));
    if (n === 0) return [];
    const { low, high } = intervalOf(configuration, "test", "auroc_macro");
    return [{ name: `${name} (${plural(n, "seed")})`, value: mean, low, high }];
  });
  return bars.length > 0 && chart("test_auroc", {
    title: "Test macro AUROC",
    caption,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    bars,
  }, barChart);
}

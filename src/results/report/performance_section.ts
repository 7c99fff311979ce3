/**
 * The main tables: the four metrics on the test and the validation fold.
 *
 * @module
 */

import { bootstrapIntervals } from "../../metrics/bootstrap.ts";
import type { MultilabelMetrics } from "../../metrics/multilabel_metrics.ts";
import { barChart } from "../../plots/bar_chart.ts";
import { type Block, chartPicture, type Section, type Table } from "./document.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { count, meanSd, plural, range, score } from "./cells.ts";
import { clustersOf, type Configuration, type Material, predictionsOf } from "./configurations.ts";

const METRICS: readonly (readonly [keyof MultilabelMetrics, string])[] = [
  ["auroc_macro", "AUROC"],
  ["f1_macro", "F1"],
  ["sensitivity_micro", "sensitivity"],
  ["specificity_micro", "specificity"],
];

/** Makes the section. */
export function performanceSection(material: Material): Section {
  const { configurations, singles, failures, multiseed } = material;
  const blocks: Block[] = [{
    kind: "text",
    text: "AUROC and F1 are means over the classes; sensitivity and specificity count all pairs " +
      "of record and class, at a threshold of 0.5. The epoch was chosen on the validation fold " +
      "(9), and the test fold (10) was looked at once, with that epoch. Intervals are Student's " +
      "t intervals of the mean over seeds; they say how much training varies, not how much " +
      "other patients would, and with few seeds they may leave the range of the metric.",
  }];
  if (configurations.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Results of classifiers",
      command: "deno task train-multiseed",
      pictures: ["test_auroc"],
    });
  } else {
    const source = multiseed === undefined ? "result.json of the runs" : multiseed.path;
    blocks.push(
      { kind: "table", table: scoresTable(configurations, "test", testCaption(material, source)) },
      ...aurocPicture(configurations, testCaption(material, source)),
      {
        kind: "table",
        table: scoresTable(
          configurations,
          "validation",
          `Validation fold, on which the epoch was chosen: optimiztic. Source: ${source}`,
        ),
      },
    );
  }
  if (multiseed === undefined && configurations.length > 0) {
    blocks.push({
      kind: "missing",
      what: "Several seeds of one configuration",
      command: "deno task train-multiseed",
    });
  }
  if (failures.length > 0) {
    blocks.push({
      kind: "table",
      table: {
        caption: `Runs that failed and are missing above. Source: ${multiseed!.path}`,
        columns: ["configuration", "seed", "error"],
        rows: failures.map(({ configuration, seed, error }) => [configuration, count(seed), error]),
      },
    });
  }
  if (singles.length > 0) blocks.push({ kind: "table", table: singlesTable(singles) });
  return { id: "performance", title: "Performance", blocks };
}

function testCaption({ configurations }: Material, source: string): string {
  const records = configurations.flatMap((each) => predictionsOf(each)[0]?.ids.length ?? []);
  const about = [
    ...(configurations.some(({ seeds }) => seeds.length > 1)
      ? ["mean ± SD over seeds, 95 % t intervals of the mean"]
      : []),
    ...(configurations.some(({ seeds }) => seeds.length === 1)
      ? ["of a single run, 95 % bootstrap intervals over patients"]
      : []),
  ];
  return `Test fold${records.length > 0 ? `, n = ${count(records[0]).text} records` : ""}; ` +
    `${about.join("; ")}. Source: ${source}`;
}

/** Ends of the interval of AUROC or F1: over seeds, or of a single run over its patients. */
function intervalOf(
  configuration: Configuration,
  fold: "validation" | "test",
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
    clusters: clustersOf(predictions),
    seed: 42,
  }).overall[metric];
}

function scoresTable(
  configurations: readonly Configuration[],
  fold: "validation" | "test",
  caption: string,
): Table {
  return {
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
      const interval = (metric: "auroc_macro" | "f1_macro") => {
        const { low, high } = intervalOf(configuration, fold, metric);
        return range(low, high);
      };
      const [auroc, f1, sensitivity, specificity] = METRICS.map(([metric]) =>
        seeds.map((seed) => seed[fold][metric])
      );
      return [
        name,
        count(seeds.length),
        meanSd(auroc),
        interval("auroc_macro"),
        meanSd(f1),
        interval("f1_macro"),
        meanSd(sensitivity),
        meanSd(specificity),
      ];
    }),
  };
}

function aurocPicture(configurations: readonly Configuration[], caption: string): Block[] {
  const bars = configurations.flatMap((configuration) => {
    const { name, seeds } = configuration;
    const { n, mean } = meanInterval(seeds.map(({ test }) => test.auroc_macro));
    if (n === 0) return [];
    const { low, high } = intervalOf(configuration, "test", "auroc_macro");
    const bar = { name: `${name} (${plural(n, "seed")})`, value: mean };
    return [Number.isFinite(low) ? { ...bar, low, high } : bar];
  });
  if (bars.length === 0) return [];
  const picture = chartPicture("test_auroc", {
    title: "Test macro AUROC",
    caption,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    bars,
  }, barChart);
  return [{ kind: "picture", picture }];
}

function singlesTable(singles: readonly Configuration[]): Table {
  return {
    caption: "Single runs, of which no experiment is made. Source: result.json of each folder",
    columns: [
      "run",
      "command",
      "seed",
      "best epoch",
      "validation AUROC",
      ...METRICS.map(([, title]) => `test ${title}`),
    ],
    rows: singles.flatMap(({ name, seeds }) =>
      seeds.map(({ seed, bestEpoch, validation, test, run }) => [
        name,
        String(run?.config.command ?? ""),
        count(seed),
        count(bestEpoch),
        score(validation.auroc_macro),
        ...METRICS.map(([metric]) => score(test[metric])),
      ])
    ),
  };
}

/** Metrics class by class on the test fold. */

import { groupedBarChart } from "../../../plots/grouped_bar_chart.ts";
import { meanInterval } from "../../../stats/mean_interval.ts";
import { plural } from "../../../text/format.ts";
import { count, meanColumns, meanSd } from "../cells.ts";
import { type Block, chart, missing, section, table } from "../document.ts";
import { chartPieces, classesOf, type Configuration, type ReportInput } from "../report_input.ts";

/** Makes the section. */
export function classesSection({ configurations }: ReportInput) {
  const classes = classesOf(configurations);
  const shown = configurations.filter((each) => classesOf([each]).length > 0);
  return section(
    "classes",
    "Classes",
    "Each class against all other records. AUPRC is the average precision; a useless " +
      "classifier reaches the class's share of the records. Records with the class are those " +
      "of the test fold.",
    classes.length === 0 && missing("train-multiseed", "Metrics per class", ["per_class_auroc"]),
    classesTable(shown, classes),
    ...pictures(shown, classes),
  );
}

type Score = "support" | "auroc" | "auprc" | "f1";

function valuesOf({ seeds }: Configuration, name: string, key: Score): number[] {
  return seeds.flatMap(({ perClass }) => perClass[name]?.[key] ?? []);
}

function classesTable(shown: readonly Configuration[], classes: readonly string[]) {
  const rows = classes.flatMap((name) =>
    shown.map((configuration) => ({
      name,
      configuration,
      values: (key: Score) => valuesOf(configuration, name, key),
    }))
  );
  return table("Test fold, mean ± SD over seeds, 95 % t intervals of the mean", rows, [
    ["class", ({ name }) => name],
    ["configuration", ({ configuration }) => configuration.name],
    ["records with the class", ({ values }) => count(values("support")[0] ?? NaN)],
    ...meanColumns("AUROC", ({ values }: typeof rows[number]) => values("auroc")),
    ["AUPRC", ({ values }) => meanSd(values("auprc"))],
    ["F1", ({ values }) => meanSd(values("f1"))],
  ]);
}

function pictures(configurations: readonly Configuration[], all: readonly string[]): Block[] {
  return chartPieces("per_class_auroc", configurations).flatMap(([file, piece]) => {
    const intervals = (name: string) =>
      piece.map((each) => meanInterval(valuesOf(each, name, "auroc")));
    // A bar needs a value in every configuration.
    const groups = all.filter((name) => intervals(name).every(({ n }) => n > 0));
    if (groups.length === 0) return [];
    const byGroup = groups.map(intervals);
    const seeds = Math.max(...piece.map((each) => each.seeds.length));
    return [chart(file, {
      title: "Test AUROC by class",
      caption: `Test fold, mean over up to ${plural(seeds, "seed")}; lines: 95 % t intervals of ` +
        "the mean",
      groupTitle: "Class",
      groups,
      valueTitle: "AUROC (0.5 = chance)",
      base: 0.5,
      series: piece.map(({ name }, i) => ({
        name,
        values: byGroup.map((group) => group[i].mean),
        low: byGroup.map((group) => group[i].low),
        high: byGroup.map((group) => Math.min(1, group[i].high)),
      })),
    }, groupedBarChart)];
  });
}

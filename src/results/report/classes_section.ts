/**
 * Metrics class by class on the test fold.
 *
 * @module
 */

import { type Block, chartPicture, type Section } from "./document.ts";
import { groupedBarChart } from "../../plots/grouped_bar_chart.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { count, meanSd, tInterval } from "./cells.ts";
import {
  classesOf,
  type ClassScores,
  type Configuration,
  inSixes,
  type Material,
  pieceName,
} from "./configurations.ts";

/** Makes the section. */
export function classesSection({ configurations }: Material): Section {
  const shown = configurations.filter(({ seeds }) =>
    seeds.some(({ perClass }) => perClass.size > 0)
  );
  const classes = classesOf(shown);
  const blocks: Block[] = [{
    kind: "text",
    text: "Each class against all other records. AUPRC is the average precision; a useless " +
      "classifier reaches the class's share of the records. Records with the class are those of " +
      "the test fold.",
  }];
  if (classes.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Metrics per class",
      command: "deno task train-multiseed",
      pictures: ["per_class_auroc"],
    });
    return { id: "classes", title: "Classes", blocks };
  }
  blocks.push({
    kind: "table",
    table: {
      caption: "Test fold, mean ± SD over seeds, 95 % t intervals of the mean",
      columns: [
        "class",
        "configuration",
        "records with the class",
        "AUROC",
        "95 % interval",
        "AUPRC",
        "F1",
      ],
      rows: classes.flatMap((name) =>
        shown.map((configuration) => {
          const values = (key: keyof ClassScores) => valuesOf(configuration, name, key);
          return [
            name,
            configuration.name,
            count(values("support")[0] ?? NaN),
            meanSd(values("auroc")),
            tInterval(values("auroc")),
            meanSd(values("auprc")),
            meanSd(values("f1")),
          ];
        })
      ),
    },
  });
  blocks.push(...pictures(shown, classes));
  return { id: "classes", title: "Classes", blocks };
}

function valuesOf({ seeds }: Configuration, name: string, key: keyof ClassScores): number[] {
  return seeds.flatMap(({ perClass }) => perClass.get(name)?.[key] ?? []);
}

function pictures(configurations: readonly Configuration[], all: readonly string[]): Block[] {
  return inSixes(configurations).flatMap((piece, index): Block[] => {
    // A bar needs a value in every configuration.
    const classes = all.filter((name) =>
      piece.every((each) => Number.isFinite(meanInterval(valuesOf(each, name, "auroc")).mean))
    );
    if (classes.length === 0) return [];
    const seeds = Math.max(...piece.map((each) => each.seeds.length));
    const title = "Test AUROC by class";
    const caption =
      `Test fold, mean over up to ${seeds} ${seeds === 1 ? "seed" : "seeds"}; lines: ` +
      "95 % t intervals of the mean";
    return [{
      kind: "picture",
      picture: chartPicture(pieceName("per_class_auroc", index), {
        title,
        caption,
        groupTitle: "Class",
        groups: classes,
        valueTitle: "AUROC (0.5 = chance)",
        base: 0.5,
        series: piece.map((each) => {
          const means = classes.map((name) => meanInterval(valuesOf(each, name, "auroc")));
          return {
            name: each.name,
            values: means.map(({ mean }) => mean),
            low: means.map(({ low }) => low),
            high: means.map(({ high }) => Math.min(1, high)),
          };
        }),
      }, groupedBarChart),
    }];
  });
}

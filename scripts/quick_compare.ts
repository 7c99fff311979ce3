import { defineComparison } from "../src/console/comparison.ts";
import { baselineOf, differenceOf, metricOf } from "../src/console/views/comparison_view.ts";
import { LOSS_CHECKPOINTS } from "../src/console/documented_checkpoints.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { type ScoreColumn, scoreTable } from "../src/console/views/score_table.ts";
import type {
  ClassifierComparison,
  ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import type { Interval } from "../src/metrics/bootstrap.ts";

export const command = defineComparison({
  name: "quick-compare",
  summary: "Compare AUROC and F1 of classifiers in a few lines",
  description: [
    "Says of each difference from --baseline whether its interval, paired by record, excludes 0.",
  ],
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    { args: "checkpoints/supervised.pt checkpoints/finetuned.pt", about: "Two files" },
  ],
  documented: LOSS_CHECKPOINTS,
  atLeast: 2,
  flags: {},
  view: () => ({
    report: (comparison) =>
      [scoreTable(comparison.compared, COLUMNS), "", ...remarks(comparison)].join("\n"),
  }),
});

const SHOWN = [["auroc_macro", "AUROC"], ["f1_macro", "F1"]] as const;

const COLUMNS: readonly ScoreColumn<ComparedClassifier>[] = [
  { title: "name", text: ({ name }) => name },
  ...SHOWN.flatMap(([metric, title]) => [
    { title, score: metricOf(metric) },
    { title: "difference", interval: differenceOf(metric), signed: true },
  ]),
];

/** A line a difference. */
function remarks(comparison: ClassifierComparison): string[] {
  const base = baselineOf(comparison).name;
  return comparison.compared.flatMap(({ name, difference }) =>
    difference === undefined
      ? []
      : SHOWN.map(([metric, title]) =>
        `${name}: ${title} ${inWords(difference.overall[metric], base)}`
      )
  );
}

function inWords({ low, high }: Interval, base: string): string {
  if (!Number.isFinite(low)) return "is not defined on these records";
  if (low > 0) return `is higher than that of ${base}: the interval excludes 0`;
  if (high < 0) return `is lower than that of ${base}: the interval excludes 0`;
  return `cannot be told from that of ${base}: the interval includes 0`;
}

if (import.meta.main) await runCommand(command);

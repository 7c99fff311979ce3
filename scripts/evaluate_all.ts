import { findCheckpointsSync } from "../src/checkpoint/find_checkpoints.ts";
import { runComparison } from "../src/console/comparison.ts";
import {
  describeClassifier,
  drawAuroc,
  METHOD_COLUMN,
  METRIC_COLUMNS,
  metricsCsv,
} from "../src/console/views/comparison_view.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { evaluationFlags } from "../src/console/flags/evaluation_flags.ts";
import { pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { type ScoreColumn, scoreTable } from "../src/console/views/score_table.ts";
import {
  byAuroc,
  type ClassifierComparison,
  type ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import { evaluateAllResults } from "../src/results/schema/kinds.ts";
import { formatCount, formatPath } from "../src/text/format.ts";

export const command = defineCommand({
  name: "evaluate-all",
  summary: "Evaluate every classifier in a folder on the test fold, in one table",
  description: [
    "Takes the .pt and .safetensors files of a folder at any depth, or those that match a glob. " +
    "Each is evaluated with the normalization it carries. Encoders, damaged files and classifiers " +
    "of other classes are listed with the reason.",
  ],
  flags: {
    "checkpoints": pathFlag({
      default: "checkpoints/",
      description: "Folder, or glob in quotes",
    }),
    ...evaluationFlags(false, "Seed of the bootstrap"),
    "csv": pathFlag({ description: "Write the table as CSV, all metrics with intervals" }),
    "json": pathFlag({ description: "Write metrics, intervals and classes as JSON" }),
    "figure": pathFlag({ description: "Draw AUROC with intervals as SVG" }),
  },
  positionals: {
    name: "PATH...",
    description: "More folders, files or globs; without --checkpoints, these alone",
  },
  examples: [
    { args: "", about: "All of checkpoints/" },
    {
      args: "--checkpoints results/ablation --csv ablation.csv --figure ablation.svg",
      about: "Another folder, with files for a paper",
    },
    { args: "checkpoints/finetuned.pt checkpoints/supervised.pt", about: "Two files" },
  ],
  async run(flags, context) {
    // Files given alone replace the default folder; after the flag they add to it, as where a shell
    // has expanded `--checkpoints checkpoints/*.pt`.
    const paths = findCheckpointsSync(
      context.positionals.length > 0 && !context.given.has("checkpoints")
        ? context.positionals
        : [flags.checkpoints, ...context.positionals],
    );
    const sorted = ({ compared }: ClassifierComparison) => compared.toSorted(byAuroc);
    await runComparison(flags, context, {
      command: "evaluate-all",
      checkpoints: paths.map((path) => ({ name: path, path })),
      baseline: null,
      about: [["Checkpoints", formatCount(paths.length)]],
      title: () => "",
      report: (comparison) => scoreTable(sorted(comparison), COLUMNS),
      csv: (comparison) => metricsCsv(sorted(comparison), FACTS),
      resultKind: evaluateAllResults,
      json: async (comparison, { set }) => ({
        checkpoints: await Promise.all(
          sorted(comparison).map((each) => describeClassifier(each, set.classNames)),
        ),
      }),
      draw: drawAuroc(
        "Classifiers on the same records",
        ({ path }) => ({ name: formatPath(path) }),
      ),
    });
  },
});

const COLUMNS: readonly ScoreColumn<ComparedClassifier>[] = [
  { title: "checkpoint", text: ({ path }) => formatPath(path) },
  METHOD_COLUMN,
  { title: "architecture", text: ({ architecture }) => architecture },
  { title: "epoch", align: "right", text: ({ epoch = "-" }) => String(epoch) },
  ...METRIC_COLUMNS,
];

/** Columns of the CSV file before the metrics. */
const FACTS = [
  "checkpoint",
  "method",
  "architecture",
  "epoch",
  "normalisation",
  "records",
] as const;

if (import.meta.main) await runCommand(command);

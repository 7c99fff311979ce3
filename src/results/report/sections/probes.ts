/** What encoders know before anything is fine-tuned: `linear-probe` and `knn-probe`. */

import { barChart } from "../../../plots/bar_chart.ts";
import { mean } from "../../../stats/descriptive.ts";
import { formatCount, formatPath } from "../../../text/format.ts";
import { count, differenceColumns, estimateColumns, score } from "../cells.ts";
import { chart, type MaybeBlock, missing, section, table } from "../document.ts";
import type { ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

type Probe = FileOf<"probe">["content"];

/** Makes the section. */
export function probesSection({ folder }: ReportInput) {
  const files = filesOf(folder, "probe");
  const probes = files.map(({ content }) => content);
  return section(
    "probes",
    "Probes",
    "A simple classifier on the features of a frozen encoder. The gain is over the mean of " +
      "encoders with random weights of the same shape, paired by record: what pretraining " +
      "added.",
    probes.length === 0 && missing("linear-probe", "Probes of frozen encoders", ["probes"]),
    picture(probes),
    table(
      "Macro AUROC with 95 % bootstrap intervals over records. Source: " +
        files.map(({ path }) => path).join(", "),
      probes,
      [
        ["checkpoint", ({ checkpoint }) => formatPath(checkpoint)],
        ["probe", probeName],
        ["fold", ({ fold }) => fold === "each" ? "each in turn" : count(fold)],
        ["records", ({ records }) => count(records)],
        ["labeled", ({ labelled }) => count(labelled)],
        ...estimateColumns("AUROC", ({ trained }: Probe) => trained.intervals_95.auroc_macro),
        ...differenceColumns("gain over random", ({ gain }: Probe) => gain.auroc_macro),
        ["F1", ({ trained }) => score(trained.metrics.f1_macro)],
      ],
    ),
  );
}

function picture(probes: readonly Probe[]): MaybeBlock {
  const bars = probes.flatMap((probe) => {
    const value = probe.trained.metrics.auroc_macro;
    if (!Number.isFinite(value)) return [];
    const { low, high } = probe.trained.intervals_95.auroc_macro;
    const others = probe.random.map(({ metrics }) => metrics.auroc_macro).filter(Number.isFinite);
    return [
      { name: formatPath(probe.checkpoint), value, low, high, group: "checkpoint" },
      ...(others.length === 0 ? [] : [{
        name: `${probeName(probe)}, random weights`,
        value: mean(others),
        group: "random weights",
      }]),
    ];
  });
  return bars.length > 0 && chart("probes", {
    title: "Probes of frozen encoders",
    caption: `Test fold, n = ${formatCount(probes[0].records)} records; lines: 95 % ` +
      "bootstrap intervals over records",
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    bars,
  }, barChart);
}

function probeName({ command }: Probe): string {
  return command === "knn-probe" ? "nearest neighbors" : "linear";
}

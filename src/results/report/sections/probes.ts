/**
 * What encoders know before anything is fine-tuned: `linear-probe` and `knn-probe`.
 *
 * @module
 */

import { barChart } from "../../../plots/bar_chart.ts";
import { mean } from "../../../stats/descriptive.ts";
import { formatCount, formatPath } from "../../../text/format.ts";
import { count, difference, differenceRange, range, score } from "../cells.ts";
import { type Block, chart, missing, type Section, table, text } from "../document.ts";
import type { ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

/** Makes the section. */
export function probesSection({ folder }: ReportInput): Section {
  const probes = filesOf(folder, "probe");
  return {
    id: "probes",
    title: "Probes",
    blocks: [
      text(
        "A simple classifier on the features of a frozen encoder. The gain is over the mean of " +
          "encoders with random weights of the same shape, paired by record: what pretraining " +
          "added.",
      ),
      ...(probes.length === 0
        ? [missing("linear-probe", "Probes of frozen encoders", ["probes"])]
        : [...picture(probes), probesTable(probes)]),
    ],
  };
}

function picture(probes: readonly FileOf<"probe">[]): Block[] {
  const bars = probes.flatMap(({ content: { trained, random, ...content } }) => {
    const value = trained.metrics.auroc_macro;
    if (!Number.isFinite(value)) return [];
    const { low, high } = trained.intervals_95.auroc_macro;
    const others = random.map(({ metrics }) => metrics.auroc_macro).filter(Number.isFinite);
    return [
      { name: formatPath(content.checkpoint), value, low, high, group: "checkpoint" },
      ...(others.length === 0 ? [] : [{
        name: `${probeName(content)}, random weights`,
        value: mean(others),
        group: "random weights",
      }]),
    ];
  });
  if (bars.length === 0) return [];
  return [chart("probes", {
    title: "Probes of frozen encoders",
    caption: `Test fold, n = ${formatCount(probes[0].content.records)} records; lines: 95 % ` +
      "bootstrap intervals over records",
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    bars,
  }, barChart)];
}

function probesTable(probes: readonly FileOf<"probe">[]): Block {
  return table({
    caption: "Macro AUROC with 95 % bootstrap intervals over records. Source: " +
      probes.map(({ path }) => path).join(", "),
    columns: [
      "checkpoint",
      "probe",
      "fold",
      "records",
      "labeled",
      "AUROC",
      "95 % interval",
      "gain over random",
      "95 % interval",
      "F1",
    ],
    rows: probes.map(({ content }) => [
      formatPath(content.checkpoint),
      probeName(content),
      content.fold === "each" ? "each in turn" : count(content.fold),
      count(content.records),
      count(content.labelled),
      score(content.trained.metrics.auroc_macro),
      range(content.trained.intervals_95.auroc_macro),
      difference(content.gain.auroc_macro.estimate),
      differenceRange(content.gain.auroc_macro),
      score(content.trained.metrics.f1_macro),
    ]),
  });
}

function probeName({ command }: { readonly command: string }): string {
  return command === "knn-probe" ? "nearest neighbors" : "linear";
}

/** What noise and gaps cost: sweeps of `evaluate`. */

import { groupedBarChart } from "../../../plots/grouped_bar_chart.ts";
import { robustnessPanels } from "../../../plots/robustness_panels.ts";
import { formatCount, formatPath } from "../../../text/format.ts";
import { describeCondition } from "../../../data/signals/conditions.ts";
import { differenceColumns, estimateColumns, score } from "../cells.ts";
import { chart, curves, type MaybeBlock, missing, section, table } from "../document.ts";
import { chartPieces, pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

type Point = NonNullable<FileOf<"evaluate">["content"]["sweep"]>[number];

interface Sweep {
  readonly name: string;
  readonly points: readonly Point[];
}

const PICTURES = ["robustness_curves", "robustness_comparison"];

/** Makes the section. */
export function robustnessSection({ folder }: ReportInput) {
  const files = filesOf(folder, "evaluate").filter(({ content }) =>
    content.sweep !== undefined && content.sweep.length > 1
  );
  const sweeps = files.map(({ content }): Sweep => ({
    name: formatPath(content.checkpoint),
    points: content.sweep!,
  }));
  const { fold = NaN, records = NaN } = files[0]?.content ?? {};
  const about = `fold ${fold}, n = ${formatCount(records)} records`;
  const rows = sweeps.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  return section(
    "robustness",
    "Robustness",
    "The test records with white noise added, or with a part of each record set to zero. A " +
      "record has the same noise at every strength, only scaled. Intervals are bootstrap " +
      "intervals over records; changes are paired by record.",
    sweeps.length === 0 && missing("evaluate", "Sweeps of noise and gaps", PICTURES),
    ...chartPieces("", sweeps).flatMap(([, piece], index) => [
      strengthCurves(piece, about, pieceName(PICTURES[0], index)),
      comparison(piece, about, pieceName(PICTURES[1], index)),
    ]),
    table(
      "Macro AUROC under each condition, 95 % bootstrap intervals over records. Source: " +
        files.map(({ path }) => path).join(", "),
      rows,
      [
        ["checkpoint", ({ name }) => name],
        ["condition", conditionOf],
        ...estimateColumns("AUROC", (point: Point) => point.intervals_95.auroc_macro),
        ["F1", ({ metrics }) => score(metrics.f1_macro)],
        ...differenceColumns("change", (point: Point) => point.change_from_clean?.auroc_macro),
      ],
    ),
  );
}

function conditionOf({ noise_std, mask_ratio }: Point): string {
  return describeCondition({ noiseStd: noise_std, maskRatio: mask_ratio });
}

function strengthCurves(sweeps: readonly Sweep[], about: string, file: string): MaybeBlock {
  const panels = robustnessPanels(sweeps.map(({ name, points }) => ({
    name,
    points: points.map(({ noise_std, mask_ratio, intervals_95 }) => ({
      noiseStd: noise_std,
      maskRatio: mask_ratio,
      auroc: intervals_95.auroc_macro,
    })),
  })));
  return panels.length > 0 && curves(file, {
    title: "Robustness to noise and gaps",
    caption: `${about}; bands: 95 % bootstrap intervals over records`,
    y: { title: "Macro AUROC (0.5 = chance)" },
    points: true,
    panels,
  });
}

/** Clean, a noise and a gap that all sweeps have, as bars. */
function comparison(sweeps: readonly Sweep[], about: string, file: string): MaybeBlock {
  const at = ({ points }: Sweep, condition: string) =>
    points.find((point) => conditionOf(point) === condition);
  const common = sweeps[0].points.filter((point) =>
    sweeps.every((sweep) => at(sweep, conditionOf(point)) !== undefined)
  );
  const nearest = (own: "noise_std" | "mask_ratio", wanted: number) =>
    common.filter((point) => point[own] > 0 && point.noise_std * point.mask_ratio === 0)
      .sort((a, b) => Math.abs(a[own] - wanted) - Math.abs(b[own] - wanted))[0];
  const clean = common.find((point) => conditionOf(point) === "clean");
  const groups = [clean, nearest("noise_std", 0.1), nearest("mask_ratio", 0.2)]
    .flatMap((point) => point === undefined ? [] : [conditionOf(point)]);
  const series = sweeps.map((sweep) => {
    const points = groups.map((condition) => at(sweep, condition)!);
    const intervals = points.map(({ intervals_95 }) => intervals_95.auroc_macro);
    return {
      name: sweep.name,
      values: points.map(({ metrics }) => metrics.auroc_macro),
      low: intervals.map(({ low }) => low),
      high: intervals.map(({ high }) => high),
    };
  });
  const drawable = groups.length > 1 &&
    series.every(({ values }) => values.every(Number.isFinite));
  return drawable && chart(file, {
    title: "Clean, noisy and masked records",
    caption: `${about}; lines: 95 % bootstrap intervals over records`,
    groupTitle: "Condition",
    groups,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    series,
  }, groupedBarChart);
}

/**
 * What noise and gaps cost: sweeps of `evaluate`.
 *
 * @module
 */

import type { JsonValue } from "../../checkpoint/state_dict.ts";
import { formatPath } from "../../text/format.ts";
import { type Block, chartPicture, curvesPicture, type Section } from "./document.ts";
import { groupedBarChart } from "../../plots/grouped_bar_chart.ts";
import type { LinePanel } from "../../plots/line_chart.ts";
import { describeCondition } from "../conditions.ts";
import { count, difference, range, score } from "./cells.ts";
import { inSixes, type Material, pieceName } from "./configurations.ts";
import { field, listAt, numberAt, textAt } from "./json_fields.ts";

interface Sweep {
  readonly name: string;
  readonly path: string;
  readonly records: number;
  readonly fold: number;
  readonly points: readonly JsonValue[];
}

const PICTURES = ["robustness_curves", "robustness_comparison"];

/** Makes the section. */
export function robustnessSection({ folder: { files } }: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "The test records with white noise added, or with a part of each record set to zero. A " +
      "record has the same noise at every strength, only scaled. Intervals are bootstrap intervals " +
      "over records; changes are paired by record.",
  }];
  const sweeps = files.filter(({ kind }) => kind === "robustness").map(({ path, content }) => ({
    name: formatPath(textAt(content, "checkpoint") ?? path),
    path,
    records: numberAt(content, "records"),
    fold: numberAt(content, "fold"),
    points: listAt(content, "sweep").filter((point) =>
      numberAt(point, "noise_std") >= 0 && numberAt(point, "mask_ratio") >= 0
    ),
  })).filter(({ points }) => points.length > 1);
  if (sweeps.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Sweeps of noise and gaps",
      command:
        "deno task evaluate --checkpoint checkpoints/finetuned.pt --noise-std 0.05,0.1,0.2 " +
        "--mask-ratio 0.1,0.2,0.4 --json results/robustness.json",
      pictures: PICTURES,
    });
    return { id: "robustness", title: "Robustness", blocks };
  }
  for (const [index, piece] of inSixes(sweeps).entries()) blocks.push(...pictures(piece, index));
  blocks.push({
    kind: "table",
    table: {
      caption: "Macro AUROC under each condition, 95 % bootstrap intervals over records. Source: " +
        sweeps.map(({ path }) => path).join(", "),
      columns: [
        "checkpoint",
        "condition",
        "AUROC",
        "95 % interval",
        "F1",
        "change",
        "95 % interval",
      ],
      rows: sweeps.flatMap(({ name, points }) =>
        points.map((point) => [
          name,
          conditionOf(point),
          score(numberAt(point, "metrics", "auroc_macro")),
          interval(field(point, "intervals_95", "auroc_macro")),
          score(numberAt(point, "metrics", "f1_macro")),
          difference(numberAt(point, "change_from_clean", "auroc_macro", "estimate")),
          interval(field(point, "change_from_clean", "auroc_macro"), true),
        ])
      ),
    },
  });
  return { id: "robustness", title: "Robustness", blocks };
}

function conditionOf(point: JsonValue): string {
  return describeCondition({
    noiseStd: numberAt(point, "noise_std"),
    maskRatio: numberAt(point, "mask_ratio"),
  });
}

function interval(value: JsonValue | undefined, signed = false) {
  return range(numberAt(value, "low"), numberAt(value, "high"), signed);
}

function auroc(point: JsonValue) {
  const at = field(point, "intervals_95", "auroc_macro");
  return {
    estimate: numberAt(point, "metrics", "auroc_macro"),
    low: numberAt(at, "low"),
    high: numberAt(at, "high"),
  };
}

function pictures(sweeps: readonly Sweep[], index: number): Block[] {
  const [{ records, fold }] = sweeps;
  const about = `fold ${count(fold).text}, n = ${count(records).text} records`;
  const panel = (title: string, own: string, other: string): LinePanel[] => {
    const series = sweeps.flatMap(({ name, points }) => {
      const shown = points.filter((point) => numberAt(point, other) === 0);
      const scores = shown.map(auroc);
      return shown.length < 2 ? [] : [{
        name,
        x: shown.map((point) => numberAt(point, own)),
        y: scores.map(({ estimate }) => estimate),
        low: scores.map(({ low }) => low),
        high: scores.map(({ high }) => high),
      }];
    });
    return series.length === 0 ? [] : [{ x: { title }, series }];
  };
  const panels = [
    ...panel("Noise (standard deviation, mV)", "noise_std", "mask_ratio"),
    ...panel("Zeroed part of the record", "mask_ratio", "noise_std"),
  ];
  const curves: Block[] = panels.length === 0 ? [] : [{
    kind: "picture",
    picture: curvesPicture(pieceName(PICTURES[0], index), {
      title: "Robustness to noise and gaps",
      caption: `${about}; bands: 95 % bootstrap intervals over records`,
      y: { title: "Macro AUROC (0.5 = chance)" },
      points: true,
      panels,
    }),
  }];
  return [...curves, ...comparison(sweeps, about, index)];
}

/** Clean, a noise and a gap that all sweeps have, as bars. */
function comparison(sweeps: readonly Sweep[], about: string, index: number): Block[] {
  const common = sweeps[0].points.filter((point) =>
    sweeps.every(({ points }) => points.some((other) => conditionOf(other) === conditionOf(point)))
  );
  const nearest = (own: string, other: string, wanted: number) =>
    common.filter((point) => numberAt(point, own) > 0 && numberAt(point, other) === 0)
      .sort((a, b) => Math.abs(numberAt(a, own) - wanted) - Math.abs(numberAt(b, own) - wanted))[0];
  const shown = [
    common.find((point) => conditionOf(point) === "clean"),
    nearest("noise_std", "mask_ratio", 0.1),
    nearest("mask_ratio", "noise_std", 0.2),
  ].flatMap((point) => point === undefined ? [] : [conditionOf(point)]);
  const series = sweeps.map(({ name, points }) => {
    const scores = shown.map((condition) =>
      auroc(points.find((point) => conditionOf(point) === condition)!)
    );
    return {
      name,
      values: scores.map(({ estimate }) => estimate),
      low: scores.map(({ low }) => low),
      high: scores.map(({ high }) => high),
    };
  });
  if (shown.length < 2 || !series.every(({ values }) => values.every(Number.isFinite))) return [];
  const title = "Clean, noisy and masked records";
  const caption = `${about}; lines: 95 % bootstrap intervals over records`;
  return [{
    kind: "picture",
    picture: chartPicture(pieceName(PICTURES[1], index), {
      title,
      caption,
      groupTitle: "Condition",
      groups: shown,
      valueTitle: "Macro AUROC (0.5 = chance)",
      base: 0.5,
      series,
    }, groupedBarChart),
  }];
}

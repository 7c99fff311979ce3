/** What few labels are enough for: `label-scarcity`. */

import { SERIES_COLORS } from "../../../plots/style.ts";
import { meanInterval } from "../../../stats/mean_interval.ts";
import { formatShare, plural } from "../../../text/format.ts";
import { count, meanColumns, meanSd } from "../cells.ts";
import { curves, type MaybeBlock, missing, section, table } from "../document.ts";
import { pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

const TITLES: Readonly<Record<string, string>> = {
  supervised: "supervised",
  ssl_finetuned: "SSL, fine-tuned",
  ssl_frozen: "SSL, frozen",
  random_frozen: "random, frozen",
};

/** Makes the section. */
export function labelEfficiencySection({ folder }: ReportInput) {
  const files = filesOf(folder, "label-scarcity");
  return section(
    "label-efficiency",
    "Label efficiency",
    "The same training with a share of the labels. Self-supervised tracks (SSL) start from a " +
      "pretrained encoder; frozen ones train a linear head only, and the frozen random " +
      "encoder shows what the architecture alone is worth.",
    files.length === 0 &&
      missing("label-scarcity", "Metrics by share of labels", ["label_efficiency"]),
    ...files.flatMap(describe),
  );
}

function describe({ path, content }: FileOf<"label-scarcity">, index: number): MaybeBlock[] {
  const fractions = Object.entries(content.label_scarcity)
    .map(([text, tracks]) => ({ fraction: Number(text), tracks }))
    .filter(({ fraction }) => fraction > 0)
    .sort((a, b) => a.fraction - b.fraction);
  const names = [...new Set(fractions.flatMap(({ tracks }) => Object.keys(tracks)))];
  const { data = "data not noted", seeds } = content;
  const several = seeds.length > 1;
  const series = names.map((name) => {
    const points = fractions.map(({ tracks }) => meanInterval(tracks[name]?.auroc ?? []));
    return {
      name: TITLES[name] ?? name,
      x: fractions.map(({ fraction }) => 100 * fraction),
      y: points.map(({ mean }) => mean),
      low: several ? points.map(({ low }) => Math.max(0, low)) : undefined,
      high: several ? points.map(({ high }) => Math.min(1, high)) : undefined,
    };
  });
  const drawable = fractions.length > 1 && series.length <= SERIES_COLORS.length &&
    series.some(({ y }) => y.some(Number.isFinite));
  const rows = fractions.flatMap(({ fraction, tracks }) =>
    Object.entries(tracks).map(([name, track]) => ({ fraction, name, ...track }))
  );
  return [
    drawable && curves(pieceName("label_efficiency", index), {
      title: "Label efficiency",
      caption: `${data}; n = ${plural(seeds.length, "seed")}` +
        (several ? ", bands: 95 % t interval of the mean" : ""),
      y: { title: "Test macro AUROC (0.5 = chance)" },
      points: true,
      panels: [{ x: { title: "Labels used (%)", scale: "log" }, series }],
    }),
    table(
      `Test fold of ${data}, mean ± SD over ${plural(seeds.length, "seed")}, 95 % t ` +
        `intervals of the mean. Source: ${path}`,
      rows,
      [
        ["labels", ({ fraction }) => ({ text: formatShare(fraction), sort: fraction })],
        ["track", ({ name }) => TITLES[name] ?? name],
        ["runs", ({ auroc }) => count(auroc.filter(Number.isFinite).length)],
        ...meanColumns("AUROC", ({ auroc }: typeof rows[number]) => auroc),
        ["F1", ({ f1 }) => meanSd(f1)],
      ],
    ),
  ];
}

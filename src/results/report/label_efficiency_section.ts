/**
 * What few labels are enough for: `label-scarcity`.
 *
 * @module
 */

import { type Block, curvesPicture, type Section } from "./document.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { count, meanSd, plural, tInterval } from "./cells.ts";
import { type Material, pieceName } from "./configurations.ts";
import { entriesAt, listAt, numbersAt, textAt } from "./json_fields.ts";
import type { ResultFile } from "./results_folder.ts";
import { sectionOfFiles } from "./section_of_files.ts";

const TITLES: Readonly<Record<string, string>> = {
  supervised: "supervised",
  ssl_finetuned: "SSL, fine-tuned",
  ssl_frozen: "SSL, frozen",
  random_frozen: "random, frozen",
};

/** Makes the section. */
export function labelEfficiencySection(material: Material): Section {
  return sectionOfFiles(material, {
    id: "label-efficiency",
    title: "Label efficiency",
    kind: "label-scarcity",
    text:
      "The same training with a share of the labels. Self-supervised tracks (SSL) start from a " +
      "pretrained encoder; frozen ones train a linear head only, and the frozen random encoder " +
      "shows what the architecture alone is worth.",
    missing: {
      what: "Metrics by share of labels",
      command: "deno task label-scarcity",
      pictures: ["label_efficiency"],
    },
  }, describe);
}

function describe({ path, content }: ResultFile, index: number): Block[] {
  const fractions = entriesAt(content, "label_scarcity")
    .map(([text, tracks]) => ({ fraction: Number(text), tracks }))
    .filter(({ fraction }) => fraction > 0)
    .sort((a, b) => a.fraction - b.fraction);
  const names = [...new Set(fractions.flatMap(({ tracks }) => entriesAt(tracks).map(([n]) => n)))];
  const seeds = listAt(content, "seeds").length;
  const data = textAt(content, "data") ?? "data not noted";
  const series = names.map((name) => {
    const points = fractions.map(({ tracks }) => meanInterval(numbersAt(tracks, name, "auroc")));
    return {
      name: TITLES[name] ?? name,
      x: fractions.map(({ fraction }) => 100 * fraction),
      y: points.map(({ mean }) => mean),
      ...(seeds > 1
        ? {
          low: points.map(({ low }) => Math.max(0, low)),
          high: points.map(({ high }) => Math.min(1, high)),
        }
        : {}),
    };
  });
  const drawable = fractions.length > 1 && series.length > 0 && series.length <= 6 &&
    series.some(({ y }) => y.some(Number.isFinite));
  return [
    ...(drawable
      ? [{
        kind: "picture" as const,
        picture: curvesPicture(pieceName("label_efficiency", index), {
          title: "Label efficiency",
          caption: `${data}; n = ${plural(seeds, "seed")}` +
            (seeds > 1 ? ", bands: 95 % t interval of the mean" : ""),
          y: { title: "Test macro AUROC (0.5 = chance)" },
          points: true,
          panels: [{ x: { title: "Labels used (%)", scale: "log" as const }, series }],
        }),
      }]
      : []),
    {
      kind: "table",
      table: {
        caption:
          `Test fold of ${data}, mean ± SD over ${plural(seeds, "seed")}, 95 % t intervals ` +
          `of the mean. Source: ${path}`,
        columns: ["labels", "track", "runs", "AUROC", "95 % interval", "F1"],
        rows: fractions.flatMap(({ fraction, tracks }) =>
          entriesAt(tracks).map(([name, track]) => {
            const auroc = numbersAt(track, "auroc");
            return [
              { text: `${Number((100 * fraction).toFixed(4))} %`, sort: fraction },
              TITLES[name] ?? name,
              count(auroc.length),
              meanSd(auroc),
              tInterval(auroc),
              meanSd(numbersAt(track, "f1")),
            ];
          })
        ),
      },
    },
  ];
}

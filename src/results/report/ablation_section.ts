/**
 * What each augmentation is worth: `ablation`.
 *
 * @module
 */

import { type Block, chartPicture, type Section } from "./document.ts";
import { intervalChart, type IntervalRow } from "../../plots/interval_chart.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { count, difference, meanSd, plural, range } from "./cells.ts";
import { type Material, pieceName } from "./configurations.ts";
import { entriesAt, field, listAt, numberAt, textAt } from "./json_fields.ts";
import type { ResultFile } from "./results_folder.ts";
import { sectionOfFiles } from "./section_of_files.ts";

const METRICS = [["probe_auroc", "linear probe"], ["finetuned_auroc", "fine-tuned"]] as const;

/** Makes the section. */
export function ablationSection(material: Material): Section {
  return sectionOfFiles(material, {
    id: "ablation",
    title: "Ablation",
    kind: "ablation",
    text:
      "SimCLR is pretrained again with one augmentation left out, then probed and fine-tuned. " +
      "Changes are against all augmentations, paired by seed: below 0, the augmentation helps.",
    missing: {
      what: "Ablation of the augmentations",
      command: "deno task ablation",
      pictures: ["ablation"],
    },
  }, describe);
}

function describe({ path, content }: ResultFile, index: number): Block[] {
  const reference = textAt(content, "reference") ?? "full";
  const seeds = listAt(content, "seeds").length;
  const about = `${textAt(content, "data") ?? "data not noted"}; n = ${plural(seeds, "seed")}`;
  const runs = listAt(content, "runs");
  const names = [...new Set(runs.flatMap((run) => textAt(run, "config") ?? []))];
  const values = (name: string, metric: string) =>
    runs.filter((run) => textAt(run, "config") === name).map((run) => numberAt(run, metric));
  const deltas = entriesAt(content, "deltas");
  const delta = (name: string, metric: string) => field(content, "deltas", name, metric);
  const rows = deltas.flatMap(([name]) =>
    METRICS.flatMap(([metric, group]): IntervalRow[] => {
      const value = numberAt(delta(name, metric), "mean");
      if (!Number.isFinite(value)) return [];
      return [{
        name,
        group,
        value,
        low: numberAt(delta(name, metric), "interval_95", 0),
        high: numberAt(delta(name, metric), "interval_95", 1),
      }];
    })
  );
  const title = "What each augmentation is worth";
  const caption = `Test macro AUROC, ${about}; lines: 95 % t intervals of the paired change`;
  return [
    ...(rows.length === 0 ? [] : [{
      kind: "picture" as const,
      picture: chartPicture(
        pieceName("ablation", index),
        { title, caption, valueTitle: `Change against "${reference}" (below 0: it helps)`, rows },
        intervalChart,
      ),
    }]),
    {
      kind: "table",
      table: {
        caption: `Test macro AUROC, mean ± SD, ${about}; 95 % t intervals of the paired change. ` +
          `Source: ${path}`,
        columns: [
          "augmentations",
          "seeds",
          ...METRICS.flatMap(([, title]) => [title, "change", "95 % interval"]),
        ],
        rows: names.map((name) => [
          name,
          count(meanInterval(values(name, "probe_auroc")).n),
          ...METRICS.flatMap(([metric]) => [
            meanSd(values(name, metric)),
            name === reference ? "" : difference(numberAt(delta(name, metric), "mean")),
            name === reference ? "" : range(
              numberAt(delta(name, metric), "interval_95", 0),
              numberAt(delta(name, metric), "interval_95", 1),
              true,
            ),
          ]),
        ]),
      },
    },
  ];
}

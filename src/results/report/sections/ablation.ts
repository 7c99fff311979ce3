/**
 * What each augmentation is worth: `ablation`.
 *
 * @module
 */

import { intervalChart } from "../../../plots/interval_chart.ts";
import { plural } from "../../../text/format.ts";
import { count, difference, differenceRange, meanSd } from "../cells.ts";
import { type Block, chart, missing, type Section, table, text } from "../document.ts";
import { pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

const METRICS = [["probe_auroc", "linear probe"], ["finetuned_auroc", "fine-tuned"]] as const;

/** Makes the section. */
export function ablationSection({ folder }: ReportInput): Section {
  const files = filesOf(folder, "ablation");
  return {
    id: "ablation",
    title: "Ablation",
    blocks: [
      text(
        "SimCLR is pretrained again with one augmentation left out, then probed and fine-tuned. " +
          "Changes are against all augmentations, paired by seed: below 0, the augmentation helps.",
      ),
      ...(files.length > 0
        ? files.flatMap(describe)
        : [missing("ablation", "Ablation of the augmentations", ["ablation"])]),
    ],
  };
}

function describe({ path, content }: FileOf<"ablation">, index: number): Block[] {
  const { reference, deltas, runs, seeds, data } = content;
  const about = `${data ?? "data not noted"}; n = ${plural(seeds.length, "seed")}`;
  const values = (name: string, metric: "probe_auroc" | "finetuned_auroc") =>
    runs.filter(({ config }) => config === name).map((run) => run[metric]);
  const rows = Object.entries(deltas).flatMap(([name, change]) =>
    METRICS.flatMap(([metric, group]) => {
      const { mean: value, interval_95: [low, high] } = change[metric];
      return Number.isFinite(value) ? [{ name, group, value, low, high }] : [];
    })
  );
  const shown = {
    title: "What each augmentation is worth",
    caption: `Test macro AUROC, ${about}; lines: 95 % t intervals of the paired change`,
    valueTitle: `Change against "${reference}" (below 0: it helps)`,
    rows,
  };
  return [
    ...(rows.length > 0 ? [chart(pieceName("ablation", index), shown, intervalChart)] : []),
    table({
      caption: `Test macro AUROC, mean ± SD, ${about}; 95 % t intervals of the paired change. ` +
        `Source: ${path}`,
      columns: [
        "augmentations",
        "seeds",
        ...METRICS.flatMap(([, title]) => [title, "change", "95 % interval"]),
      ],
      rows: [...new Set(runs.map(({ config }) => config))].map((name) => [
        name,
        count(values(name, "probe_auroc").filter(Number.isFinite).length),
        ...METRICS.flatMap(([metric]) => {
          const cell = meanSd(values(name, metric));
          if (name === reference || deltas[name] === undefined) return [cell, "", ""];
          const { mean: value, interval_95: [low, high] } = deltas[name][metric];
          return [cell, difference(value), differenceRange({ low, high })];
        }),
      ]),
    }),
  ];
}

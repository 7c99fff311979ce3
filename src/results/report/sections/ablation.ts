/** What each augmentation is worth: `ablation`. */

import { intervalChart } from "../../../plots/interval_chart.ts";
import { plural } from "../../../text/format.ts";
import { count, difference, differenceRange, meanSd } from "../cells.ts";
import { chart, type Column, type MaybeBlock, missing, section, table } from "../document.ts";
import { pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

const METRICS = [["probe_auroc", "linear probe"], ["finetuned_auroc", "fine-tuned"]] as const;

/** Makes the section. */
export function ablationSection({ folder }: ReportInput) {
  const files = filesOf(folder, "ablation");
  return section(
    "ablation",
    "Ablation",
    "SimCLR is pretrained again with one augmentation left out, then probed and fine-tuned. " +
      "Changes are against all augmentations, paired by seed: below 0, the augmentation helps.",
    files.length === 0 && missing("ablation", "Ablation of the augmentations", ["ablation"]),
    ...files.flatMap(describe),
  );
}

function describe({ path, content }: FileOf<"ablation">, index: number): MaybeBlock[] {
  const { reference, deltas, runs, seeds, data } = content;
  const about = `${data ?? "data not noted"}; n = ${plural(seeds.length, "seed")}`;
  const values = (name: string, metric: "probe_auroc" | "finetuned_auroc") =>
    runs.filter(({ config }) => config === name).map((run) => run[metric]);
  const changeOf = (name: string, metric: "probe_auroc" | "finetuned_auroc") =>
    name === reference ? undefined : deltas[name]?.[metric];
  const rows = Object.entries(deltas).flatMap(([name, change]) =>
    METRICS.flatMap(([metric, group]) => {
      const { mean: value, interval_95: [low, high] } = change[metric];
      return Number.isFinite(value) ? [{ name, group, value, low, high }] : [];
    })
  );
  return [
    rows.length > 0 && chart(pieceName("ablation", index), {
      title: "What each augmentation is worth",
      caption: `Test macro AUROC, ${about}; lines: 95 % t intervals of the paired change`,
      valueTitle: `Change against "${reference}" (below 0: it helps)`,
      rows,
    }, intervalChart),
    table(
      `Test macro AUROC, mean ± SD, ${about}; 95 % t intervals of the paired change. ` +
        `Source: ${path}`,
      [...new Set(runs.map(({ config }) => config))],
      [
        ["augmentations", (name) => name],
        ["seeds", (name) => count(values(name, "probe_auroc").filter(Number.isFinite).length)],
        ...METRICS.flatMap(([metric, title]): Column<string>[] => [
          [title, (name) => meanSd(values(name, metric))],
          ["change", (name) => {
            const change = changeOf(name, metric);
            return change === undefined ? "" : difference(change.mean);
          }],
          ["95 % interval", (name) => {
            const [low, high] = changeOf(name, metric)?.interval_95 ?? [];
            return low === undefined || high === undefined ? "" : differenceRange({ low, high });
          }],
        ]),
      ],
    ),
  ];
}

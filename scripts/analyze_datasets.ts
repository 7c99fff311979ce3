/** `deno task analyze-datasets`: what the data sets on this machine hold. */

import { existsSync } from "node:fs";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { assertFolderWritable } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { assertOutputs } from "../src/console/outputs.ts";
import { Progress } from "../src/console/progress.ts";
import type { Dataset } from "../src/data/datasets/dataset.ts";
import { DATASETS } from "../src/data/datasets/registry.ts";
import type { CountFigure, CountTable, Inventory } from "../src/data/inventory/inventory.ts";
import { UserError } from "../src/errors.ts";
import { barChart } from "../src/plots/bar_chart.ts";
import { groupedBarChart } from "../src/plots/grouped_bar_chart.ts";
import { heatMap } from "../src/plots/heat_map.ts";
import { formatCount, formatPath, formatPercent } from "../src/text/format.ts";
import { firstLines, renderSettings, renderTable } from "../src/text/table.ts";

/** Rows of a table, and twice the entries of a list, that are printed; the JSON file has all of them. */
const SHOWN = 20;

/** One folder for each data set: `--ptbxl-root` and so on. */
const rootFlags = Object.fromEntries(
  DATASETS.map(({ id, folder, description }) => [
    `${id}-root`,
    pathFlag({ default: folder, description }),
  ]),
) as Readonly<Record<`${string}-root`, ReturnType<typeof pathFlag>>>;

export const command = defineCommand({
  name: "analyze-datasets",
  summary: "Count what PTB-XL, MIT-BIH or any folder of WFDB records holds",
  description: [
    "Records, patients and classes by fold, sex and age; classes that occur together; beats and " +
    "windows by part of the split; rates, leads and diagnosis codes of any folder; files that are " +
    "missing or damaged. A data set that is not there takes one line.",
    "Tables are printed, pictures drawn as SVG.",
  ],
  flags: {
    ...rootFlags,
    "verify": booleanFlag({
      description: "Read every sample and compare checksums, not only sizes with the headers",
    }),
    "json": pathFlag({ description: "Write everything as JSON" }),
    "out-dir": pathFlag({ default: "results/datasets", description: "Folder for the pictures" }),
  },
  examples: [
    { args: "", about: "What is in data/" },
    {
      args: "--records-root data/challenge --json datasets.json",
      about: "A folder of records, too",
    },
    { args: "--verify", about: "Find damaged records" },
  ],
  async run(flags, { signal }) {
    const { verify, json, outDir } = flags;
    assertOutputs({ json });
    assertFolderWritable(`${outDir}/figure.svg`, "--out-dir");
    const roots: Readonly<Record<string, unknown>> = flags;
    const asked = DATASETS.map((dataset) => ({ dataset, root: roots[`${dataset.id}Root`] }))
      .filter((each): each is { dataset: Dataset; root: string } => each.root !== undefined);
    const isThere = ({ dataset, root }: typeof asked[number]) =>
      dataset.folder === undefined ? existsSync(root) : dataset.isIn(root);
    if (!asked.some(isThere)) {
      throw new UserError(
        `Found no data set: ${
          asked.map(({ dataset, root }) => `no ${dataset.mark} in ${root}`).join(", ")
        }. Bring one with fetch-ptbxl or fetch-mitbih, or give ` +
          DATASETS.map(({ id }) => `--${id}-root`).join(" or "),
      );
    }

    const found = new Map<string, Inventory>();
    for (const each of asked) {
      if (!isThere(each)) continue;
      const { dataset, root } = each;
      using progress = new Progress({ label: `Examining ${dataset.name}`, unit: "records" });
      const { report: onProgress } = progress;
      found.set(dataset.id, await dataset.takeInventory(root, { verify, signal, onProgress }));
    }
    for (const { dataset, root } of asked) {
      const inventory = found.get(dataset.id);
      console.log(
        inventory === undefined
          ? `${dataset.name}: not found in ${root}\n`
          : `${inventory.name} in ${root}\n\n${renderInventory(inventory)}\n`,
      );
    }

    const figures = [...found.values()].flatMap(({ figures }) => figures);
    for (const figure of figures) {
      await writeFileAtomically(`${outDir}/${figure.file}`, await drawCounts(figure));
    }
    if (figures.length > 0) {
      console.log(`Figures  ${formatPath(outDir)}: ${figures.map(({ file }) => file).join(", ")}`);
    }
    if (json !== undefined) {
      const described = DATASETS.map(({ id }) => [id, found.get(id)?.json ?? null]);
      const text = JSON.stringify({ verified: verify, ...Object.fromEntries(described) }, null, 2);
      await writeFileAtomically(json, `${text}\n`);
      console.log(`JSON     ${formatPath(json)}`);
    }
  },
});

function renderInventory({ totals, tables, lists }: Inventory): string {
  return [
    renderSettings(Object.entries(totals)),
    ...tables.filter(({ rows }) => rows.length > 0).map(renderCounts),
    ...lists.map(({ title, entries }) => {
      const lines = entries.map((entry) => `  ${entry}`);
      return lines.length === 0 ? title : `${title}:\n${firstLines(lines, SHOWN / 2, "  ")}`;
    }),
  ].join("\n\n");
}

function renderCounts({ title, groupTitle, columns, rows }: CountTable): string {
  const cellText = (cell: string | number) => typeof cell === "number" ? formatCount(cell) : cell;
  const text = renderTable(
    [{ title: groupTitle, align: "left" }, ...columns],
    rows.slice(0, SHOWN).map(({ name, cells }) => [name, ...cells.map(cellText)]),
  );
  const more = rows.length - SHOWN;
  return (title === undefined ? "" : `${title}\n`) + text +
    (more > 0 ? `\nand ${formatCount(more)} more` : "");
}

/** Draws counts as an SVG text. */
function drawCounts({ kind, series, groups, ...about }: CountFigure): Promise<string> {
  const { title, caption, groupTitle, valueTitle } = about;
  switch (kind) {
    case "bars":
      return barChart({
        title,
        caption,
        valueTitle,
        decimals: 0,
        bars: groups.map((name, i) => ({ name, value: series[0].values[i] })),
      });
    case "grouped":
      return groupedBarChart({ title, caption, groupTitle, groups, valueTitle, series });
    case "together": {
      const count = (i: number, j: number) => series[j].values[i];
      const share = (i: number, j: number) => count(i, i) > 0 ? count(i, j) / count(i, i) : NaN;
      const cells = <Cell>(cell: (i: number, j: number) => Cell) =>
        groups.map((_, i) => groups.map((_, j) => cell(i, j)));
      return heatMap({
        title,
        caption,
        rowTitle: groupTitle,
        rows: groups,
        columnTitle: valueTitle,
        columns: series.map(({ name }) => name),
        shades: cells(share),
        labels: cells((i, j) =>
          formatCount(count(i, j)) +
          (i !== j && count(i, j) > 0 ? ` (${formatPercent(share(i, j), 1)})` : "")
        ),
      });
    }
  }
}

if (import.meta.main) await runCommand(command);

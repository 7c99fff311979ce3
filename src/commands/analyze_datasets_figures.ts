/**
 * Pictures of what the data sets hold.
 *
 * @module
 */

import { formatCount, formatPercent } from "../text/format.ts";
import type { MitBihInventory } from "../data/inventory/mit_bih_inventory.ts";
import type { GroupCounts, PtbXlInventory } from "../data/inventory/ptb_xl_inventory.ts";
import type { RecordFolderInventory } from "../data/inventory/record_folder_inventory.ts";
import { CLASS_NAMES } from "../data/signals/record_set.ts";
import type { DatasetsAnalysis } from "../data/inventory/analyze_datasets.ts";
import { barChart } from "../plots/bar_chart.ts";
import { groupedBarChart } from "../plots/grouped_bar_chart.ts";
import { heatMap } from "../plots/heat_map.ts";

/** The most diagnoses that one picture shows. */
const DIAGNOSES = 20;

/**
 * Draws everything that was found.
 *
 * @returns SVG texts by file name
 */
export async function drawDatasets(
  { ptbXl, mitBih, records }: DatasetsAnalysis,
): Promise<ReadonlyMap<string, string>> {
  const figures = new Map<string, string>();
  if (ptbXl !== undefined) {
    const classes = (title: string, groups: readonly GroupCounts[]) =>
      drawClasses(ptbXl, title, groups.filter(({ records }) => records > 0));
    figures.set("ptbxl_cooccurrence.svg", await drawCooccurrence(ptbXl));
    figures.set("ptbxl_classes_by_fold.svg", await classes("Fold", ptbXl.folds));
    figures.set("ptbxl_classes_by_sex.svg", await classes("Sex", ptbXl.sexes));
    figures.set("ptbxl_classes_by_age.svg", await classes("Age (years)", ptbXl.ageBands));
  }
  if (mitBih !== undefined && mitBih.records.length > 0) {
    figures.set("mitbih_windows.svg", await drawWindows(mitBih));
  }
  if (records !== undefined && records.diagnoses.length > 0) {
    figures.set("records_diagnoses.svg", await drawDiagnoses(records));
  }
  return figures;
}

function drawCooccurrence({ name, rows, cooccurrence }: PtbXlInventory & { name: string }) {
  const share = (i: number, j: number) =>
    cooccurrence[i][i] > 0 ? cooccurrence[i][j] / cooccurrence[i][i] : NaN;
  return heatMap({
    title: `${name}: classes that occur together`,
    caption:
      `n = ${formatCount(rows)} records. Records with both classes, and their share of the ` +
      `records of the row's class`,
    rowTitle: "Of the records with",
    rows: CLASS_NAMES,
    columnTitle: "so many also have",
    columns: CLASS_NAMES,
    shades: cooccurrence.map((row, i) => row.map((_, j) => share(i, j))),
    labels: cooccurrence.map((row, i) =>
      row.map((count, j) =>
        formatCount(count) + (i !== j && count > 0 ? ` (${formatPercent(share(i, j), 1)})` : "")
      )
    ),
  });
}

function drawClasses(
  { name, rows }: PtbXlInventory & { name: string },
  groupTitle: string,
  groups: readonly GroupCounts[],
) {
  return groupedBarChart({
    title: `${name}: records of each class by ${groupTitle.split(" ")[0].toLowerCase()}`,
    caption: `n = ${formatCount(rows)} records; a record can have several classes`,
    groupTitle,
    groups: groups.map(({ name }) => name),
    valueTitle: "Records",
    series: [
      ...CLASS_NAMES.map((name, c) => ({ name, values: groups.map(({ classes }) => classes[c]) })),
      { name: "none", values: groups.map(({ none }) => none) },
    ],
  });
}

function drawWindows({ records, parts }: MitBihInventory) {
  const used = parts.filter(({ records }) => records > 0);
  return groupedBarChart({
    title: "MIT-BIH: ten-second windows by part",
    caption: `n = ${formatCount(records.length)} records. A window is abnormal when it holds a ` +
      `beat outside AAMI class N or ventricular flutter; unused: paced records, and record 201`,
    groupTitle: "Part",
    groups: used.map(({ part }) => part),
    valueTitle: "Windows",
    series: [
      { name: "normal", values: used.map(({ windows, abnormal }) => windows - abnormal) },
      { name: "abnormal", values: used.map(({ abnormal }) => abnormal) },
    ],
  });
}

function drawDiagnoses({ records, diagnoses, withoutDiagnosis }: RecordFolderInventory) {
  const shown = diagnoses.slice(0, DIAGNOSES);
  return barChart({
    title: "Records by diagnosis code",
    caption:
      `n = ${formatCount(records)} records, ${formatCount(withoutDiagnosis)} without a code` +
      (diagnoses.length > shown.length
        ? `; the ${shown.length} most frequent of ${diagnoses.length} codes`
        : ""),
    valueTitle: "Records",
    decimals: 0,
    bars: shown.map(({ name, records }) => ({ name, value: records })),
  });
}

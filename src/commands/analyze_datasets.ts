/**
 * `analyze-datasets` as a person sees it.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatPath, formatPercent } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import { renderSettings, renderTable } from "../text/table.ts";
import { AAMI_CLASSES } from "../data/datasets/aami_classes.ts";
import type { MitBihInventory } from "../data/inventory/mit_bih_inventory.ts";
import type {
  GroupCounts,
  PtbXlInventory,
  VersionFiles,
} from "../data/inventory/ptb_xl_inventory.ts";
import type {
  RecordFolderInventory,
  ValueCount,
} from "../data/inventory/record_folder_inventory.ts";
import { MIT_BIH_RECORDS } from "../data/datasets/mit_bih_split.ts";
import { CLASS_NAMES } from "../data/signals/record_set.ts";
import { analyzeDatasets, type DatasetsAnalysis } from "../data/inventory/analyze_datasets.ts";
import { drawDatasets } from "./analyze_datasets_figures.ts";
import { assertFolderWritable } from "../console/console.ts";

/** The options of `analyze-datasets`. */
export interface AnalyzeDatasetsFlags {
  readonly ptbxlRoot: string;
  readonly mitbihRoot: string;
  readonly recordsRoot: string | undefined;
  readonly verify: boolean;
  readonly json: string | undefined;
  readonly outDir: string;
}

/** Entries of a long list that are printed; the JSON file has all of them. */
const SHOWN = 10;

/** Runs the command. */
export async function runAnalyzeDatasets(
  flags: AnalyzeDatasetsFlags,
  { signal }: CommandContext,
): Promise<void> {
  const { ptbxlRoot, mitbihRoot, recordsRoot, outDir, json } = flags;
  if (json !== undefined) assertFolderWritable(json, "--json");
  assertFolderWritable(`${outDir}/figure.svg`, "--out-dir");
  let progress: Progress | undefined;
  let latest = "";
  let analysis: DatasetsAnalysis;
  try {
    analysis = await analyzeDatasets({
      ...flags,
      signal,
      onProgress(name, done, total) {
        if (name !== latest) {
          progress?.finish();
          progress = new Progress({ label: `Examining ${name}`, total, unit: "records" });
          latest = name;
        }
        progress?.update(done, undefined, total);
      },
    });
  } finally {
    progress?.finish();
  }
  const { ptbXl, mitBih, records } = analysis;
  print(ptbXl?.name ?? "PTB-XL", ptbxlRoot, ptbXl && describePtbXl(ptbXl));
  print("MIT-BIH", mitbihRoot, mitBih && describeMitBih(mitBih));
  if (recordsRoot !== undefined) print("Records", recordsRoot, records && describeRecords(records));

  const figures = await drawDatasets(analysis);
  if (figures.size > 0) {
    for (const [name, svg] of figures) await writeFileAtomically(`${outDir}/${name}`, svg);
    console.log(`Figures  ${formatPath(outDir)}: ${[...figures.keys()].join(", ")}`);
  }
  if (json !== undefined) {
    await writeFileAtomically(json, JSON.stringify(toJson(analysis, flags), undefined, 2) + "\n");
    console.log(`JSON     ${formatPath(json)}`);
  }
}

/** A heading and paragraphs, or one line for what is not there. */
function print(name: string, root: string, paragraphs: readonly string[] | undefined): void {
  console.log(
    paragraphs === undefined
      ? `${name}: not found in ${root}\n`
      : `${name} in ${root}\n\n${paragraphs.join("\n\n")}\n`,
  );
}

/** The first entries of a list, and how many more there are. */
function listSome(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const lines = entries.slice(0, SHOWN).map((entry) => `  ${entry}`);
  if (entries.length > SHOWN) lines.push(`  and ${formatCount(entries.length - SHOWN)} more`);
  return [[`${title}:`, ...lines].join("\n")];
}

const outOf = (part: number, all: number) => `${formatCount(part)} of ${formatCount(all)}`;

function describePtbXl(inventory: PtbXlInventory): string[] {
  const { rows, patients, all, cooccurrence, versions } = inventory;
  const groups = (title: string, counts: readonly GroupCounts[]) =>
    renderTable(
      [{ title, align: "left" }, "records", "patients", ...CLASS_NAMES, "none"],
      counts.filter(({ records }) => records > 0).map((group) => [
        group.name,
        ...[group.records, group.patients, ...group.classes, group.none].map(formatCount),
      ]),
    );
  return [
    renderSettings([
      ["rows", formatCount(rows)],
      ["patients", formatCount(patients)],
      ...versions.map(({ samplingRate, dat }): [string, string] => [
        samplingRate === 100 ? "lr_dat" : "hr_dat",
        `${outOf(dat, rows)} (${samplingRate} Hz)`,
      ]),
    ]),
    groups("part", [...inventory.parts, all]),
    groups("fold", inventory.folds),
    groups("sex", inventory.sexes),
    groups("age", inventory.ageBands),
    "Records with both classes:\n" + renderTable(
      [{ title: "", align: "left" }, ...CLASS_NAMES],
      CLASS_NAMES.map((name, i) => [name, ...cooccurrence[i].map(formatCount)]),
    ),
    ...versions.flatMap((version) => describeFiles(version, rows)),
  ];
}

function describeFiles({ samplingRate, missing, damaged }: VersionFiles, rows: number): string[] {
  if (missing.length === rows) return [`No record is here at ${samplingRate} Hz`];
  const at = `at ${samplingRate} Hz`;
  if (missing.length === 0 && damaged.length === 0) return [`All records ${at} are here and whole`];
  return [
    ...listSome(
      `Damaged ${at}, ${outOf(damaged.length, rows)}`,
      damaged.map(({ file, reason }) => `${file}: ${reason}`),
    ),
    ...listSome(`Missing ${at}, ${outOf(missing.length, rows)}`, missing),
  ];
}

function describeMitBih({ files, records, missing, damaged, parts }: MitBihInventory): string[] {
  const rows = parts.filter((part) => part.records > 0);
  return [
    renderSettings([
      [".hea", formatCount(files.hea)],
      [".dat", formatCount(files.dat)],
      [".atr", formatCount(files.atr)],
      ["records", `${outOf(records.length, MIT_BIH_RECORDS.length)} are here and whole`],
      ["subjects", formatCount(new Set(records.map(({ subject }) => subject)).size)],
      ["missing", missing.length > 0 ? missing.join(", ") : undefined],
    ]),
    ...(rows.length === 0 ? [] : [
      "Beats by AAMI class, and windows of 10 s:\n" + renderTable(
        [
          { title: "part", align: "left" },
          "records",
          "subjects",
          ...AAMI_CLASSES,
          "windows",
          "abnormal",
          "share",
        ],
        rows.map((part) => [
          part.part,
          ...[
            part.records,
            part.subjects,
            ...AAMI_CLASSES.map((name) => part.beats[name]),
            part.windows,
            part.abnormal,
          ].map(formatCount),
          part.windows > 0 ? formatPercent(part.abnormal / part.windows, 1) : "n/a",
        ]),
      ),
    ]),
    ...listSome("Damaged", damaged.map(({ record, reason }) => `${record}: ${reason}`)),
  ];
}

function describeRecords(inventory: RecordFolderInventory): string[] {
  const { records, unreadable, diagnoses, withoutDiagnosis } = inventory;
  const table = (title: string, counts: readonly ValueCount[], names = title) => {
    const present = counts.filter((count) => count.records > 0);
    if (present.length === 0) return [];
    const shown = present.slice(0, 2 * SHOWN);
    const rest = present.length - shown.length;
    return [
      renderTable(
        [{ title, align: "left" }, "records"],
        shown.map(({ name, records }) => [name, formatCount(records)]),
      ) + (rest > 0 ? `\nand ${formatCount(rest)} more ${names}` : ""),
    ];
  };
  return [
    renderSettings([
      ["records", formatCount(records)],
      ["unreadable", formatCount(unreadable.length)],
      ["no diagnosis", formatCount(withoutDiagnosis)],
    ]),
    ...table("rate (Hz)", inventory.rates, "rates"),
    ...table("duration", inventory.durations),
    ...table("leads", inventory.leadCounts),
    ...table("set of leads", inventory.leadSets, "sets"),
    ...table("sex", inventory.sexes),
    ...table("age", inventory.ageBands),
    ...table("diagnosis (Dx)", diagnoses, "codes"),
    ...listSome(
      "Unreadable",
      unreadable.map(({ file, reason }) => reason.startsWith(file) ? reason : `${file}: ${reason}`),
    ),
  ];
}

/** Everything, in the field names of the other JSON files. */
function toJson({ ptbXl, mitBih, records }: DatasetsAnalysis, flags: AnalyzeDatasetsFlags) {
  return {
    verified: flags.verify,
    ptbxl: ptbXl === undefined ? null : ptbXlToJson(ptbXl, flags.ptbxlRoot),
    mitbih: mitBih === undefined ? null : { root: flags.mitbihRoot, ...mitBih },
    records: records === undefined ? null : {
      root: flags.recordsRoot,
      records: records.records,
      rates: byName(records.rates),
      durations: byName(records.durations),
      lead_counts: byName(records.leadCounts),
      lead_sets: byName(records.leadSets),
      sexes: byName(records.sexes),
      age_bands: byName(records.ageBands),
      diagnoses: byName(records.diagnoses),
      without_diagnosis: records.withoutDiagnosis,
      unreadable: records.unreadable,
    },
  };
}

const byName = (counts: readonly ValueCount[]) =>
  Object.fromEntries(counts.map(({ name, records }) => [name, records]));

function ptbXlToJson(inventory: PtbXlInventory & { name: string }, root: string) {
  const groups = (counts: readonly GroupCounts[]) =>
    Object.fromEntries(counts.map(({ name, records, patients, classes, none }) => [
      name,
      {
        records,
        patients,
        classes: Object.fromEntries(CLASS_NAMES.map((name, c) => [name, classes[c]])),
        none,
      },
    ]));
  return {
    name: inventory.name,
    root,
    rows: inventory.rows,
    patients: inventory.patients,
    parts: groups([...inventory.parts, inventory.all]),
    folds: groups(inventory.folds),
    sexes: groups(inventory.sexes),
    age_bands: groups(inventory.ageBands),
    class_names: CLASS_NAMES,
    cooccurrence: inventory.cooccurrence,
    files: Object.fromEntries(
      inventory.versions.map(({ samplingRate, dat, missing, damaged }) => [
        samplingRate === 100 ? "lr" : "hr",
        {
          sampling_rate: samplingRate,
          dat,
          missing: missing.length,
          // A version that was not downloaded at all needs no list of its records.
          missing_files: missing.length < inventory.rows ? missing : [],
          damaged,
        },
      ]),
    ),
  };
}

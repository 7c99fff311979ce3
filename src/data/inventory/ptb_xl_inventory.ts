/**
 * What a copy of PTB-XL holds: records by fold, class, sex and age, and which files are there.
 *
 * @module
 */

import { parsePtbXlTable, type PtbXlRow } from "../datasets/ptb_xl_table.ts";
import { CLASS_NAMES } from "../signals/record_set.ts";
import { parseScpStatements, setSuperclasses } from "../datasets/scp_labels.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { examineEach, type InventoryOptions } from "./examine_each.ts";
import { AGE_BANDS, ageBand, SEXES } from "./people.ts";
import { recordProblem } from "./record_problem.ts";

/** Counts of one group of records. */
export interface GroupCounts {
  readonly name: string;
  readonly records: number;
  readonly patients: number;
  /** Records with each class, in the order of `CLASS_NAMES`; a record can have several. */
  readonly classes: readonly number[];
  /** Records without any class. */
  readonly none: number;
}

/** Files of one version of the signals. */
export interface VersionFiles {
  /** Hz. */
  readonly samplingRate: 100 | 500;
  /** Records whose `.dat` file is there. */
  readonly dat: number;
  /** Records whose header or signal file is not there, as the table names them. */
  readonly missing: readonly string[];
  /** Records that are there but damaged, with the reason. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/** What {@linkcode takePtbXlInventory} found. */
export interface PtbXlInventory {
  readonly rows: number;
  readonly patients: number;
  /** `train(1-8)`, `val(9)`, `test(10)`. */
  readonly parts: readonly GroupCounts[];
  /** Folds 1 to 10. */
  readonly folds: readonly GroupCounts[];
  readonly sexes: readonly GroupCounts[];
  readonly ageBands: readonly GroupCounts[];
  /** All records. */
  readonly all: GroupCounts;
  /** Records with class i and class j, [5][5]; the diagonal counts records with class i. */
  readonly cooccurrence: readonly (readonly number[])[];
  /** One entry for each version that the table names. */
  readonly versions: readonly VersionFiles[];
}

/**
 * Counts what a folder in PTB-XL's layout holds.
 *
 * @param root Folder with `ptbxl_database.csv` and `scp_statements.csv`
 * @throws {UserError} where a table is missing or not valid; `signal.reason` when aborted. Missing
 *   and damaged records are no errors but part of the result
 */
export async function takePtbXlInventory(
  root: string,
  options: InventoryOptions = {},
): Promise<PtbXlInventory> {
  const table = `${root}/ptbxl_database.csv`;
  const readText = (name: string) => new TextDecoder().decode(folderSource(root).read(name));
  const text = readText("ptbxl_database.csv");
  // One's own data may have one version only.
  const columns = text.slice(0, text.search(/[\r\n]|$/)).split(",");
  const hasBoth = columns.includes("filename_lr") && columns.includes("filename_hr");
  const rates = hasBoth
    ? [100, 500] as const
    : columns.includes("filename_hr")
    ? [500] as const
    : [100] as const;
  const versions = rates.map((rate) => parsePtbXlTable(text, rate, table));
  const rows = versions[0];
  const statements = parseScpStatements(
    readText("scp_statements.csv"),
    `${root}/scp_statements.csv`,
  );
  const labels = rows.map((row) => {
    const target = new Float32Array(CLASS_NAMES.length);
    setSuperclasses(row.codes.keys(), statements, target, `${table}, ecg_id ${row.id}`);
    return target;
  });
  const group = (name: string, belongs: (row: PtbXlRow) => boolean): GroupCounts =>
    countGroup(name, rows, labels, belongs);

  const total = rates.length * rows.length;
  const files: VersionFiles[] = [];
  for (const [v, samplingRate] of rates.entries()) {
    const done = v * rows.length;
    files.push(
      await examineFiles(root, versions[v].map(({ file }) => file), samplingRate, {
        ...options,
        onProgress: (more) => options.onProgress?.(done + more, total),
      }),
    );
  }
  return {
    rows: rows.length,
    patients: new Set(rows.map(({ patient }) => patient)).size,
    parts: [
      group("train(1-8)", ({ fold }) => fold <= 8),
      group("val(9)", ({ fold }) => fold === 9),
      group("test(10)", ({ fold }) => fold === 10),
    ],
    folds: Array.from({ length: 10 }, (_, i) => group(`${i + 1}`, ({ fold }) => fold === i + 1)),
    sexes: SEXES.map((name) => group(name, ({ sex }) => (SEXES[sex] ?? "unknown") === name)),
    ageBands: AGE_BANDS.map((name) => group(name, ({ age }) => ageBand(age) === name)),
    all: group("all", () => true),
    cooccurrence: CLASS_NAMES.map((_, i) =>
      CLASS_NAMES.map((_, j) => labels.filter((label) => label[i] > 0 && label[j] > 0).length)
    ),
    versions: files,
  };
}

function countGroup(
  name: string,
  rows: readonly PtbXlRow[],
  labels: readonly Float32Array[],
  belongs: (row: PtbXlRow) => boolean,
): GroupCounts {
  const members = rows.flatMap((row, i) => belongs(row) ? [i] : []);
  return {
    name,
    records: members.length,
    patients: new Set(members.map((i) => rows[i].patient)).size,
    classes: CLASS_NAMES.map((_, c) => members.filter((i) => labels[i][c] > 0).length),
    none: members.filter((i) => labels[i].every((label) => label === 0)).length,
  };
}

async function examineFiles(
  root: string,
  names: readonly string[],
  samplingRate: 100 | 500,
  { verify = false, onProgress, signal }: InventoryOptions,
): Promise<VersionFiles> {
  let dat = 0;
  const missing: string[] = [];
  const damaged: { file: string; reason: string }[] = [];
  await examineEach(names, (file) => {
    const problem = recordProblem(root, file, verify);
    if (problem?.kind === "missing") missing.push(file);
    if (problem?.kind === "damaged") damaged.push({ file, reason: problem.reason });
    if (problem === undefined || hasSignalFile(root, file)) dat++;
  }, { onProgress, signal });
  return { samplingRate, dat, missing, damaged };
}

function hasSignalFile(root: string, file: string): boolean {
  try {
    return Deno.statSync(`${root}/${file}.dat`).isFile;
  } catch {
    return false;
  }
}

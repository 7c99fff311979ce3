/** What a copy of PTB-XL holds: records by fold, class, sex and age, and which files are there. */

import { existsSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { formatCount } from "../../text/format.ts";
import { examineEach } from "../inventory/examine_each.ts";
import {
  type CountFigure,
  groupBy,
  type Inventory,
  type InventoryOptions,
  listOf,
} from "../inventory/inventory.ts";
import { AGE_BANDS, ageBand, SEXES, sexName } from "../inventory/people.ts";
import { recordProblem } from "../inventory/record_problem.ts";
import { readText } from "../reading/load_table.ts";
import { CLASS_NAMES } from "../signals/record_set.ts";
import { type LabeledRow, parsePtbXlTable, ptbXlTables, readPtbXlRows } from "./ptb_xl_table.ts";

/** Counts of a group of records. */
interface GroupCounts {
  readonly name: string;
  readonly records: number;
  readonly patients: number;
  /** Records with each class, and without any, [6]. */
  readonly classes: readonly number[];
}

/** Files of one version of the signals. */
interface VersionFiles {
  /** Hz. */
  readonly rate: 100 | 500;
  /** Records whose `.dat` file is there. */
  readonly dat: number;
  /** Records whose header or signal file is not there, as the table names them. */
  readonly missing: readonly string[];
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/** Parts that the folds make, in the order of their names. */
const PARTS = ["train(1-8)", "val(9)", "test(10)"];
const FOLDS = Array.from({ length: 10 }, (_, i) => `${i + 1}`);
const CLASSES = [...CLASS_NAMES, "none"];

/**
 * Counts what a folder in PTB-XL's layout holds.
 *
 * @param root Folder with `ptbxl_database.csv` and `scp_statements.csv`
 * @throws {UserError} where a table is missing or not valid; `signal.reason` when aborted. Missing
 *   and damaged records are no errors but part of the result
 */
export async function takePtbXlInventory(
  root: string,
  name: string,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const fail = (message: string) => new UserError(message);
  const [table] = ptbXlTables(root);
  const text = readText(table, fail);
  const columns = text.slice(0, text.search(/[\r\n]|$/)).split(",");
  // One's own data may have one version only.
  const rates = ([[100, "filename_lr"], [500, "filename_hr"]] as const)
    .flatMap(([rate, column]) => columns.includes(column) ? [rate] : []);
  const rows = readPtbXlRows(root, rates[0] ?? 100, fail);

  const versions: VersionFiles[] = [];
  for (const [v, rate] of rates.entries()) {
    const onProgress = (done: number) =>
      options.onProgress?.(v * rows.length + done, rates.length * rows.length);
    const files = (v === 0 ? rows : parsePtbXlTable(text, rate, table)).map(({ file }) => file);
    versions.push(await examineFiles(root, files, rate, { ...options, onProgress }));
  }

  const count = (valueOf: (row: LabeledRow) => string, names: readonly string[]) =>
    groupBy(rows, valueOf, names).map(({ name, members }) => countGroup(name, members));
  const all = countGroup("all", rows);
  const parts = count(({ fold }) => PARTS[fold <= 8 ? 0 : fold - 8], PARTS);
  const groupings = [
    { group: "part", key: "parts", counts: [...parts, all] },
    { group: "fold", key: "folds", axis: "Fold", counts: count(({ fold }) => `${fold}`, FOLDS) },
    { group: "sex", key: "sexes", axis: "Sex", counts: count(({ sex }) => sexName(sex), SEXES) },
    {
      group: "age",
      key: "age_bands",
      axis: "Age (years)",
      counts: count(({ age }) => ageBand(age), AGE_BANDS),
    },
  ];
  const together = CLASS_NAMES.map((name, i) =>
    countGroup(name, rows.filter(({ classes }) => classes.includes(i))).classes
      .slice(0, CLASS_NAMES.length)
  );
  return {
    name,
    totals: {
      rows: formatCount(rows.length),
      patients: formatCount(all.patients),
      ...Object.fromEntries(versions.map(({ rate, dat }) => [
        rate === 100 ? "lr_dat" : "hr_dat",
        `${formatCount(dat)} of ${formatCount(rows.length)} (${rate} Hz)`,
      ])),
    },
    tables: [
      ...groupings.map(({ group, counts }) => ({
        groupTitle: group,
        columns: ["records", "patients", ...CLASSES],
        rows: counts.filter(({ records }) => records > 0)
          .map(({ name, records, patients, classes }) => ({
            name,
            cells: [records, patients, ...classes],
          })),
      })),
      {
        title: "Records with both classes:",
        groupTitle: "",
        columns: CLASS_NAMES,
        rows: CLASS_NAMES.map((name, i) => ({ name, cells: together[i] })),
      },
    ],
    lists: versions.flatMap((version) => listFiles(version, rows.length)),
    figures: [
      {
        file: "ptbxl_cooccurrence.svg",
        kind: "together",
        title: `${name}: classes that occur together`,
        caption: `n = ${formatCount(rows.length)} records. Records with both classes, and their ` +
          `share of the records of the row's class`,
        groupTitle: "Of the records with",
        groups: CLASS_NAMES,
        valueTitle: "so many also have",
        series: CLASS_NAMES.map((name, j) => ({ name, values: together.map((row) => row[j]) })),
      },
      ...groupings.flatMap(({ group, axis, counts }): CountFigure[] => {
        if (axis === undefined) return [];
        const present = counts.filter(({ records }) => records > 0);
        return [{
          file: `ptbxl_classes_by_${group}.svg`,
          kind: "grouped",
          title: `${name}: records of each class by ${group}`,
          caption: `n = ${formatCount(rows.length)} records; a record can have several classes`,
          groupTitle: axis,
          groups: present.map(({ name }) => name),
          valueTitle: "Records",
          series: CLASSES.map((name, c) => ({
            name,
            values: present.map(({ classes }) => classes[c]),
          })),
        }];
      }),
    ],
    json: {
      name,
      root,
      rows: rows.length,
      patients: all.patients,
      ...Object.fromEntries(groupings.map(({ key, counts }) => [key, describeGroups(counts)])),
      class_names: CLASS_NAMES,
      cooccurrence: together,
      files: Object.fromEntries(versions.map(({ rate, dat, missing, damaged }) => [
        rate === 100 ? "lr" : "hr",
        {
          sampling_rate: rate,
          dat,
          missing: missing.length,
          // A version that was not downloaded at all needs no list of its records.
          missing_files: missing.length < rows.length ? missing : [],
          damaged,
        },
      ])),
    },
  };
}

function countGroup(name: string, members: readonly LabeledRow[]): GroupCounts {
  const counts = new Array<number>(CLASSES.length).fill(0);
  for (const { classes } of members) {
    for (const c of classes.length === 0 ? [CLASS_NAMES.length] : classes) counts[c]++;
  }
  const patients = new Set(members.map(({ patient }) => patient)).size;
  return { name, records: members.length, patients, classes: counts };
}

function describeGroups(groups: readonly GroupCounts[]) {
  return Object.fromEntries(groups.map(({ name, records, patients, classes }) => [name, {
    records,
    patients,
    classes: Object.fromEntries(CLASS_NAMES.map((name, c) => [name, classes[c]])),
    none: classes[CLASS_NAMES.length],
  }]));
}

async function examineFiles(
  root: string,
  files: readonly string[],
  rate: 100 | 500,
  { verify = false, ...options }: InventoryOptions,
): Promise<VersionFiles> {
  let dat = 0;
  const missing: string[] = [];
  const damaged: { file: string; reason: string }[] = [];
  await examineEach(files, (file) => {
    const problem = recordProblem(root, file, verify);
    if (problem?.kind === "missing") missing.push(file);
    if (problem?.kind === "damaged") damaged.push({ file, reason: problem.reason });
    if (problem === undefined || existsSync(`${root}/${file}.dat`)) dat++;
  }, options);
  return { rate, dat, missing, damaged };
}

function listFiles({ rate, missing, damaged }: VersionFiles, rows: number): Inventory["lists"] {
  if (missing.length === rows) return [{ title: `No record is here at ${rate} Hz`, entries: [] }];
  if (missing.length + damaged.length === 0) {
    return [{ title: `All records at ${rate} Hz are here and whole`, entries: [] }];
  }
  const title = (kind: string, count: number) =>
    `${kind} at ${rate} Hz, ${formatCount(count)} of ${formatCount(rows)}`;
  return [
    ...listOf(
      title("Damaged", damaged.length),
      damaged.map(({ file, reason }) => `${file}: ${reason}`),
    ),
    ...listOf(title("Missing", missing.length), missing),
  ];
}

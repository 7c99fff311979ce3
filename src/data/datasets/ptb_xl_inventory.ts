/**
 * What a copy of PTB-XL holds: records by fold, class, sex and age, and which files are there.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { formatCount } from "../../text/format.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { examineEach } from "../inventory/examine_each.ts";
import {
  type Group,
  groupBy,
  type Inventory,
  type InventoryOptions,
} from "../inventory/inventory.ts";
import { AGE_BANDS, ageBand, SEXES, sexName } from "../inventory/people.ts";
import { recordProblem } from "../inventory/record_problem.ts";
import { CLASS_NAMES } from "../signals/record_set.ts";
import { parsePtbXlTable, type PtbXlRow } from "./ptb_xl_table.ts";
import { parseScpStatements, setSuperclasses } from "./scp_labels.ts";

/** A record and its classes. */
interface Labeled extends PtbXlRow {
  /** Indices into `CLASS_NAMES`. */
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

/**
 * Counts what a folder in PTB-XL's layout holds.
 *
 * @param root Folder with `ptbxl_database.csv` and `scp_statements.csv`
 * @param name What the set calls itself
 * @throws {UserError} where a table is missing or not valid; `signal.reason` when aborted. Missing
 *   and damaged records are no errors but part of the result
 */
export async function takePtbXlInventory(
  root: string,
  name: string,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const table = `${root}/ptbxl_database.csv`;
  const readText = (name: string) => new TextDecoder().decode(folderSource(root).read(name));
  const text = readText("ptbxl_database.csv");
  const columns = text.slice(0, text.search(/[\r\n]|$/)).split(",");
  // One's own data may have one version only.
  const rates = ([[100, "filename_lr"], [500, "filename_hr"]] as const)
    .flatMap(([rate, column]) => columns.includes(column) ? [rate] : []);
  const parsed = (rates.length > 0 ? rates : [100 as const])
    .map((rate) => parsePtbXlTable(text, rate, table));
  const statements = parseScpStatements(
    readText("scp_statements.csv"),
    `${root}/scp_statements.csv`,
  );
  const labels = new Float32Array(CLASS_NAMES.length);
  const rows: Labeled[] = parsed[0].map((row) => {
    setSuperclasses(row.codes.keys(), statements, labels, `${table}, ecg_id ${row.id}`);
    return { ...row, classes: [...CLASS_NAMES.keys()].filter((c) => labels[c] > 0) };
  });

  const versions: VersionFiles[] = [];
  for (const [v, rate] of rates.entries()) {
    const progress = (done: number) =>
      options.onProgress?.(v * rows.length + done, rates.length * rows.length);
    const files = parsed[v].map(({ file }) => file);
    versions.push(await examineFiles(root, files, rate, { ...options, onProgress: progress }));
  }

  const patients = new Set(rows.map(({ patient }) => patient)).size;
  const parts = groupBy(
    rows,
    ({ fold }) => fold <= 8 ? "train(1-8)" : fold === 9 ? "val(9)" : "test(10)",
    ["train(1-8)", "val(9)", "test(10)"],
  );
  const all = [...parts, { name: "all", members: rows }];
  const folds = groupBy(
    rows,
    ({ fold }) => `${fold}`,
    Array.from({ length: 10 }, (_, i) => `${i + 1}`),
  );
  const sexes = groupBy(rows, ({ sex }) => sexName(sex), SEXES);
  const ages = groupBy(rows, ({ age }) => ageBand(age), AGE_BANDS);
  const together = CLASS_NAMES.map((_, i) => {
    const members = rows.filter(({ classes }) => classes.includes(i));
    return CLASS_NAMES.map((_, j) => members.filter(({ classes }) => classes.includes(j)).length);
  });
  const figure = (group: string, groupTitle: string, groups: readonly Group<Labeled>[]) => {
    const present = groups.filter(({ members }) => members.length > 0);
    const counts = present.map(({ members }) => countClasses(members));
    return {
      file: `ptbxl_classes_by_${group}.svg`,
      kind: "grouped" as const,
      title: `${name}: records of each class by ${group}`,
      caption: `n = ${formatCount(rows.length)} records; a record can have several classes`,
      groupTitle,
      groups: present.map(({ name }) => name),
      valueTitle: "Records",
      series: [...CLASS_NAMES, "none"].map((name, c) => ({
        name,
        values: counts.map((each) => each[c]),
      })),
    };
  };
  return {
    name,
    totals: {
      rows: formatCount(rows.length),
      patients: formatCount(patients),
      ...Object.fromEntries(versions.map(({ rate, dat }) => [
        rate === 100 ? "lr_dat" : "hr_dat",
        `${formatCount(dat)} of ${formatCount(rows.length)} (${rate} Hz)`,
      ])),
    },
    tables: [
      classTable("part", all),
      classTable("fold", folds),
      classTable("sex", sexes),
      classTable("age", ages),
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
      figure("fold", "Fold", folds),
      figure("sex", "Sex", sexes),
      figure("age", "Age (years)", ages),
    ],
    json: {
      name,
      root,
      rows: rows.length,
      patients,
      parts: describeGroups(all),
      folds: describeGroups(folds),
      sexes: describeGroups(sexes),
      age_bands: describeGroups(ages),
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

/** Records with each class, and without any, [6]. */
function countClasses(members: readonly Labeled[]): number[] {
  const counts = new Array<number>(CLASS_NAMES.length + 1).fill(0);
  for (const { classes } of members) {
    for (const c of classes.length === 0 ? [CLASS_NAMES.length] : classes) counts[c]++;
  }
  return counts;
}

const countPatients = (members: readonly Labeled[]) =>
  new Set(members.map(({ patient }) => patient)).size;

function classTable(groupTitle: string, groups: readonly Group<Labeled>[]) {
  return {
    groupTitle,
    columns: ["records", "patients", ...CLASS_NAMES, "none"],
    rows: groups.filter(({ members }) => members.length > 0).map(({ name, members }) => ({
      name,
      cells: [members.length, countPatients(members), ...countClasses(members)],
    })),
  };
}

function describeGroups(groups: readonly Group<Labeled>[]) {
  return Object.fromEntries(groups.map(({ name, members }) => {
    const counts = countClasses(members);
    return [name, {
      records: members.length,
      patients: countPatients(members),
      classes: Object.fromEntries(CLASS_NAMES.map((name, c) => [name, counts[c]])),
      none: counts[CLASS_NAMES.length],
    }];
  }));
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
    {
      title: title("Damaged", damaged.length),
      entries: damaged.map(({ file, reason }) => `${file}: ${reason}`),
    },
    { title: title("Missing", missing.length), entries: missing },
  ].filter(({ entries }) => entries.length > 0);
}

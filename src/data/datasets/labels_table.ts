/**
 * The table of one's own data set: a CSV file with a row for each record, its path and its labels.
 */

import { assignFolds, FOLDS } from "../sampling/assign_folds.ts";
import { parseCsvTable } from "../files/csv.ts";
import type { Fail } from "../files/file_errors.ts";
import { decimal } from "../../text/decimal.ts";
import type { RecordTable } from "../reading/load_table.ts";

/** Columns that are no labels. */
const RESERVED: readonly string[] = ["path", "ecg_id", "patient", "fold"];

/**
 * Parses the table. `path` is needed; `ecg_id`, `patient` and `fold` may be there; every other column
 * is a class, its cells 0 or 1. Without `ecg_id`, records are numbered from 1; without `patient`,
 * every record is a patient of its own; without `fold`, {@linkcode assignFolds} draws them. Patients
 * may be any text; if all are whole numbers, these are kept, else they are numbered from 1.
 *
 * @param seed Decides the folds where the table has none
 * @throws {UserError} naming row and column where the table is empty, has no `path` or no class, a
 *   column has no name or is there twice, a row has another number of cells, a cell is not valid, a
 *   path or id appears twice, a patient is in several folds, or a class has no record
 */
export function parseLabelsTable(text: string, file: string, seed: number): RecordTable {
  const { header, rows: cells, fail } = parseCsvTable(text, file);
  checkHeader(header, fail);
  if (cells.length === 0) throw fail("it lists no records");
  const columnOf = (name: string): readonly string[] | undefined => {
    const index = header.indexOf(name);
    return index < 0 ? undefined : cells.map((row) => row[index]);
  };

  const paths = columnOf("path")!;
  checkPaths(paths, fail);
  const wholeNumbers = (name: string, low: number, high: number, range = "") =>
    columnOf(name)?.map((cell, r) => {
      const value = wholeNumber(cell, low, high);
      if (value !== undefined) return value;
      throw fail(`row ${r + 1}: ${name} needs a whole number${range}, got "${cell}"`);
    });
  const ids = wholeNumbers("ecg_id", 0, 2 ** 31 - 1) ?? cells.map((_, r) => r + 1);
  const seen = new Set<number>();
  ids.forEach((id, r) => {
    if (seen.has(id)) throw fail(`row ${r + 1}: ecg_id ${id} appears twice`);
    seen.add(id);
  });
  const names = columnOf("patient");
  const patients = names === undefined ? cells.map((_, r) => r + 1) : numberPatients(names, fail);

  const classNames = header.filter((name) => !RESERVED.includes(name));
  const labels = new Float32Array(cells.length * classNames.length);
  classNames.forEach((name, c) => {
    const column = columnOf(name)!;
    column.forEach((cell, r) => {
      const value = decimal(cell);
      if (value !== 0 && value !== 1) {
        throw fail(
          `row ${r + 1}, column ${name}: a label is 0 or 1, got "${cell}". Columns that are no ` +
            `labels are ${RESERVED.join(", ")}`,
        );
      }
      labels[r * classNames.length + c] = value;
    });
    if (column.every((cell) => Number(cell) === 0)) {
      throw fail(`no record has class ${name}. Leave the column away or add records`);
    }
  });

  const folds = wholeNumbers("fold", 1, FOLDS, ` from 1 to ${FOLDS}`) ??
    [...assignFolds({ patients, labels, classes: classNames.length, seed })];
  const first = new Map<number, number>(); // patient → row
  patients.forEach((patient, r) => {
    const other = first.get(patient) ?? r;
    first.set(patient, other);
    if (folds[r] !== folds[other]) {
      throw fail(
        `patient ${names?.[r]} has records in folds ${folds[other]} and ${folds[r]} (rows ` +
          `${other + 1} and ${r + 1}). Give all records of a patient the same fold`,
      );
    }
  });
  const rows = paths.map((file, r) => ({ id: ids[r], patient: patients[r], fold: folds[r], file }));
  return { rows, labels, classNames };
}

function checkHeader(header: readonly string[], fail: Fail): void {
  const unnamed = header.indexOf("");
  if (unnamed >= 0) {
    throw fail(
      `column ${unnamed + 1} has no name. Write the table without row numbers and without commas ` +
        `at the ends of lines`,
    );
  }
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw fail(`column ${twice} is there twice`);
  if (!header.includes("path")) {
    throw fail(`column "path" is missing; it has ${header.join(", ")}`);
  }
  if (header.every((name) => RESERVED.includes(name))) {
    throw fail(`it has no label column. Every column besides ${RESERVED.join(", ")} is a class`);
  }
}

function checkPaths(paths: readonly string[], fail: Fail): void {
  const rowOf = new Map<string, number>();
  paths.forEach((path, r) => {
    if (path === "") throw fail(`row ${r + 1}: the path is empty`);
    if (/^([/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes("..")) {
      throw fail(
        `row ${r + 1}: path ${path} leads out of the folder of records. Write paths relative to ` +
          `the table's folder, or give the folder of records`,
      );
    }
    // a, a.hea and ./a are one record.
    const plain = path.replace(/\.(hea|dat|mat)$/i, "").split(/[/\\]+/).filter((part) =>
      part !== "."
    ).join("/");
    const other = rowOf.get(plain);
    if (other !== undefined) throw fail(`rows ${other} and ${r + 1} name the same path, ${path}`);
    rowOf.set(plain, r + 1);
  });
}

function numberPatients(names: readonly string[], fail: Fail): number[] {
  const empty = names.indexOf("");
  if (empty >= 0) throw fail(`row ${empty + 1}: the patient is empty`);
  const numbers = names.map((name) => wholeNumber(name, 0, 2 ** 31 - 1));
  if (numbers.every((number) => number !== undefined)) return numbers as number[];
  const known = new Map([...new Set(names)].map((name, index) => [name, index + 1]));
  return names.map((name) => known.get(name)!);
}

function wholeNumber(cell: string, low: number, high: number): number | undefined {
  const value = decimal(cell);
  return value !== undefined && Number.isInteger(value) && value >= low && value <= high
    ? value
    : undefined;
}

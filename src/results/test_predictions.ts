/**
 * What a classifier says of the test records, as a file: for tests that compare two runs record by
 * record, and for curves.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "@std/csv";
import { parseCsv } from "../data/files/csv.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { readText } from "./schema/result_file.ts";

/** The file in the run folder of every classifier. */
export const TEST_PREDICTIONS_FILE = "test_predictions.csv";

/** What {@linkcode readTestPredictions} gives. */
export interface TestPredictions {
  /** `ecg_id`, [records]. */
  readonly ids: readonly string[];
  /** `patient_id`, [records]; empty where it is not known. */
  readonly patients: readonly string[];
  readonly classNames: readonly string[];
  /** [records, classes] */
  readonly probabilities: Float64Array;
  /** 0 or 1, [records, classes]. */
  readonly labels: Uint8Array;
}

const LABEL_PREFIX = "label_";

/**
 * CSV, a line a record in the order of `rows`: `ecg_id`, `patient_id`, a column of probabilities a
 * class, a column of labels (`label_NORM`) a class. Probabilities read back have the same bits.
 *
 * @param probabilities [rows, classes]
 */
export function testPredictionsCsv(
  { ids, patients, classNames, labels }: Pick<
    RecordSet,
    "ids" | "patients" | "classNames" | "labels"
  >,
  rows: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): string {
  const classes = classNames.length;
  const head = [
    "ecg_id",
    "patient_id",
    ...classNames,
    ...classNames.map((name) => LABEL_PREFIX + name),
  ];
  const table = Array.from(rows, (row, i) => [
    ids[row],
    patients[row],
    ...classNames.map((_, c) => probabilities[i * classes + c]),
    ...labels.subarray(row * classes, (row + 1) * classes),
  ]);
  return stringify([head, ...table], { headers: false });
}

/** CSV without labels: `ecg_id`, then the probability of each class. */
export function predictionsCsv(
  { rows, probabilities }: {
    readonly rows: Int32Array;
    /** [rows, classes] */
    readonly probabilities: Float64Array;
  },
  { ids, classNames }: Pick<RecordSet, "ids" | "classNames">,
): string {
  const classes = classNames.length;
  const table = Array.from(rows, (row, i) => [
    ids[row],
    ...probabilities.subarray(i * classes, (i + 1) * classes),
  ]);
  return stringify([["ecg_id", ...classNames], ...table], { headers: false });
}

/**
 * Reads what {@linkcode testPredictionsCsv} made.
 *
 * @param path The file, or the run folder that holds it as `test_predictions.csv`
 * @throws {UserError} When there is no such file, or it holds anything else.
 */
export function readTestPredictions(path: string): TestPredictions {
  const file = existsSync(path) && statSync(path).isDirectory()
    ? join(path, TEST_PREDICTIONS_FILE)
    : path;
  const fail = (what: string): never => {
    throw new UserError(
      `Cannot read ${file}: ${what}. Need ecg_id, patient_id, a column a class, and a column ` +
        `label_CLASS a class, as a training command writes them`,
    );
  };
  const [head = [], ...table] = parseCsv(readText(file), file);
  const classes = (head.length - 2) / 2;
  const classNames = head.slice(2, 2 + classes);
  const expected = ["ecg_id", "patient_id", ...classNames];
  expected.push(...classNames.map((name) => LABEL_PREFIX + name));
  if (classNames.length === 0 || head.join() !== expected.join()) {
    fail(`its columns are ${head.join(", ") || "none"}`);
  }
  const probabilities = new Float64Array(table.length * classes);
  const labels = new Uint8Array(table.length * classes);
  for (const [i, row] of table.entries()) {
    if (row.length !== head.length) fail(`line ${i + 2} has ${row.length} cells`);
    for (let c = 0; c < classes; c++) {
      const probability = row[2 + c].trim() === "" ? NaN : Number(row[2 + c]);
      const label = row[2 + classes + c];
      if (!(probability >= 0 && probability <= 1)) {
        fail(`line ${i + 2} has the probability "${row[2 + c]}"`);
      }
      if (label !== "0" && label !== "1") fail(`line ${i + 2} has the label "${label}"`);
      probabilities[i * classes + c] = probability;
      labels[i * classes + c] = Number(label);
    }
  }
  return {
    ids: table.map((row) => row[0]),
    patients: table.map((row) => row[1]),
    classNames,
    probabilities,
    labels,
  };
}

/** Patients as clusters; a record whose patient is not known is a cluster of its own. */
export function patientClusters(
  { ids, patients }: Pick<TestPredictions, "ids" | "patients">,
): number[] {
  const numbers = new Map<string, number>();
  return ids.map((id, i) => {
    const name = patients[i] === "" ? `record ${id}` : `patient ${patients[i]}`;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}

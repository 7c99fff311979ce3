/** Train, validation and test rows from the data set's own folds. */

import { UserError } from "../../errors.ts";
import type { RecordSet } from "../signals/record_set.ts";

/** Rows of a record set, ascending, by their use. */
export interface FoldSplit {
  /** Folds 1 to 8 by default. */
  readonly train: Int32Array;
  /** Fold 9 by default. */
  readonly validation: Int32Array;
  /** Fold 10 by default. */
  readonly test: Int32Array;
}

/** Rows whose fold is one of those wanted, ascending. */
export function rowsOfFolds(folds: ArrayLike<number>, wanted: readonly number[]): Int32Array {
  return Int32Array.from({ length: folds.length }, (_, row) => row)
    .filter((row) => wanted.includes(folds[row]));
}

/**
 * Splits by `strat_fold` as PTB-XL recommends (Wagner et al. 2020): 1–8 train, 9 validation, 10
 * test. All records of a patient are in one fold, so no patient is in two parts.
 *
 * @param assignment Other folds for a part
 * @throws {RangeError} where one fold serves twice
 * @throws {UserError} where a patient has records in two parts
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { splitByFolds } from "ssrl-ecg";
 * const set = { folds: new Uint8Array([1, 8, 9, 10]), patients: new Int32Array([1, 2, 3, 4]) };
 * const { train, validation, test } = splitByFolds(set);
 * assert(train.join() === "0,1" && validation[0] === 2 && test[0] === 3);
 * ```
 */
export function splitByFolds(
  set: Pick<RecordSet, "folds" | "patients">,
  assignment: { readonly [part in keyof FoldSplit]?: readonly number[] } = {},
): FoldSplit {
  const { train = [1, 2, 3, 4, 5, 6, 7, 8], validation = [9], test = [10] } = assignment;
  const used = [...train, ...validation, ...test];
  if (new Set(used).size !== used.length) {
    throw new RangeError(`Cannot split by folds ${used.join(", ")}: each may serve once`);
  }
  const split = {
    train: rowsOfFolds(set.folds, train),
    validation: rowsOfFolds(set.folds, validation),
    test: rowsOfFolds(set.folds, test),
  };
  const partOf = new Map<number, string>();
  for (const [part, rows] of Object.entries(split)) {
    for (const row of rows) {
      const patient = set.patients[row];
      const other = partOf.get(patient);
      if (other !== undefined && other !== part) {
        throw new UserError(
          `Cannot split the records: patient ${patient} has records in the folds of ${other} and ` +
            `of ${part}. Give all records of a patient the same fold`,
        );
      }
      partOf.set(patient, part);
    }
  }
  return split;
}

/**
 * Checks before any work that every part of the split has records.
 *
 * @throws {UserError} When one has none.
 */
export function assertAllParts(set: RecordSet): void {
  const { train, validation, test } = splitByFolds(set);
  const check = (rows: Int32Array, use: string) => {
    if (rows.length === 0) throw new UserError(`Found no records to ${use}`);
  };
  check(train, `train on in ${set.source}: need some in fold 1 to 8`);
  check(validation, `choose by in ${set.source}: need some in fold 9`);
  check(test, `test on in ${set.source}: need some in fold 10`);
}

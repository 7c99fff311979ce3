/**
 * The records of a job: PTB-XL where it is, else the synthetic cohort.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { Progress } from "../cli/progress.ts";
import { loadPtbXl } from "../data/ptb_xl.ts";
import type { RecordSet } from "../data/record_set.ts";
import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import { splitByFolds } from "../data/splits.ts";
import { SYNTHETIC_MARKER } from "../data/synthetic/write_cohort.ts";
import { UserError } from "../errors.ts";

/** Where records come from. */
export interface DataSource {
  readonly dataRoot: string;
  /** True where the user named the folder: then nothing else will do. */
  readonly explicit: boolean;
  /** Hz, as the flag writes it. */
  readonly resolution: "100" | "500";
  /** T; 10 s where absent. */
  readonly signalLength?: number | undefined;
  /** Fail on the first damaged record. */
  readonly strict: boolean;
  /** Size and seed of the cohort that stands in for PTB-XL. */
  readonly synthetic: { readonly records: number; readonly seed: number };
}

/** Seed of the cohort that commands synthesize when there is no PTB-XL: the same for all of them. */
export const COHORT_SEED = 42;

/** True where `dataRoot` looks like PTB-XL. */
export function hasPtbXl(dataRoot: string): boolean {
  return existsSync(`${dataRoot}/ptbxl_database.csv`);
}

/** Reads PTB-XL, or synthesizes the cohort and says so in one line. */
export async function openRecords(source: DataSource): Promise<RecordSet> {
  const { dataRoot, explicit, strict } = source;
  const samplingRate = source.resolution === "500" ? 500 : 100;
  const signalLength = source.signalLength ?? 10 * samplingRate;
  if (explicit || hasPtbXl(dataRoot)) {
    using progress = new Progress({ label: "Reading records", total: 1, unit: "records" });
    // A cohort that `synthesize` wrote has PTB-XL's layout but must never pass for it.
    const synthetic = existsSync(`${dataRoot}/${SYNTHETIC_MARKER}`);
    return await loadPtbXl(dataRoot, {
      synthetic,
      ...(synthetic ? { name: "Synthetic cohort" } : {}),
      samplingRate,
      signalLength,
      strict,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
  }
  const duration = signalLength / samplingRate;
  if (duration > 10) {
    throw new UserError(
      `Cannot synthesize records of ${signalLength} samples: the cohort has ` +
        `${10 * samplingRate} at ${samplingRate} Hz. Give --data-root`,
    );
  }
  console.log(
    `There is no PTB-XL in ${dataRoot}: computing on a synthetic cohort ` +
      `(deno task fetch-ptbxl brings the real one)`,
  );
  const { records, seed } = source.synthetic;
  return synthesizeCohort({ records, seed, samplingRate, duration });
}

/**
 * Checks before any work that every part of the split has records.
 *
 * @throws {UserError} When one has none.
 */
export function assertAllParts(set: RecordSet): void {
  const { train, validation, test } = splitByFolds(set);
  for (
    const [rows, part, folds] of [
      [train, "train on", "1 to 8"],
      [validation, "choose by", "9"],
      [test, "test on", "10"],
    ] as const
  ) {
    if (rows.length === 0) {
      throw new UserError(
        `Found no records to ${part} in ${set.source}: need some with strat_fold ${folds}`,
      );
    }
  }
}

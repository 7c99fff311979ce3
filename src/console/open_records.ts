/** The records of a command: one's own, a data set that is there, else the synthetic cohort. */

import { loadLabelsCsv } from "../data/datasets/labels_csv.ts";
import { ptbXl } from "../data/datasets/ptb_xl.ts";
import { recognizeDataset } from "../data/datasets/registry.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import { UsageError, UserError } from "../errors.ts";
import { programName } from "./flags/own_command.ts";
import type { DataOptions } from "./flags/training_flags.ts";
import { Progress } from "./progress.ts";

/** Seed of the cohort that commands synthesize when there is no PTB-XL: the same for all of them. */
const COHORT_SEED = 42;

/** True where commands compute on the synthetic cohort because nothing else is there. */
export function needsCohort(
  { labelsCsv, dataRoot }: Pick<DataOptions, "labelsCsv" | "dataRoot">,
  given: ReadonlySet<string>,
): boolean {
  // A folder that was named must do.
  return labelsCsv === undefined && !given.has("data-root") && !ptbXl.isIn(dataRoot);
}

/**
 * Reads one's own table or a data set; or synthesizes the cohort and says so in one line.
 *
 * @param given Names of the flags on the command line
 * @param cohortRecords Records of the cohort
 */
export async function openRecords(
  flags: DataOptions,
  given: ReadonlySet<string>,
  cohortRecords: number,
): Promise<RecordSet> {
  const { dataRoot, strict, labelsCsv } = flags;
  const samplingRate: 100 | 500 = flags.resolution === "500" ? 500 : 100;
  const signalLength = flags.signalLength ?? 10 * samplingRate;
  if (labelsCsv === undefined && (flags.samplingRate ?? flags.units) !== undefined) {
    throw new UsageError(
      "--sampling-rate and --units are for --labels-csv: give it, or leave them",
    );
  }
  if (!needsCohort(flags, given)) {
    using progress = new Progress({ label: "Reading records", unit: "records" });
    const shared = { samplingRate, signalLength, strict, onProgress: progress.report };
    if (labelsCsv !== undefined) {
      return await loadLabelsCsv(labelsCsv, {
        ...shared,
        root: given.has("data-root") ? dataRoot : undefined,
        sourceRate: flags.samplingRate,
        units: flags.units,
      });
    }
    // A folder that holds no set is read as PTB-XL: the error says what is missing.
    return await (recognizeDataset(dataRoot) ?? ptbXl).load!(dataRoot, shared);
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
      `(${programName()} fetch-ptbxl brings the real one)`,
  );
  return synthesizeCohort({ records: cohortRecords, seed: COHORT_SEED, samplingRate, duration });
}

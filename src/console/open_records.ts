/**
 * The records of a command: one's own, a data set that is there, else the synthetic cohort.
 *
 * @module
 */

import { programName } from "../text/program_name.ts";
import { Progress } from "./progress.ts";
import { loadLabelsCsv } from "../data/datasets/labels_csv.ts";
import { ptbXl } from "../data/datasets/ptb_xl.ts";
import { recognizeDataset } from "../data/datasets/registry.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import { UsageError, UserError } from "../errors.ts";

/** Where records come from. */
export interface DataSource {
  readonly dataRoot: string;
  /** True where the user named the folder: then nothing else will do. */
  readonly explicit: boolean;
  /** Table of one's own records. */
  readonly labelsCsv?: string | undefined;
  /** Rate, Hz, and unit of signal files of that table that state none. */
  readonly samplingRate?: number | undefined;
  readonly units?: string | undefined;
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

/** True where commands compute on the synthetic cohort because nothing else is there. */
export function needsCohort(
  { labelsCsv, explicit, dataRoot }: Pick<DataSource, "labelsCsv" | "explicit" | "dataRoot">,
): boolean {
  return labelsCsv === undefined && !explicit && !ptbXl.isIn(dataRoot);
}

/** Reads one's own table or a data set; or synthesizes the cohort and says so in one line. */
export async function openRecords(source: DataSource): Promise<RecordSet> {
  const { dataRoot, explicit, strict, labelsCsv } = source;
  const samplingRate: 100 | 500 = source.resolution === "500" ? 500 : 100;
  const signalLength = source.signalLength ?? 10 * samplingRate;
  if (labelsCsv === undefined && (source.samplingRate ?? source.units) !== undefined) {
    throw new UsageError(
      "--sampling-rate and --units are for --labels-csv: give it, or leave them",
    );
  }
  if (!needsCohort(source)) {
    using progress = new Progress({ label: "Reading records", total: 1, unit: "records" });
    const shared = {
      samplingRate,
      signalLength,
      strict,
      onProgress: (done: number, total: number) => progress.update(done, undefined, total),
    };
    if (labelsCsv !== undefined) {
      return await loadLabelsCsv(labelsCsv, {
        ...shared,
        root: explicit ? dataRoot : undefined,
        sourceRate: source.samplingRate,
        units: source.units,
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
  const { records, seed } = source.synthetic;
  return synthesizeCohort({ records, seed, samplingRate, duration });
}

/**
 * Takes stock of the data sets that are on this machine.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { programName } from "../../text/program_name.ts";
import type { InventoryOptions } from "./examine_each.ts";
import { type MitBihInventory, takeMitBihInventory } from "./mit_bih_inventory.ts";
import { type PtbXlInventory, takePtbXlInventory } from "./ptb_xl_inventory.ts";
import {
  type RecordFolderInventory,
  takeRecordFolderInventory,
} from "./record_folder_inventory.ts";
import { MIT_BIH_RECORDS } from "../datasets/mit_bih_split.ts";
import { hasPtbXl } from "../datasets/ptb_xl.ts";
import { SYNTHETIC_MARKER } from "../synthetic/write_cohort.ts";
import { UserError } from "../../errors.ts";

/** Where to look. */
export interface AnalyzeDatasetsOptions {
  readonly ptbxlRoot: string;
  readonly mitbihRoot: string;
  /** Any folder of WFDB or PhysioNet-challenge records. */
  readonly recordsRoot?: string;
  /** Read every sample and compare checksums. */
  readonly verify?: boolean;
  /** Called with the name of the data set, the records examined so far, and all. */
  readonly onProgress?: (name: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What was found; a data set that is not there is undefined. */
export interface DatasetsAnalysis {
  readonly ptbXl: (PtbXlInventory & { readonly name: string }) | undefined;
  readonly mitBih: MitBihInventory | undefined;
  readonly records: RecordFolderInventory | undefined;
}

/**
 * Takes stock of PTB-XL, of MIT-BIH and, where asked for, of a folder of records.
 *
 * @throws {UserError} where none of them is there, or a table of PTB-XL is not valid;
 *   `signal.reason` when aborted
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { analyzeDatasets, writeCohort } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * await writeCohort({ destination: folder, records: 10, seed: 1 });
 * const { ptbXl } = await analyzeDatasets({ ptbxlRoot: folder, mitbihRoot: "nowhere" });
 * assert(ptbXl?.rows === 10 && ptbXl.versions[0].dat === 10);
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function analyzeDatasets(options: AnalyzeDatasetsOptions): Promise<DatasetsAnalysis> {
  const { ptbxlRoot, mitbihRoot, recordsRoot, verify, onProgress, signal } = options;
  const settings = (name: string): InventoryOptions => ({
    verify,
    signal,
    onProgress: (done, total) => onProgress?.(name, done, total),
  });
  const there = {
    ptbXl: hasPtbXl(ptbxlRoot),
    mitBih: MIT_BIH_RECORDS.some((record) => existsSync(`${mitbihRoot}/${record}.hea`)),
    records: recordsRoot !== undefined && existsSync(recordsRoot),
  };
  if (!there.ptbXl && !there.mitBih && !there.records) {
    throw new UserError(
      `Found no data set: no ptbxl_database.csv in ${ptbxlRoot}, no record of MIT-BIH in ` +
        `${mitbihRoot}${
          recordsRoot === undefined ? "" : `, no folder ${recordsRoot}`
        }. Bring one ` +
        `with "${programName()} fetch-ptbxl" or "${programName()} fetch-mitbih", or give --ptbxl-root, ` +
        `--mitbih-root or --records-root`,
    );
  }
  // A cohort that `synthesize` wrote has PTB-XL's layout but must never pass for it.
  const name = existsSync(`${ptbxlRoot}/${SYNTHETIC_MARKER}`) ? "Synthetic cohort" : "PTB-XL";
  return {
    ptbXl: there.ptbXl
      ? { name, ...await takePtbXlInventory(ptbxlRoot, settings(name)) }
      : undefined,
    mitBih: there.mitBih ? await takeMitBihInventory(mitbihRoot, settings("MIT-BIH")) : undefined,
    records: there.records
      ? await takeRecordFolderInventory(recordsRoot!, settings("records"))
      : undefined,
  };
}

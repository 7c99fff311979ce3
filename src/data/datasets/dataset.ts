/**
 * What the project knows of a data set. Every set is one object of this type; `registry.ts` lists them,
 * and commands ask the list instead of naming sets.
 */

import type { DataSetFiles } from "../download/download.ts";
import type { Inventory, InventoryOptions } from "../inventory/inventory.ts";
import type { AnyFormatOptions, LoadOptions } from "../reading/load_table.ts";
import type { RecordSet } from "../signals/record_set.ts";

/** A data set, or a kind of folder with records. */
export interface Dataset {
  /** What flags, tasks and JSON keys call it: `--ptbxl-root`, `fetch-ptbxl`, `ptbxl`. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** What its folder is, in a help text. */
  readonly description: string;
  /** Where it is looked for; absent where the user has to name a folder. */
  readonly folder?: string;
  /** What {@linkcode isIn} looks for, for messages. */
  readonly mark: string;
  /** Whether a folder holds the set, or a part of it. */
  isIn(folder: string): boolean;
  /** Counts what a folder holds. */
  takeInventory(folder: string, options?: InventoryOptions): Promise<Inventory>;
  /** Files to download; absent where there is no public address. */
  readonly files?: DataSetFiles;
  /** Reads the set as records for pretraining and classification; absent where it has no twelve leads. */
  load?(folder: string, options: DatasetLoadOptions): Promise<RecordSet>;
  /** What a transfer from another set needs; absent where the set is no target of one. */
  readonly transfer?: TransferTarget;
}

/** How every set is loaded; a set takes the rates that it has. */
export interface DatasetLoadOptions extends Pick<LoadOptions, "strict" | "onProgress"> {
  /** Rate of the result, Hz. */
  readonly samplingRate: 100 | 500;
  /** Samples to keep of each record, T. */
  readonly signalLength: number;
}

/** Windows of long recordings with a label each; `folds` tells the parts, as in every record set. */
export interface WindowSet extends RecordSet {
  /** Number of the recording of each window, [windows]: intervals draw whole recordings. */
  readonly records: Int32Array;
}

/** How windows are cut: their rate, length and how damaged recordings are dealt with. */
export type WindowOptions = Pick<
  AnyFormatOptions,
  "samplingRate" | "signalLength" | "strict" | "onProgress"
>;

/** A set with windows to classify: training, validation and test part by whole recordings. */
export interface TransferTarget {
  /** Loads the windows that have a label, at the rate of a model. */
  load(folder: string, options?: WindowOptions): Promise<WindowSet>;
  /** Recordings that make a part where all are there, for messages. */
  recordsOf(part: "train" | "validation" | "test"): readonly number[];
}

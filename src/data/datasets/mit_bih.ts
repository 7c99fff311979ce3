/**
 * The MIT-BIH Arrhythmia Database (Moody & Mark, IEEE Eng. Med. Biol. 20:45, 2001; doi 10.13026/C2F305)
 * as a data set with one class: is there an abnormal beat in a window of ten seconds?
 */

import { existsSync, statSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { plural } from "../../text/format.ts";
import { attempt, cannotRead, readFailureReason } from "../files/file_errors.ts";
import { readAnnotationsSync } from "../files/wfdb/annotations.ts";
import { readRecordSync } from "../files/wfdb/read_record.ts";
import { physicalValues } from "../files/wfdb/record.ts";
import { examineEach } from "../inventory/examine_each.ts";
import { shapeOf, strictError } from "../reading/load_table.ts";
import { millivoltsPerUnit } from "../signals/lead_signals.ts";
import { LEADS, type QuarantinedRecord, UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import { resample } from "../signals/resample.ts";
import { labelWindows, type WindowLabel } from "./aami_classes.ts";
import type { Dataset, WindowOptions, WindowSet } from "./dataset.ts";
import { takeMitBihInventory } from "./mit_bih_inventory.ts";
import { MIT_BIH_RECORDS, mitBihFold, mitBihPart, mitBihSubject } from "./mit_bih_split.ts";

/** What the project knows of the MIT-BIH Arrhythmia Database. */
export const mitBih: Dataset = {
  id: "mitbih",
  name: "MIT-BIH",
  description: "Folder of the MIT-BIH Arrhythmia Database",
  folder: "data/MIT-BIH/files/mitdb/1.0.0",
  mark: "record of MIT-BIH",
  isIn: (folder) => MIT_BIH_RECORDS.some((record) => existsSync(`${folder}/${record}.hea`)),
  takeInventory: takeMitBihInventory,
  files: {
    url: "https://physionet.org/files/mitdb/1.0.0/",
    ledger: ".fetch-mitbih",
    // Not the folders below: the printed directory, signals without annotations.
    wants: (name) => !name.includes("/"),
    records: "records",
  },
  transfer: {
    load: loadMitBih,
    recordsOf: (part) => MIT_BIH_RECORDS.filter((record) => mitBihPart(record) === part),
  },
};

/** The name of the class. */
const MIT_BIH_CLASS = "abnormal";

/** The lead that is taken: a modified limb lead II, in all records but 102 and 104. */
const MIT_BIH_LEAD = "MLII";

/**
 * Loads the database: windows of {@linkcode MIT_BIH_LEAD} without overlap, brought to the model's
 * rate by an anti-aliasing filter over the whole record, repeated on all twelve channels; the rest
 * of a record that fills no window is left out, and so are windows without any beat.
 *
 * The mean of each window is taken off. The recorders of MIT-BIH leave an offset of up to a few
 * millivolts, which differs from record to record (-0.41 mV on average in the training part); other
 * databases have none, and an encoder trained on them has never seen one.
 *
 * Folds follow the inter-patient split of `mit_bih_split.ts`, by whole records: 1 to 8 train, 9
 * validates, 10 tests. A record that is missing, damaged or fails its checksum is left out and
 * listed in `quarantined`, with the record's number as `id`. The `ids` are 1,000 times the record's
 * number plus the number of the window.
 *
 * @param root Folder with `100.hea`, `100.dat`, `100.atr` …
 * @throws {UserError} where no record can be read; with `strict` also for the first damaged record
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { loadMitBih } from "ssrl-ecg";
 * async function abnormalWindows() {
 *   const set = await loadMitBih("data/MIT-BIH/files/mitdb/1.0.0", { samplingRate: 100 });
 *   return set.labels.filter((label) => label === 1).length;
 * }
 * assert(typeof abnormalWindows === "function");
 * ```
 */
export async function loadMitBih(root: string, options: WindowOptions = {}): Promise<WindowSet> {
  const { strict = false, onProgress } = options;
  const { samplingRate, signalLength } = shapeOf(options);
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw absent(`Cannot read MIT-BIH in ${root}: there is no such folder`);
  }
  const wanted = MIT_BIH_RECORDS.filter((record) => mitBihPart(record) !== "unused");
  const windows: { record: number; index: number; abnormal: boolean; samples: Int16Array }[] = [];
  const quarantined: QuarantinedRecord[] = [];
  await examineEach(wanted, (record) => {
    const lead = attempt(() => readLead(root, record, samplingRate, signalLength));
    if (lead instanceof UserError) {
      quarantined.push({ id: record, file: String(record), reason: readFailureReason(lead) });
      if (strict) throw strictError(quarantined);
      return;
    }
    lead.labels.forEach((label, index) => {
      if (label === "unlabeled") return;
      const samples = lead.samples.subarray(index * signalLength, (index + 1) * signalLength);
      windows.push({ record, index, abnormal: label === "abnormal", samples });
    });
  }, { onProgress });
  if (quarantined.length === wanted.length) {
    throw absent(
      `Cannot read any record of MIT-BIH in ${root}; the first: ${quarantined[0].reason}`,
    );
  }
  if (windows.length === 0) {
    const seconds = signalLength / samplingRate;
    throw new UserError(
      `Cannot use MIT-BIH in ${root}: no record holds ${seconds} s with a beat. Ask for shorter ` +
        `windows`,
    );
  }
  const samples = new Int16Array(windows.length * signalLength * LEADS.length); // [windows, T, 12]
  windows.forEach((window, row) => {
    window.samples.forEach((value, t) => {
      const at = (row * signalLength + t) * LEADS.length;
      samples.fill(value, at, at + LEADS.length);
    });
  });
  const records = Int32Array.from(windows, ({ record }) => record);
  const count = new Set(records).size;
  return {
    source: `MIT-BIH (${plural(windows.length, "window")} of ${plural(count, "record")}, ${root})`,
    synthetic: false,
    samplingRate,
    signalLength,
    leads: LEADS,
    classNames: [MIT_BIH_CLASS],
    samples,
    millivoltsPerUnit: 1 / UNITS_PER_MILLIVOLT,
    labels: Float32Array.from(windows, ({ abnormal }) => abnormal ? 1 : 0),
    ids: Int32Array.from(windows, ({ record, index }) => 1000 * record + index),
    patients: Int32Array.from(records, mitBihSubject),
    folds: Uint8Array.from(records, mitBihFold),
    records,
    quarantined,
    padded: 0,
    recordings: count,
  };
}

/** Whole windows of lead II of one record at the wanted rate, digital units, and their labels. */
function readLead(
  root: string,
  record: number,
  samplingRate: number,
  signalLength: number,
): { samples: Int16Array; labels: WindowLabel[] } {
  const fail = cannotRead(`${record}.hea`);
  const { signals, header } = readRecordSync(`${root}/${record}`, { verification: "error" });
  const signal = signals.find(({ description }) => description === MIT_BIH_LEAD);
  if (signal === undefined) throw fail(`it has no lead ${MIT_BIH_LEAD}`);
  const millivolts = millivoltsPerUnit(signal.units);
  if (millivolts === undefined) throw fail(`${MIT_BIH_LEAD} is in "${signal.units}", need mV`);
  const values = physicalValues(signal);
  const missing = values.findIndex(Number.isNaN);
  if (missing >= 0) throw fail(`${MIT_BIH_LEAD} has no value at sample ${missing}`);
  const { annotations, timeResolution } = readAnnotationsSync(`${root}/${record}.atr`);

  const rate = header.frameRate * signal.samplesPerFrame;
  const resampled = values.length > 0 ? resample(values, rate, samplingRate) : values;
  const windows = Math.floor(resampled.length / signalLength);
  const samples = new Int16Array(windows * signalLength);
  for (let start = 0; start < samples.length; start += signalLength) {
    const window = resampled.subarray(start, start + signalLength);
    const mean = window.reduce((sum, value) => sum + value, 0) / signalLength;
    window.forEach((value, t) => {
      const units = Math.round((value - mean) * millivolts * UNITS_PER_MILLIVOLT);
      if (units < -32768 || units > 32767) throw fail(`${MIT_BIH_LEAD} exceeds 32.767 mV`);
      samples[start + t] = units;
    });
  }
  const ticksPerWindow = signalLength / samplingRate * (timeResolution ?? header.frameRate);
  return { samples, labels: labelWindows(annotations, ticksPerWindow, windows) };
}

function absent(message: string): UserError {
  return new UserError(message, { remedy: "fetch-dataset", id: "mitbih", name: "MIT-BIH" });
}

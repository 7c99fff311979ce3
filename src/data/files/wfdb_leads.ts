/**
 * The twelve leads of a WFDB record, found by name.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { leadIndex, missingLeads } from "../signals/lead_names.ts";
import { LEADS } from "../signals/record_set.ts";
import { millivoltsPerUnit } from "../signals/voltage_units.ts";
import type { FileSource } from "./wfdb/file_source.ts";
import { readRecordFrom } from "./wfdb/read_record.ts";
import type { WfdbSignal } from "./wfdb/record.ts";

/** The twelve leads of a record in digital units. */
export interface WfdbLeads {
  /** Hz. */
  readonly samplingRate: number;
  /** Samples of each lead. */
  readonly samples: number;
  /** In the order of `LEADS`. */
  readonly signals: readonly WfdbSignal[];
  /** Millivolts of the unit that `gain` refers to, for each lead. */
  readonly millivolts: readonly number[];
}

/**
 * Reads a record and finds its twelve leads.
 *
 * @param source Folder that holds the record or a folder above it
 * @param file Record path in it, without extension
 * @throws {UserError} where the record is missing, truncated, damaged or empty, fails its checksum,
 *   lacks a lead or has it twice, or a lead is not in volts or has several samples a frame
 */
export function readWfdbLeads(source: FileSource, file: string): WfdbLeads {
  const cut = file.lastIndexOf("/");
  const folder = file.slice(0, cut + 1);
  const inFolder: FileSource = {
    read: (name) => source.read(folder + name),
    exists: (name) => source.exists(folder + name),
  };
  const record = readRecordFrom(inFolder, file.slice(cut + 1), { verification: "error" });
  const fail = (reason: string) => new UserError(`Cannot read ${file}.hea: ${reason}`);

  if (record.frames === 0) throw fail("it has no samples");
  const missing = missingLeads(record.signals.map(({ description }) => description));
  if (missing.length > 0) throw fail(`it has no lead ${missing.join(", ")}`);
  const signals = new Array<WfdbSignal | undefined>(LEADS.length);
  for (const signal of record.signals) {
    const index = leadIndex(signal.description);
    if (index < 0) continue;
    if (signals[index] !== undefined) throw fail(`it has lead ${LEADS[index]} twice`);
    signals[index] = signal;
  }
  const found = signals as WfdbSignal[];
  const millivolts = found.map((signal, index) => {
    const factor = millivoltsPerUnit(signal.units);
    if (factor === undefined) {
      throw fail(`lead ${LEADS[index]} is in "${signal.units}", need mV`);
    }
    if (signal.samplesPerFrame !== 1) {
      throw fail(`lead ${LEADS[index]} has ${signal.samplesPerFrame} samples a frame, need 1`);
    }
    return factor;
  });
  const samplingRate = record.header.frameRate;
  return { samplingRate, samples: record.frames, signals: found, millivolts };
}

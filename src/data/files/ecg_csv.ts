/** An ECG as a CSV table: one column a lead, one row a sample. */

import { decimal } from "../../text/decimal.ts";
import { findLeads, leadIndex } from "../signals/lead_names.ts";
import { knownUnit, type LeadSignals, type SignalAssumptions } from "../signals/lead_signals.ts";
import { LEADS } from "../signals/record_set.ts";
import { parseCsvTable } from "./csv.ts";
import type { Fail } from "./file_errors.ts";

/** Names of the column that holds the time of a sample in seconds, lower-case. */
const TIME_COLUMNS = ["time", "t", "seconds", "time_s", "time (s)"];

/**
 * Parses a table whose first row names the twelve leads in any order and case; more in
 * {@linkcode leadIndex}. A column `time` (or `t`, `seconds`, `time_s`, `time (s)`) in seconds gives
 * the rate; a whole number of hertz is taken where it fits all times to half a sample.
 *
 * @param assumptions Rate of a table without a time column; unit, mV by default
 * @throws {UserError} where the table is empty; a lead is missing, unknown or there twice; a row has
 *   another number of cells; a cell is empty or not a number; the rate is not known, or the times
 *   are not evenly spaced; the unit is unknown
 */
export function parseEcgCsv(
  text: string,
  file: string,
  assumptions: SignalAssumptions = {},
): LeadSignals {
  const { header, rows, fail } = parseCsvTable(text, file);
  const scale = knownUnit(assumptions.units ?? "mV", fail);
  const isTime = (name: string) => TIME_COLUMNS.includes(name.toLowerCase());
  const unknown = header.filter((name) => leadIndex(name) < 0 && !isTime(name))
    .map((name) => `"${name}"`);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : "");
    throw fail(
      `${shown} in its first row ${unknown.length === 1 ? "is" : "are"} not known. Known are the ` +
        `leads ${LEADS.join(", ")} and time`,
    );
  }
  const leadColumns = findLeads(header, fail);
  const timeColumn = header.findIndex(isTime);
  if (header.findLastIndex(isTime) > timeColumn) throw fail("it has two columns of times");
  const samples = rows.length;
  if (samples === 0) throw fail("there are no samples below the names of the leads");
  const times = new Float64Array(samples);
  const leads = LEADS.map(() => new Float64Array(samples));
  rows.forEach((row, t) => {
    const number = (column: number): number => {
      const value = decimal(row[column]);
      if (value !== undefined) return value;
      throw fail(
        `column ${header[column]}, row ${t + 1} ` +
          (/^(nan)?$/i.test(row[column]) ? "has no value" : `is not a number: "${row[column]}"`),
      );
    };
    if (timeColumn >= 0) times[t] = number(timeColumn);
    leads.forEach((lead, index) => lead[t] = number(leadColumns[index]) * scale);
  });
  const samplingRate = timeColumn >= 0 ? rateOf(times, fail) : assumptions.sourceRate;
  if (samplingRate === undefined) {
    throw fail(
      "its sampling rate is not known. State it, or add a column time in seconds",
      { remedy: "state-sampling-rate" },
    );
  }
  return { samplingRate, samples, leads };
}

/** The rate of evenly spaced times in seconds. */
function rateOf(times: Float64Array, fail: Fail): number {
  const steps = times.length - 1;
  const exact = steps / (times[steps] - times[0]);
  if (steps === 0 || !(Number.isFinite(exact) && exact > 0)) {
    throw fail("its column time does not rise, so the sampling rate is not known");
  }
  const whole = Math.round(exact);
  const rate = whole > 0 && Math.abs(whole / exact - 1) * steps < 0.5 ? whole : exact;
  // Times may be rounded: three decimals at 360 Hz are off by a fifth of a sample.
  const uneven = times.findIndex((time, t) => !(Math.abs((time - times[0]) * rate - t) < 0.75));
  if (uneven >= 0) {
    throw fail(`its column time is not evenly spaced: row ${uneven + 1} has ${times[uneven]} s`);
  }
  return rate;
}

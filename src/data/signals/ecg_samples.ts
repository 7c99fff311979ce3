/** An ECG that a program has in memory. */

import { UserError } from "../../errors.ts";
import { findLeads } from "./lead_names.ts";
import { knownUnit, type LeadSignals } from "./lead_signals.ts";
import { LEADS } from "./record_set.ts";

/** Samples of each lead, with what they mean. */
export interface EcgSamples {
  /** What messages and results call it. */
  readonly name?: string;
  /** Hz. */
  readonly samplingRate: number;
  /** [leads][samples], all of one length. */
  readonly leads: readonly ArrayLike<number>[];
  /** What each lead is called, as in `aVR` or `Lead II`. Default: `LEADS`, in its order. */
  readonly leadNames?: readonly string[];
  /** V, mV, uV or nV. Default mV. */
  readonly units?: string;
}

/**
 * The twelve leads in millivolts, in the order of `LEADS`. Others are left out.
 *
 * @throws {UserError} where a lead is missing or there twice, leads differ in length, or the unit is
 *   unknown
 */
export function leadSignals(ecg: EcgSamples): LeadSignals {
  const { name = "the ECG", samplingRate, leads, leadNames = LEADS, units = "mV" } = ecg;
  const fail = (reason: string) => new UserError(`Cannot use ${name}: ${reason}`);
  const scale = knownUnit(units, fail);
  if (leads.length !== leadNames.length) {
    throw fail(`it has ${leads.length} leads and ${leadNames.length} names for them`);
  }
  const found = findLeads(leadNames, fail);
  const [{ length: samples }] = leads;
  if (samples === 0) throw fail("it has no samples");
  const other = leads.findIndex(({ length }) => length !== samples);
  if (other >= 0) {
    throw fail(
      `lead ${leadNames[other]} has ${leads[other].length} samples, ${leadNames[0]} has ${samples}`,
    );
  }
  return {
    samplingRate,
    samples,
    leads: found.map((i) => Float64Array.from(leads[i], (value) => value * scale)),
  };
}

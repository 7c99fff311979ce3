/**
 * An ECG that a program has in memory.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { leadIndex, missingLeads } from "./lead_names.ts";
import { type LeadSignals, millivoltsPerUnit } from "./lead_signals.ts";
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
  const scale = millivoltsPerUnit(units);
  if (scale === undefined) throw fail(`the unit "${units}" is not known; give V, mV, uV or nV`);
  if (leads.length !== leadNames.length) {
    throw fail(`it has ${leads.length} leads and ${leadNames.length} names for them`);
  }
  const missing = missingLeads(leadNames);
  if (missing.length > 0) throw fail(`it has no lead ${missing.join(", ")}`);
  const [{ length: samples }] = leads;
  if (samples === 0) throw fail("it has no samples");
  const found = new Array<Float64Array>(LEADS.length);
  for (const [i, values] of leads.entries()) {
    const index = leadIndex(leadNames[i]);
    if (values.length !== samples) {
      throw fail(
        `lead ${leadNames[i]} has ${values.length} samples, ${leadNames[0]} has ${samples}`,
      );
    }
    if (index < 0) continue;
    if (found[index]) throw fail(`it has lead ${LEADS[index]} twice`);
    found[index] = Float64Array.from(values, (value) => value * scale);
  }
  return { samplingRate, samples, leads: found };
}

/** Names of leads as data sets write them. */

import { LEADS } from "./record_set.ts";

/**
 * Index in `LEADS` of a lead's name: any case, with or without "ECG" or "lead" before it, as in
 * `aVR`, `v1`, `Lead II` or `ECG_V6`.
 *
 * @returns 0 to 11, or −1 where the name is none of the twelve
 */
export function leadIndex(name: string): number {
  const plain = name.trim().toUpperCase().replace(/^(?:(?:ECG|LEAD)[ _-]+)*/, "");
  return (LEADS as readonly string[]).indexOf(plain);
}

/**
 * Finds the twelve leads by name; other names are passed over.
 *
 * @param fail Makes the error where a lead is missing or there twice
 * @returns Index in `names` of each of `LEADS`
 */
export function findLeads(names: readonly string[], fail: (reason: string) => Error): number[] {
  const found = new Array<number>(LEADS.length).fill(-1);
  names.forEach((name, i) => {
    const lead = leadIndex(name);
    if (lead < 0) return;
    if (found[lead] >= 0) throw fail(`it has lead ${LEADS[lead]} twice`);
    found[lead] = i;
  });
  const missing = LEADS.filter((_, lead) => found[lead] < 0);
  if (missing.length > 0) throw fail(`it has no lead ${missing.join(", ")}`);
  return found;
}

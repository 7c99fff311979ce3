/**
 * Names of leads as data sets write them.
 *
 * @module
 */

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
 * The leads that have no name in `names`.
 *
 * @returns Entries of `LEADS`, in its order
 */
export function missingLeads(names: Iterable<string>): string[] {
  const found = new Set([...names].map(leadIndex));
  return LEADS.filter((_, index) => !found.has(index));
}

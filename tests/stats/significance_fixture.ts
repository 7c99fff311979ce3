/** Samples and what SciPy makes of them (tests/fixtures/stats/make_significance_tests.py). */

import { assert, assertEquals } from "@std/assert";
import { inRepository } from "../support/paths.ts";

/** One case: samples and expected numbers under the names of the script. */
// deno-lint-ignore no-explicit-any -- every test has names of its own
export type Case = any;

const fixture = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/stats/significance_tests.json")),
) as Record<string, Case[]>;

/** The cases of one test. */
export function cases(name: string): Case[] {
  assert(fixture[name].length > 4, `${name} has cases`);
  return fixture[name];
}

/** The same of all `expected` numbers that have a name in `found`. */
export function assertAllAgree(found: Record<string, number>, expected: Case, what: string): void {
  for (const [name, value] of Object.entries(found)) {
    assertAgrees(value, expected[name], `${name}, ${what}`);
  }
}

/** Asserts agreement to 1e-6 relative, the bound of this project for statistics. */
export function assertAgrees(actual: number, expected: number, message: string): void {
  if (expected === 0) return assertEquals(actual, 0, message);
  assert(
    Math.abs(actual - expected) <= 1e-6 * Math.abs(expected),
    `${message}: ${actual}, expected ${expected}`,
  );
}

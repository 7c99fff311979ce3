/** What a first start fetches: all packages that the lock file names. */

import { assert, assertEquals } from "@std/assert";
import { inRepository } from "./support/paths.ts";

const lock: { readonly npm: Readonly<Record<string, unknown>> } = JSON.parse(
  Deno.readTextFileSync(inRepository("deno.lock")),
);
const packages = Object.keys(lock.npm);

Deno.test("a first start fetches at most 60 packages", () => {
  assert(packages.length <= 60, `the lock file names ${packages.length} packages`);
});

Deno.test("what is compared with in benchmarks stays out of the lock file", () => {
  assertEquals(packages.filter((name) => /tensorflow|jax/.test(name)), []);
});

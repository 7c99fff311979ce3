import { assert, assertEquals } from "@std/assert";
import { loadPtbXl } from "../../../src/data/datasets/ptb_xl.ts";
import { watchReading } from "../files/record_files.ts";
import { smallFile, withSmallCohort } from "../../support/small_cohort.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

/** Loads with a cache in the cohort's folder; says whether the records were read. */
const load = (root: string, options: { signalLength?: number; strict?: boolean } = {}) =>
  watchReading((watch) => loadPtbXl(root, { ...options, ...watch, cache: `${root}/cache` }));

function cacheFile(root: string): string {
  const names = [...Deno.readDirSync(`${root}/cache`)].map((entry) => entry.name);
  assertEquals(names.length, 1, "one cache file, nothing temporary beside it");
  return `${root}/cache/${names[0]}`;
}

Deno.test("cache: the second start gives the same set without reading the records", () =>
  withSmallCohort(async (root) => {
    Deno.truncateSync(`${root}/${smallFile(5)}.dat`, 10);
    const first = await load(root);
    const second = await load(root);
    assertEquals([first.read, second.read], [true, false]);
    assertEquals(second.set, first.set);
    assertEquals(second.set.quarantined.length, 1);
    await rejectsUserError(() => load(root, { strict: true }), "Cannot read record 5");
  }));

Deno.test("cache: a changed record, table or option is noticed", () =>
  withSmallCohort(async (root) => {
    const later = (path: string) => {
      const time = new Date(Date.now() + 5000);
      Deno.utimeSync(`${root}/${path}`, time, time);
    };
    const reads = async () => (await load(root)).read;
    assertEquals(await reads(), true);
    assertEquals(await reads(), false);
    Deno.truncateSync(`${root}/${smallFile(2)}.dat`, 100); // size
    const { set, read } = await load(root);
    assertEquals([read, set.ids.length], [true, 5]);
    later(`${smallFile(7)}.hea`); // time
    assertEquals(await reads(), true);
    later("scp_statements.csv");
    assertEquals(await reads(), true);
    later("ptbxl_database.csv");
    assertEquals(await reads(), true);
    Deno.removeSync(`${root}/${smallFile(8)}.hea`); // a file less
    assertEquals(await reads(), true);
    assertEquals(await reads(), false);
    const shorter = await load(root, { signalLength: 500 });
    assertEquals([shorter.read, shorter.set.signalLength], [true, 500]);
    assertEquals(await reads(), false); // both shapes are kept
  }));

Deno.test("cache: a damaged file is rebuilt, whatever the damage", () =>
  withSmallCohort(async (root) => {
    const { set } = await load(root);
    const path = cacheFile(root);
    const whole = Deno.readFileSync(path);
    const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
      ["empty", () => new Uint8Array(0)],
      ["truncated in the prefix", (bytes) => bytes.slice(0, 20)],
      ["truncated in the header", (bytes) => bytes.slice(0, 100)],
      ["truncated by one byte", (bytes) => bytes.slice(0, -1)],
      ["longer by one byte", (bytes) => Uint8Array.from([...bytes, 0])],
      ["another magic", (bytes) => bytes.with(0, 0)],
      ["huge header length", (bytes) => bytes.with(11, 0xff)],
      ["one header byte", (bytes) => bytes.with(60, bytes[60] ^ 1)],
      ["one sample bit", (bytes) => bytes.with(9000, bytes[9000] ^ 1)],
      ["one fold bit", (bytes) => bytes.with(bytes.length - 64, bytes[bytes.length - 64] ^ 1)],
    ];
    for (const [name, damage] of damages) {
      Deno.writeFileSync(path, damage(whole));
      const again = await load(root);
      assertEquals(again.read, true, name);
      assertEquals(again.set, set, name);
      assertEquals((await load(root)).read, false, name);
    }
  }));

Deno.test("cache: a folder that cannot be written is no error", () =>
  withSmallCohort(async (root) => {
    Deno.writeTextFileSync(`${root}/file`, "not a folder");
    const set = await loadPtbXl(root, { cache: `${root}/file/cache` });
    assertEquals(set.ids.length, 6);
    assert(Deno.statSync(`${root}/file`).isFile);
  }));

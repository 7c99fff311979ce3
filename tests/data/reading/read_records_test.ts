import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  defaultWorkers,
  readEach,
  readRecordInto,
  readRecords,
} from "../../../src/data/reading/read_records.ts";
import { encodeRecord, type SignalDescription } from "../../../src/data/files/wfdb/write_record.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { inRepository } from "../../support/paths.ts";
import { plainSignals, waveCsv, withFolder, writeWave } from "../files/record_files.ts";
import {
  SMALL_RECORDS,
  smallFile,
  smallValue,
  withSmallCohort,
} from "../../support/small_cohort.ts";
import { memorySource } from "../files/memory_source.ts";
import { assertUserError, rejectsUserError } from "../../support/user_errors.ts";

const SHAPE = { samplingRate: 100, signalLength: 1000 };

Deno.test("readRecords: workers and this thread give the same, failures and progress included", () =>
  withSmallCohort(async (root) => {
    // Several chunks for each worker.
    const files = Array.from({ length: 300 }, (_, i) => smallFile(SMALL_RECORDS[i % 6].id));
    files[7] = "records100/00000/nothing";
    files[290] = "records100/00000/nothing";
    const progress: number[] = [];
    const here = await readRecords(root, files, SHAPE, { workers: 0 });
    const there = await readRecords(root, files, SHAPE, {
      workers: 2,
      onProgress: (done) => progress.push(done),
    });
    assertEquals(there.samples, here.samples);
    assertEquals(there.padded, here.padded);
    assertEquals(there.failures, here.failures);
    assertEquals(here.failures.map(({ index }) => index), [7, 290]);
    assertEquals(here.samples[8 * 12000 + 5 * 12 + 3], smallValue(SMALL_RECORDS[2].id, 5, 3));
    assertEquals(progress.at(-1), 300);
    assertGreater(progress.length, 1);
  }));

Deno.test("readRecords: workers resample, too, and take tables", () =>
  withFolder(async (root) => {
    writeWave(root, "a", 250, 500);
    Deno.writeTextFileSync(`${root}/b.csv`, waveCsv(250, 500));
    const shape = { samplingRate: 100, signalLength: 200, resample: true, sourceRate: 250 };
    const there = await readRecords(root, ["a", "b.csv"], shape, { workers: 1 });
    assertEquals([...there.resampled, ...there.padded], [1, 1, 0, 0]);
    assertEquals(there.samples.subarray(0, 2400), there.samples.subarray(2400));
    assertEquals(there, await readRecords(root, ["a", "b.csv"], shape, { workers: 0 }));
  }));

Deno.test("readRecords: a set that no memory holds is a UserError", async () => {
  const shape = { samplingRate: 100, signalLength: 2 ** 40 };
  await rejectsUserError(() => readRecords("/none", ["a", "b"], shape), "do not fit in memory");
});

Deno.test("readRecords: no files give an empty answer", async () => {
  const { samples, failures } = await readRecords("/none", [], SHAPE, { workers: 2 });
  assertEquals(samples.length + failures.length, 0);
});

Deno.test("defaultWorkers: a small set needs none", () => {
  assertEquals([defaultWorkers(1500), defaultWorkers(200, true)], [0, 0]);
  assertEquals(defaultWorkers(1500, true), defaultWorkers(21799));
});

Deno.test("readRecords: a process that used workers ends by itself", () =>
  withSmallCohort(async (root) => {
    const module = new URL("../../../src/data/reading/read_records.ts", import.meta.url).href;
    const files = Array(200).fill(smallFile(1));
    const call = [root, files, SHAPE, { workers: 2 }].map((value) => JSON.stringify(value)).join();
    const script = `import { readRecords } from "${module}";
      console.log((await readRecords(${call})).samples.length);`;
    const path = `${root}/script.ts`;
    Deno.writeTextFileSync(path, script);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", "--config", inRepository("deno.json"), path],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill(), 20_000); // a hang, on any machine
    const { success, stdout } = await child.output();
    clearTimeout(timer);
    assertEquals(success, true);
    assertEquals(new TextDecoder().decode(stdout).trim(), String(200 * 12000));
  }));

const SHORT = { samplingRate: 100, signalLength: 4 };
const PLAIN = plainSignals(LEADS);

function sourceOf(signals: SignalDescription[], samples: number[], samplingRate = 100) {
  const record = { name: "a", samplingRate, signals, samples: Int16Array.from(samples) };
  const { header, data } = encodeRecord(record);
  return memorySource({ "f/a.hea": header, "f/a.dat": data });
}

/** Value 10 · lead + t for each lead, in the order of `LEADS`. */
function frames(length: number): number[] {
  return Array.from({ length: 12 * length }, (_, i) => 10 * (i % 12) + Math.floor(i / 12));
}

Deno.test("readRecordInto: keeps the first T samples, pads a shorter record with zeros", () => {
  const target = new Int16Array(48).fill(99);
  assertEquals(readRecordInto(sourceOf(PLAIN, frames(6)), "f/a", SHORT, target), {
    padded: false,
    resampled: false,
  });
  assertEquals(Array.from(target), frames(4));
  target.fill(99);
  assertEquals(readRecordInto(sourceOf(PLAIN, frames(3)), "f/a", SHORT, target).padded, true);
  assertEquals(Array.from(target), [...frames(3), ...new Array(12).fill(0)]);
});

Deno.test("readRecordInto: orders leads by name, in any case, and passes over others", () => {
  const signals = [...PLAIN].reverse().map((signal) => ({
    ...signal,
    description: signal.description.toLowerCase(),
  }));
  signals.splice(5, 0, { ...PLAIN[0], description: "vx" });
  const values: number[] = [];
  for (let t = 0; t < 4; t++) {
    const row = Array.from({ length: 12 }, (_, i) => 10 * (11 - i) + t);
    row.splice(5, 0, 12345);
    values.push(...row);
  }
  const target = new Int16Array(48);
  readRecordInto(sourceOf(signals, values), "f/a", SHORT, target);
  assertEquals(Array.from(target), frames(4));
});

Deno.test("readRecordInto: brings other gains, baselines and units to 1000 a millivolt", () => {
  const signals = PLAIN.map((signal, s) =>
    s === 0
      ? { ...signal, gain: 200, baseline: 1024 } // (1224 − 1024) / 200 = 1 mV
      : s === 1
      ? { ...signal, gain: 4.88, units: "uV" } // 4880 / 4.88 µV = 1 mV
      : s === 2
      ? { ...signal, gain: 10000, units: "V" } // 10 / 10000 V = 1 mV
      : signal
  );
  const target = new Int16Array(48);
  const row = [1224, 4880, 10, ...new Array(9).fill(1000)];
  readRecordInto(sourceOf(signals, row), "f/a", SHORT, target);
  assertEquals(Array.from(target.subarray(0, 12)), new Array(12).fill(1000));
});

Deno.test("readRecordInto: refuses what is not a whole 12-lead record at this rate", () => {
  const target = new Int16Array(48);
  const read = (source: ReturnType<typeof sourceOf>) => () =>
    readRecordInto(source, "f/a", SHORT, target);
  const changed = (index: number, change: Partial<SignalDescription>) =>
    PLAIN.map((signal, s) => s === index ? { ...signal, ...change } : signal);
  assertUserError(read(sourceOf(PLAIN, frames(4), 500)), "the rate is 500 Hz, need 100 Hz");
  assertUserError(read(sourceOf(changed(3, { description: "V7" }), frames(4))), "no lead AVR");
  assertUserError(read(sourceOf(changed(3, { units: "mmHg" }), frames(4))), 'in "mmHg"');
  const gap = frames(4);
  gap[14] = -32768;
  assertUserError(read(sourceOf(PLAIN, gap)), "lead III has no value at sample 1");
  const loud = frames(4);
  loud[0] = 10000;
  assertUserError(read(sourceOf(changed(0, { gain: 200 }), loud)), "exceeds 32.767 mV");
});

Deno.test("readRecordInto: brings another rate to the wanted one on request only", () => {
  const values = Array.from({ length: 12 * 40 }, (_, i) => 100 * (i % 12) - 600);
  const source = sourceOf(PLAIN, values, 500);
  const target = new Int16Array(12 * 10);
  const shape = { samplingRate: 100, signalLength: 10, resample: true };
  assertEquals(readRecordInto(source, "f/a", shape, target), { padded: true, resampled: true });
  const frame = values.slice(0, 12);
  // A constant stays constant to the end: 40 samples make 8.
  assertEquals(Array.from(target), [...Array(8).fill(frame).flat(), ...new Array(24).fill(0)]);
  assertUserError(
    () => readRecordInto(source, "f/a", { ...shape, resample: false }, target),
    "the rate is 500 Hz, need 100 Hz",
  );
  const gap = sourceOf(PLAIN, values.with(12 * 20, -32768), 500);
  assertUserError(() => readRecordInto(gap, "f/a", shape, target), "lead I has no value");
  const loud = PLAIN.map((signal) => ({ ...signal, units: "V" }));
  assertUserError(
    () => readRecordInto(sourceOf(loud, values, 500), "f/a", shape, target),
    "lead I exceeds 32.767 mV at sample 0",
  );
});

Deno.test("readRecordInto: takes a table like a record", () => {
  const row = LEADS.map((_, lead) => lead / 10).join();
  const source = memorySource({ "f/a.csv": `${LEADS.join()}\n${row}\n${row}\n` });
  const target = new Int16Array(48).fill(9);
  const status = readRecordInto(source, "f/a.csv", { ...SHORT, sourceRate: 100 }, target);
  assertEquals(status, { padded: true, resampled: false });
  assertEquals(target[12 + 11], 1100);
  assert(target.subarray(24).every((value) => value === 0));
  const missing = readEach(source, ["f/a.csv"], SHORT).failures[0].reason;
  assertEquals(missing.startsWith("f/a.csv: its sampling rate is not known"), true);
});

Deno.test("readEach: lists failures and leaves zeros for them", () => {
  const { samples, padded, resampled, failures } = readEach(
    sourceOf(PLAIN, frames(3)),
    ["f/b", "f/a"],
    SHORT,
  );
  const reasons = failures.map(({ index, reason }) => [index, reason]);
  assertEquals(reasons, [[0, "f/b.hea: the file is missing"]]);
  assert(samples.subarray(0, 48).every((value) => value === 0));
  assertEquals(Array.from(samples.subarray(48, 48 + 36)), frames(3));
  assertEquals([...padded, ...resampled], [0, 1, 0, 0]);
});

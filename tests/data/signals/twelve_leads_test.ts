import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { readManyTwelveLeads, readTwelveLeads } from "../../../src/data/signals/twelve_leads.ts";
import { memorySource } from "../../../src/data/files/wfdb/file_source.ts";
import { encodeRecord, type SignalDescription } from "../../../src/data/files/wfdb/write_record.ts";

const SHAPE = { samplingRate: 100, signalLength: 4 };
const PLAIN: SignalDescription[] = LEADS.map((description) => ({
  description,
  gain: 1000,
  baseline: 0,
  units: "mV",
}));

function sourceOf(signals: SignalDescription[], samples: number[], samplingRate = 100) {
  const record = { name: "a", samplingRate, signals, samples: Int16Array.from(samples) };
  const { header, data } = encodeRecord(record);
  return memorySource({ "f/a.hea": new TextEncoder().encode(header), "f/a.dat": data });
}

/** Value 10 · lead + t for each lead, in the order of `LEADS`. */
function frames(length: number): number[] {
  return Array.from({ length: 12 * length }, (_, i) => 10 * (i % 12) + Math.floor(i / 12));
}

Deno.test("readTwelveLeads: keeps the first T samples, pads a shorter record with zeros", () => {
  const target = new Int16Array(48).fill(99);
  assertEquals(readTwelveLeads(sourceOf(PLAIN, frames(6)), "f/a", SHAPE, target), {
    padded: false,
    resampled: false,
  });
  assertEquals(Array.from(target), frames(4));
  target.fill(99);
  assertEquals(readTwelveLeads(sourceOf(PLAIN, frames(3)), "f/a", SHAPE, target).padded, true);
  assertEquals(Array.from(target), [...frames(3), ...new Array(12).fill(0)]);
});

Deno.test("readTwelveLeads: orders leads by name, in any case, and passes over others", () => {
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
  readTwelveLeads(sourceOf(signals, values), "f/a", SHAPE, target);
  assertEquals(Array.from(target), frames(4));
});

Deno.test("readTwelveLeads: brings other gains, baselines and units to 1000 a millivolt", () => {
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
  readTwelveLeads(sourceOf(signals, row), "f/a", SHAPE, target);
  assertEquals(Array.from(target.subarray(0, 12)), new Array(12).fill(1000));
});

Deno.test("readTwelveLeads: refuses what is not a whole 12-lead record at this rate", () => {
  const target = new Int16Array(48);
  const read = (source: ReturnType<typeof sourceOf>) => () =>
    readTwelveLeads(source, "f/a", SHAPE, target);
  const changed = (index: number, change: Partial<SignalDescription>) =>
    PLAIN.map((signal, s) => s === index ? { ...signal, ...change } : signal);
  assertThrows(read(sourceOf(PLAIN, frames(4), 500)), UserError, "the rate is 500 Hz, need 100 Hz");
  assertThrows(
    read(sourceOf(changed(3, { description: "V7" }), frames(4))),
    UserError,
    "no lead AVR",
  );
  assertThrows(read(sourceOf(changed(3, { units: "mmHg" }), frames(4))), UserError, 'in "mmHg"');
  const gap = frames(4);
  gap[14] = -32768;
  assertThrows(read(sourceOf(PLAIN, gap)), UserError, "lead III has no value at sample 1");
  const loud = frames(4);
  loud[0] = 10000;
  assertThrows(read(sourceOf(changed(0, { gain: 200 }), loud)), UserError, "exceeds 32.767 mV");
});

Deno.test("readTwelveLeads: brings another rate to the wanted one on request only", () => {
  const values = Array.from({ length: 12 * 40 }, (_, i) => 100 * (i % 12) - 600);
  const source = sourceOf(PLAIN, values, 500);
  const target = new Int16Array(12 * 10);
  const shape = { samplingRate: 100, signalLength: 10, resample: true };
  assertEquals(readTwelveLeads(source, "f/a", shape, target), { padded: true, resampled: true });
  const frame = values.slice(0, 12);
  // A constant stays constant to the end: 40 samples make 8.
  assertEquals(Array.from(target), [...Array(8).fill(frame).flat(), ...new Array(24).fill(0)]);
  assertThrows(
    () => readTwelveLeads(source, "f/a", { ...shape, resample: false }, target),
    UserError,
    "the rate is 500 Hz, need 100 Hz",
  );
  const gap = sourceOf(PLAIN, values.with(12 * 20, -32768), 500);
  assertThrows(() => readTwelveLeads(gap, "f/a", shape, target), UserError, "lead I has no value");
  const loud = PLAIN.map((signal) => ({ ...signal, units: "V" }));
  assertThrows(
    () => readTwelveLeads(sourceOf(loud, values, 500), "f/a", shape, target),
    UserError,
    "lead I exceeds 32.767 mV at sample 0",
  );
});

Deno.test("readTwelveLeads: takes a table like a record", () => {
  const row = LEADS.map((_, lead) => lead / 10).join();
  const table = new TextEncoder().encode(`${LEADS.join()}\n${row}\n${row}\n`);
  const source = memorySource({ "f/a.csv": table });
  const target = new Int16Array(48).fill(9);
  const fitting = readTwelveLeads(source, "f/a.csv", { ...SHAPE, sourceRate: 100 }, target);
  assertEquals(fitting, { padded: true, resampled: false });
  assertEquals(target[12 + 11], 1100);
  assert(target.subarray(24).every((value) => value === 0));
  const missing = readManyTwelveLeads(source, ["f/a.csv"], SHAPE).failures[0].reason;
  assertEquals(missing.startsWith("f/a.csv: its sampling rate is not known"), true);
});

Deno.test("readManyTwelveLeads: lists failures and leaves zeros for them", () => {
  const { samples, padded, resampled, failures } = readManyTwelveLeads(
    sourceOf(PLAIN, frames(3)),
    ["f/b", "f/a"],
    SHAPE,
  );
  assertEquals(failures, [{ index: 0, reason: "f/b.hea: the file is missing" }]);
  assert(samples.subarray(0, 48).every((value) => value === 0));
  assertEquals(Array.from(samples.subarray(48, 48 + 36)), frames(3));
  assertEquals([...padded, ...resampled], [0, 1, 0, 0]);
});

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readRecordFrom } from "../../../../src/data/files/wfdb/read_record.ts";
import { INVALID_SAMPLE } from "../../../../src/data/files/wfdb/record.ts";
import { encodeRecord, writeRecordSync } from "../../../../src/data/files/wfdb/write_record.ts";
import { testWithData } from "../../../support/shared_data.ts";
import { plainSignals } from "../record_files.ts";
import { memorySource } from "../memory_source.ts";
import { assertUserError } from "../../../support/user_errors.ts";

const signals = (count: number) =>
  plainSignals(Array.from({ length: count }, (_, s) => `lead ${s}`));

Deno.test("encodeRecord: what is written is read back, checksums included", () => {
  const record = fc.integer({ min: 1, max: 5 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      samples: fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 60 })
        .map((values) => values.slice(0, values.length - values.length % count)),
    })
  );
  fc.assert(
    fc.property(record, ({ count, samples }) => {
      const { header, data } = encodeRecord({
        name: "r",
        samplingRate: 100,
        signals: signals(count),
        samples: Int16Array.from(samples),
        comments: ["age: 50"],
      });
      const source = memorySource({ "r.hea": header, "r.dat": data });
      const read = readRecordFrom(source, "r", { verification: "error" });
      assertEquals(read.frames, samples.length / count);
      assertEquals(read.header.comments, ["age: 50"]);
      read.signals.forEach((signal, s) => {
        assertEquals(signal.description, `lead ${s}`);
        signal.samples.forEach((value, t) => {
          const written = samples[t * count + s];
          assertEquals(value, written === -32768 ? INVALID_SAMPLE : written);
        });
      });
    }),
    { numRuns: 200, seed: 5 },
  );
});

testWithData("encodeRecord: gives the bytes and sums of a published record", "ptb-xl", (data) => {
  const path = `${data}/records100/00000/00001_lr`;
  const bytes = Deno.readFileSync(`${path}.dat`);
  const published = Deno.readTextFileSync(`${path}.hea`).trim().split("\n");
  const written = encodeRecord({
    name: "00001_lr",
    samplingRate: 100,
    signals: plainSignals(published.slice(1).map((line) => line.split(" ")[8])),
    samples: new Int16Array(bytes.buffer),
  });
  assertEquals(written.data, bytes);
  const lines = written.header.trim().split("\n");
  assertEquals(lines[0], published[0]);
  lines.slice(1).forEach((line, s) => {
    const fields = line.split(" ");
    const expected = published[s + 1].split(" ");
    assertEquals(fields[5], expected[5]); // initial value
    assertEquals(Number(fields[6]) & 0xffff, Number(expected[6]) & 0xffff); // checksum
    assertEquals(fields[8], expected[8]);
  });
});

Deno.test("writeRecordSync: a folder that is not there is a UserError", () => {
  const record = { name: "r", samplingRate: 100, signals: signals(1), samples: new Int16Array(3) };
  assertUserError(() => writeRecordSync("/no/such/folder", record), "Cannot write /no/such");
});

Deno.test("encodeRecord: refuses what would break the header", () => {
  const good = { name: "r", samplingRate: 100, signals: signals(2), samples: new Int16Array(4) };
  assertThrows(() => encodeRecord({ ...good, name: "a b" }), RangeError, "needs letters");
  assertThrows(
    () => encodeRecord({ ...good, samples: new Int16Array(3) }),
    RangeError,
    "do not fill",
  );
  assertThrows(() => encodeRecord({ ...good, samplingRate: 0 }), RangeError, "sampling rate");
  const line = { description: "a\nb", gain: 1, baseline: 0, units: "mV" };
  assertThrows(() => encodeRecord({ ...good, signals: [line, line] }), RangeError, "blanks");
  const zero = { ...line, description: "a", gain: 0 };
  assertThrows(() => encodeRecord({ ...good, signals: [zero, zero] }), RangeError, "no valid gain");
});

import { assertEquals } from "@std/assert";
import { readRecordFrom, readRecordSync } from "../../../../src/data/files/wfdb/read_record.ts";
import { INVALID_SAMPLE, physicalValues } from "../../../../src/data/files/wfdb/record.ts";
import { testWithData } from "../../../support/shared_data.ts";
import { assertPrinted, frameMeans, rdsampColumns } from "./rdsamp.ts";
import { memorySource } from "../memory_source.ts";
import { assertUserError } from "../../../support/user_errors.ts";

const DATA = "wfdb-samples/multi-segment";

testWithData("rdsamp record-multi-fixed-c: v102s, s70000 to s80000", DATA, async (data) => {
  const { signals } = readRecordSync(`${data}/fixed1/v102s`, { from: 70000, to: 80000 });
  const columns = await rdsampColumns(`${data}/../expected/record-multi-fixed-c`);
  [1, 0, 3].forEach((s, c) => assertPrinted(physicalValues(signals[s]), columns[c]));
});

testWithData(
  "rdsamp record-multi-variable-d: p000878, s3550 to s7500, gaps",
  DATA,
  async (data) => {
    const name = `${data}/p000878/p000878-2137-10-26-16-57`;
    const record = readRecordSync(name, { from: 3550, to: 7500 });
    const columns = await rdsampColumns(`${data}/../expected/record-multi-variable-d`);
    assertEquals(record.signals.map((s) => s.description), ["PLETH", "II", "V", "ABP"]);
    assertEquals(record.warnings, []);
    [0, 1].forEach((s, c) => {
      const values = frameMeans(record.signals[s]);
      // The expected file has the mark of a missing sample rewritten to −128.
      const shown = Float64Array.from(values, (value) => value === INVALID_SAMPLE ? -128 : value);
      assertEquals(shown, columns[c]);
    });
    const gap = physicalValues(record.signals[3]);
    assertEquals(gap.every(Number.isNaN), true);
  },
);

testWithData("p000878: a range in a segment that is not there names it", DATA, (data) => {
  const name = `${data}/p000878/p000878-2137-10-26-16-57`;
  assertUserError(
    () => readRecordSync(name, { from: 7000, to: 7501 }),
    "3269321_0003.hea: the file is missing",
  );
  assertUserError(() => readRecordSync(name, { from: 52725000, to: 52725001 }), "it has frames");
});

testWithData("041s: two segments join with several samples a frame", DATA, (data) => {
  const whole = readRecordSync(`${data}/041s/041s`, { verification: "error" });
  assertEquals(whole.frames, 2000);
  const parts = ["041s01", "041s02"].map((name) => readRecordSync(`${data}/041s/${name}`));
  whole.signals.forEach((signal, s) => {
    const joined = parts.flatMap((part) => Array.from(part.signals[s].samples));
    assertEquals(Array.from(signal.samples), joined);
  });
  assertEquals(whole.signals.map((s) => s.samples.length / 2000), [4, 4, 4, 1, 1, 1, 1]);
  const middle = readRecordSync(`${data}/041s/041s`, { from: 990, to: 1010 });
  assertEquals(middle.signals[0].samples, whole.signals[0].samples.slice(990 * 4, 1010 * 4));
});

Deno.test("multi-segment: another gain in a segment is brought to the layout's", () => {
  const source = memorySource({
    "m.hea": "m/3 1 100 3\nlayout 0\ns 2\n~ 1\n",
    "layout.hea": "layout 1 100 0\n~ 0 1000(0)/mV 16 0 0 0 0 I\n",
    "s.hea": "s 1 100 2\ns.dat 80 100(10)/mV 8 0 11 31 0 I\n",
    "s.dat": new Uint8Array([128 + 11, 128 + 20]), // 0.01 mV, 0.1 mV
  });
  const { signals, warnings } = readRecordFrom(source, "m");
  assertEquals(warnings, []);
  assertEquals(Array.from(signals[0].samples), [10, 100, INVALID_SAMPLE]);
});

Deno.test("multi-segment: segments that do not fit are refused", () => {
  const record = (master: string, segment: string) => () =>
    readRecordFrom(
      memorySource({
        "m.hea": master,
        "layout.hea": "layout 1 100 0\n~ 0 200 8 0 0 0 0 I\n",
        "s.hea": segment,
        "t.hea": "t 2 100 2\ns.dat 80\ns.dat 80\n",
        "s.dat": new Uint8Array(8),
      }),
      "m",
    );
  const plain = "s 1 100 2\ns.dat 80 200 8 0 -128 -256 0 I\n";
  const varied = (signal: string) =>
    record("m/2 1 100 2\nlayout 0\ns 2\n", `s 1 100 2\ns.dat ${signal}\n`);
  assertUserError(record("m/1 1 100 3\ns 3\n", plain), "the multi-segment header says 3");
  const nested = record("m/1 1 100 2\ns 2\n", "s/1 1 100 2\nm 2\n");
  assertUserError(nested, "cannot have segments");
  assertUserError(record("m/2 1 100 4\ns 2\nt 2\n", plain), "has 2 signals");
  assertUserError(varied("80 200 8 0 0 0 0 V9"), 'signal "V9", which the layout does not name');
  assertUserError(varied("80x2 200 8 0 0 0 0 I"), "has 2 samples a frame");
});

Deno.test("multi-segment: warns where the segments do not add up", () => {
  const source = memorySource({
    "m.hea": "m/1 1 100 9\ns 2\n",
    "s.hea": "s 1 100 2\ns.dat 80\n",
    "s.dat": new Uint8Array(2),
  });
  assertEquals(readRecordFrom(source, "m").warnings, [
    "the segments hold 2 frames, the header says 9",
  ]);
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readRecordFrom, readRecordSync } from "../../../../src/data/files/wfdb/read_record.ts";
import {
  INVALID_SAMPLE,
  physicalValues,
  type ReadRecordOptions,
  type WfdbSignal,
} from "../../../../src/data/files/wfdb/record.ts";
import { testWithData } from "../../../support/shared_data.ts";
import { withFolder } from "../record_files.ts";
import { assertPrinted, frameMeans, rdsampColumns } from "./rdsamp.ts";
import { memorySource } from "../memory_source.ts";
import { allowUserError, assertUserError } from "../../../support/user_errors.ts";

const SAMPLES = "wfdb-samples";

/** Compares digital values; rdsamp prints −32768 for a missing sample. */
function assertDigital(signals: readonly WfdbSignal[], columns: Float64Array[]): void {
  assertEquals(signals.length, columns.length);
  signals.forEach((signal, c) => {
    const values = frameMeans(signal);
    assert(values.length >= columns[c].length);
    columns[c].forEach((expected, t) => {
      const value = values[t] === INVALID_SAMPLE ? -32768 : values[t];
      if (value !== expected) assertEquals(value, expected, `${signal.description}, sample ${t}`);
    });
  });
}

function assertPhysical(signals: readonly WfdbSignal[], columns: Float64Array[]): void {
  assertEquals(signals.length, columns.length);
  signals.forEach((signal, c) => assertPrinted(physicalValues(signal), columns[c]));
}

/** Conformance vectors: record, range in frames, signals in the order of the file, and the file. */
const VECTORS: [string, ReadRecordOptions, number[] | undefined, string, "digital" | "physical"][] =
  [
    ["test01_00s", {}, undefined, "record-1a", "digital"],
    ["a103l", { from: 50 * 250, to: 160 * 250 }, [2, 0], "record-1b", "physical"],
    ["a103l-no-len", { from: 50 * 250, to: 160 * 250 }, [2, 0], "record-1b", "physical"],
    ["3000003_0003", { from: 125, to: 1000 }, [1], "record-1d", "physical"], // format 80
    ["binformats", {}, undefined, "record-1f.gz", "digital"], // ten formats in ten files
    ["100_3chan", {}, undefined, "record-2c", "physical"], // format 212, odd tail
    ["310derive", { from: 2 }, undefined, "record-2d", "digital"], // from 0.007 s at 250 Hz
    ["311derive", { from: 1, to: 978 }, undefined, "record-2e", "physical"], // 0.005 s to 3.91 s
  ];

for (const [name, range, order, expected, kind] of VECTORS) {
  testWithData(`rdsamp ${expected}: ${name}`, SAMPLES, async (data) => {
    const { signals, warnings } = readRecordSync(`${data}/${name}`, range);
    const columns = await rdsampColumns(`${data}/expected/${expected}`);
    const chosen = order?.map((s) => signals[s]) ?? signals;
    if (kind === "digital") assertDigital(chosen, columns);
    else assertPhysical(chosen, columns);
    assertEquals(warnings, []);
  });
}

testWithData("a record's length, comments and formats", SAMPLES, (data) => {
  assertEquals(readRecordSync(`${data}/test01_00s`).frames, 4000);
  for (const name of ["a103l", "a103l-no-len"]) {
    const { frames, header } = readRecordSync(`${data}/${name}.hea`);
    assertEquals([frames, ...header.comments], [82500, "Asystole", "False alarm"]);
  }
  const formats = readRecordSync(`${data}/binformats`).signals.map(({ format }) => format);
  assertEquals(formats, [8, 16, 61, 80, 160, 212, 310, 311, 24, 32]);
});

testWithData(
  "rdsamp record-4a: test01_00s_skewframe (skew, samples a frame)",
  SAMPLES,
  async (data) => {
    const record = readRecordSync(`${data}/test01_00s_skewframe`);
    const columns = await rdsampColumns(`${data}/expected/record-4a`);
    assertEquals(columns[0].length, 3997);
    assertDigital(record.signals, columns);
    // rdsamp stops where the skewed signal ends; here the last three samples are missing ones.
    const end = [-26, INVALID_SAMPLE, INVALID_SAMPLE, INVALID_SAMPLE];
    assertEquals(Array.from(record.signals[0].samples.slice(-4)), end);
    assertEquals(record.signals[1].samples.length, 8000);
  },
);

const SOUND = ["100_3chan", "3000003_0003", "310derive", "310derive_2", "310derive_3", "311derive"]
  .concat(["311derive_2", "311derive_3", "311derive_4", "03700181", "s0010_re", "v102s"])
  .concat(["test01_00s_skew", "multi-segment/041s/041s01", "multi-segment/041s/041s02"])
  .concat(["multi-segment/p000878/3269321_0001", "multi-segment/p000878/3269321_0002"]);

testWithData("initial values and checksums of the published records are right", SAMPLES, (data) => {
  for (const name of SOUND) {
    assertEquals(readRecordSync(`${data}/${name}`, { verification: "error" }).warnings, [], name);
  }
});

testWithData("the published faulty initial value is a warning or an error", SAMPLES, (data) => {
  for (const name of ["test01_00s_frame", "test01_00s_skewframe"]) {
    const { warnings } = readRecordSync(`${data}/${name}`);
    assertEquals(warnings, [
      "signal 2 (ECG_3) starts with -66 in test01_00s.dat, the header says -57",
    ]);
    assertEquals(readRecordSync(`${data}/${name}`, { verification: "none" }).warnings, []);
    const strict = () => readRecordSync(`${data}/${name}`, { verification: "error" });
    assertUserError(strict, `${name}.hea: signal 2 (ECG_3) starts with -66`);
  }
});

testWithData("s0010_re: 15 signals in two files", SAMPLES, (data) => {
  const { signals, frames } = readRecordSync(`${data}/s0010_re`);
  assertEquals(frames, 38400);
  assertEquals(signals.slice(12).map((s) => [s.fileName, s.description]), [
    ["s0010_re.xyz", "vx"],
    ["s0010_re.xyz", "vy"],
    ["s0010_re.xyz", "vz"],
  ]);
});

testWithData("FLAC records are refused with advice", SAMPLES, (data) => {
  for (const [name, format] of [["flacformats", 508], ["mixedsignals", 516]]) {
    assertUserError(() => readRecordSync(`${data}/${name}`), `format ${format} is FLAC-compressed`);
  }
});

testWithData("MIT-BIH record 100 (format 212)", "mitdb", (data) => {
  const { frames, signals } = readRecordSync(`${data}/100`, { verification: "error" });
  assertEquals(frames, 650000);
  assertEquals(physicalValues(signals[0])[0], (995 - 1024) / 200);
});

testWithData(
  "challenge records (.mat as 16+24) load and equal PTB-XL's",
  "challenge-2021",
  (data) => {
    let records = 0;
    for (const entry of Deno.readDirSync(data)) {
      if (!entry.name.endsWith(".hea")) continue;
      const record = readRecordSync(`${data}/${entry.name}`, { verification: "error" });
      assertEquals(record.signals.length, 12);
      assertEquals(record.header.frameRate, 500);
      assert(record.header.baseDate?.startsWith("202"));
      assert(record.header.comments.some((comment) => comment.startsWith("Dx:")));
      records++;
    }
    assertEquals(records, 15);
  },
);

testWithData("HR00001 equals PTB-XL 00001_hr sample for sample", ".", (data) => {
  const published = readRecordSync(`${data}/ptb-xl/records500/00000/00001_hr`);
  const challenge = readRecordSync(`${data}/challenge-2021/HR00001`);
  assertEquals(challenge.signals.map((s) => s.samples), published.signals.map((s) => s.samples));
});

Deno.test("readRecordSync: a missing header or signal file is named", () =>
  withFolder((folder) => {
    const fails = (name: string, message: string) =>
      assertUserError(() => readRecordSync(`${folder}/${name}`), `${folder}/${message}`);
    fails("no", "no.hea: the file is missing");
    Deno.writeTextFileSync(`${folder}/a.hea`, "a 1 100 2\na.dat 16\n");
    fails("a", "a.dat: the file is missing");
  }));

Deno.test("readRecordFrom: a truncated file is named with both sizes", () => {
  const source = memorySource({
    "a.hea": "a 2 100 10\na.dat 16+4\na.dat 16+4\n",
    "a.dat": new Uint8Array(43),
  });
  assertUserError(
    () => readRecordFrom(source, "a"),
    "a.dat: the file is truncated. 10 frames need 44 bytes, it has 43",
  );
});

Deno.test("readRecordFrom: a wrong checksum is found, an unsigned one is right", () => {
  const files = (sum: string) =>
    memorySource({
      "a.hea": `a 1 100 2\na.dat 16 200 16 0 -1 ${sum} 0 I\n`,
      "a.dat": new Uint8Array([0xff, 0xff, 0xfe, 0xff]), // −1, −2
    });
  assertEquals(readRecordFrom(files("-3"), "a").warnings, []);
  assertEquals(readRecordFrom(files("65533"), "a").warnings, []);
  assertEquals(readRecordFrom(files("-4"), "a").warnings, [
    "signal 0 (I) has checksum 65533 in a.dat, the header says 65532",
  ]);
});

Deno.test("readRecordFrom: format 8 adds differences to the initial value, signal by signal", () => {
  const source = memorySource({
    "a.hea": "a 2 100 3\na.dat 8 200 8 0 10\na.dat 8 200 8 -5\n",
    "a.dat": new Uint8Array([0, 0, 1, 255, 2, 254]),
  });
  const { signals } = readRecordFrom(source, "a");
  assertEquals(Array.from(signals[0].samples), [10, 11, 13]);
  assertEquals(Array.from(signals[1].samples), [-5, -6, -8]); // starts at the ADC zero
});

Deno.test("readRecordFrom: marks of missing samples become NaN, in every format", () => {
  const marks: [number, number[]][] = [
    [16, [0x00, 0x80]],
    [24, [0, 0, 0x80]],
    [32, [0, 0, 0, 0x80]],
    [61, [0x80, 0]],
    [80, [0]],
    [160, [0, 0]],
    [212, [0x00, 0x08]],
    [310, [0x00, 0x04]],
    [311, [0x00, 0x02]],
  ];
  for (const [format, bytes] of marks) {
    const source = memorySource({
      "a.hea": `a 1 100 1\na.dat ${format}\n`,
      "a.dat": new Uint8Array(bytes),
    });
    const [signal] = readRecordFrom(source, "a").signals;
    assertEquals(signal.samples[0], INVALID_SAMPLE, `format ${format}`);
    assert(Number.isNaN(physicalValues(signal)[0]));
    assertEquals(frameMeans(signal)[0], INVALID_SAMPLE);
  }
});

Deno.test("readRecordFrom: ranges outside the record, mixed formats and other folders are refused", () => {
  const data = new Uint8Array(8);
  const source = (header: string) => memorySource({ "a.hea": header, "a.dat": data });
  const plain = source("a 1 100 4\na.dat 16\n");
  assertUserError(() => readRecordFrom(plain, "a", { to: 5 }), "it has frames 0 to 4");
  assertUserError(() => readRecordFrom(plain, "a", { from: 3, to: 2 }), "frames 3 to 2");
  assertEquals(readRecordFrom(plain, "a", { from: 4 }).frames, 0);
  const mixed = source("a 2 100 1\na.dat 16\na.dat 212\n");
  assertUserError(() => readRecordFrom(mixed, "a"), "differ in format");
  for (const name of ["../secret", "/etc/passwd", "x/../../y", "C:\\x"]) {
    assertUserError(
      () => readRecordFrom(source(`a 1 100 1\n${name} 16\n`), "a"),
      "may only name files in its own folder",
    );
  }
  const endless = source("a 1 100 9007199254740991\n~ 0\n");
  assertUserError(() => readRecordFrom(endless, "a"), "does not fit in memory");
  assert(Number.isNaN(physicalValues(readRecordFrom(endless, "a", { to: 1 }).signals[0])[0]));
});

Deno.test("readRecordFrom: any bytes give a record or a UserError", () => {
  const field = fc.constantFrom("8", "16", "212", "310x2", "311:1", "80+1", "0", "999");
  const signal = fc.record({
    file: fc.constantFrom("a.dat", "b.dat", "~", "a.hea"),
    format: field,
    rest: fc.constantFrom("", " 200", " 200(3)/mV 12 0 5 7 0 I", " 0", " x"),
  }).map(({ file, format, rest }) => `${file} ${format}${rest}`);
  const header = fc.record({
    first: fc.constantFrom("a 2 100 3", "a 2 100", "a 1", "a/2 1 100 4", "a 3 1e9 4e15", "a 2 0"),
    lines: fc.array(fc.oneof(signal, fc.constantFrom("a 2", "b 0", "~ 4", "a 9e15")), {
      maxLength: 4,
    }),
  }).map(({ first, lines }) => [first, ...lines].join("\n"));
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.oneof(header, bytes), fc.oneof(header, bytes), bytes, (a, b, data) => {
      allowUserError(() => {
        const source = memorySource({ "a.hea": a, "b.hea": b, "a.dat": data, "b.dat": data });
        const record = readRecordFrom(source, "a");
        for (const { samples, samplesPerFrame } of record.signals) {
          assertEquals(samples.length, record.frames * samplesPerFrame);
        }
      });
    }),
    { numRuns: 2000, seed: 4 },
  );
});

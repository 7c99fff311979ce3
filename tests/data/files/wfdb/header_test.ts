import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseHeader } from "../../../../src/data/files/wfdb/header.ts";
import { allowUserError, assertUserError } from "../../../support/user_errors.ts";

Deno.test("parseHeader: fills in the documented defaults", () => {
  const { signals: [signal], ...header } = parseHeader("100 1\n100.dat 212\n");
  const defaults = { frameRate: 250, counterFrequency: 250, baseCounter: 0, frames: undefined };
  assertEquals(header, { ...header, ...defaults });
  assertEquals(signal, {
    fileName: "100.dat",
    format: 212,
    samplesPerFrame: 1,
    skew: 0,
    byteOffset: 0,
    gain: 200,
    calibrated: false,
    baseline: 0,
    units: "mV",
    adcResolution: 12,
    adcZero: 0,
    initialValue: undefined,
    checksum: undefined,
    blockSize: 0,
    description: "record 100, signal 0",
  });
});

Deno.test("parseHeader: baseline follows the ADC zero unless stated; gain 0 is uncalibrated", () => {
  const header = parseHeader(
    "r 3 360 10\nr.dat 16 0 12 1024\nr.dat 16 100(7)/uV 12 1024\nr.dat 8 -50/mmHg 0 5\n",
  );
  const scales = header.signals.map(({ baseline, gain, calibrated, units, adcResolution }) =>
    [baseline, gain, calibrated, units, adcResolution].join()
  );
  assertEquals(scales, ["1024,200,false,mV,12", "7,100,true,uV,12", "5,-50,true,mmHg,10"]);
});

Deno.test("parseHeader: reads every part of the record line and of the format field", () => {
  const header = parseHeader(
    "rec-1 1 62.4725/999.56(-12.5) 14400 19:46:25.757 26/10/1994\n" +
      "e.dat 16x4:3+24 2963.77(-1605)/mmHg 12 0 -943 -23651 7 ABP mean  value \n",
  );
  assertEquals(header, {
    ...header,
    frameRate: 62.4725,
    counterFrequency: 999.56,
    baseCounter: -12.5,
    frames: 14400,
    baseTime: "19:46:25.757",
    baseDate: "1994-10-26",
    signals: [{
      ...header.signals[0],
      format: 16,
      samplesPerFrame: 4,
      skew: 3,
      byteOffset: 24,
      initialValue: -943,
      checksum: 65536 - 23651, // the same sum modulo 2^16
      blockSize: 7,
      description: "ABP mean  value",
    }],
  });
});

Deno.test("parseHeader: takes the style of the challenges (date first, CRLF, blank lines)", () => {
  const header = parseHeader(
    "\uFEFFA0001 1 500 7500 12-May-2020 12:33:59\r\nA0001.mat 16+24 1000/mv 16 0 28 -1716 0 aVR\r\n" +
      "#Age: 74\r\n# Dx: 59118001\r\n\r\n\r\n",
  );
  const start = { frames: 7500, baseDate: "2020-05-12", baseTime: "12:33:59" };
  assertEquals(header, { ...header, ...start });
  assertEquals(header.signals[0].units, "mv");
  assertEquals(header.comments, ["Age: 74", "Dx: 59118001"]);
});

Deno.test("parseHeader: a lead's name in the place of the checksum leaves it not stated", () => {
  for (const numbers of ["16 0", "16 0 28", "16 0 28 -1716", "16 0 28 0"]) {
    const header = parseHeader(`a 1 500 10\na.mat 16+24 1000/mV ${numbers} aVR\n`);
    const { description, adcResolution, initialValue, checksum, blockSize } = header.signals[0];
    assertEquals([description, adcResolution, blockSize], ["aVR", 16, 0], numbers);
    assertEquals([initialValue, checksum], [undefined, undefined], numbers);
  }
});

Deno.test("parseHeader: a missing or zero sample count is undefined, also before a date", () => {
  assertEquals(parseHeader("a 0 250").frames, undefined);
  assertEquals(parseHeader("a 0 250 0 16:57:09").frames, undefined);
  const { frames, baseTime } = parseHeader("a 0 250 16:57:09 26/10/2137");
  assertEquals([frames, baseTime], [undefined, "16:57:09"]);
});

Deno.test("parseHeader: reads segments", () => {
  const header = parseHeader("m/3 4 125 20 16:57:09.000 26/10/2137\nlayout 0\n~ 5\ns1 15\n# end\n");
  assertEquals(header.segments, [
    { name: "layout", frames: 0 },
    { name: "~", frames: 5 },
    { name: "s1", frames: 15 },
  ]);
  assertEquals(header.signals, []);
  assertEquals(header.signalCount, 4);
});

Deno.test("parseHeader: names file, line and fault", () => {
  const cases: [string, string][] = [
    ["", "a.hea: the header is empty"],
    ["# only a comment\n", "a.hea: the header is empty"],
    ["a\n", "a.hea, line 1: the number of signals is missing"],
    ["a x\n", "a.hea, line 1: the number of signals is missing"],
    ["a 1 0\n", "line 1: the sampling frequency is not above 0"],
    ["a 1 100 -5\n", "line 1: the number of samples is not valid"],
    ["a 1 100 5\n", "names 1 signals, 0 follow"],
    ["a 1 100 5\n#\na.dat\n", "a.hea, line 3: the format is missing"],
    ["a 1 100 5\na.dat 16x0\n", "the format is not valid"],
    ["a 1 100 5\na.dat 16 much\n", "the gain is not a number"],
    ["a 1 100 5\na.dat 16 200(1.5)\n", "the baseline is not a whole number"],
    ["a 1 100 5\na.dat 16 200 16 zero\n", "the ADC zero is not a whole number"],
    ["a 1 100 5\na.dat 16 200 16 0 0 sum\n", "the checksum is not a whole number"],
    ["a/0 1 100 5\n", "the number of segments"],
    ["a/2 1 100 5\nb 5\n", "names 2 segments, 1 follow"],
    ["a/1 1 100 5\nb\n", "line 2: a segment line needs"],
  ];
  for (const [text, message] of cases) {
    assertUserError(() => parseHeader(text, "a.hea"), message);
  }
});

/** Text that looks like a header often enough to reach every branch. */
const almostHeader = fc.array(
  fc.oneof(
    fc.constantFrom("a", "a/2", "~", "a.dat", "16", "212x4:3+24", "8", "200(1)/mV", "1e400", "-1"),
    fc.constantFrom(" ", " ", " ", "\n", "\n", "\t", "\r\n", "#", "0", "3", "99999999999999999999"),
    fc.string({ maxLength: 4 }),
  ),
  { maxLength: 60 },
).map((parts) => parts.join(""));

Deno.test("parseHeader: any text gives a header or a UserError", () => {
  fc.assert(
    fc.property(fc.oneof(almostHeader, fc.string({ maxLength: 300 })), (text) => {
      allowUserError(() => {
        const header = parseHeader(text);
        assert(header.frameRate > 0);
        for (const signal of header.signals) assert(Number.isFinite(signal.gain));
      });
    }),
    { numRuns: 2000, seed: 1 },
  );
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseAnnotations,
  readAnnotationsSync,
} from "../../../../src/data/files/wfdb/annotations.ts";
import { testWithData } from "../../../support/shared_data.ts";
import { type AnnotationToWrite, encodeAnnotations } from "./encode_annotations.ts";
import { allowUserError, assertUserError } from "../../../support/user_errors.ts";

testWithData("MIT-BIH record 100: the published numbers of annotations", "mitdb", (data) => {
  const { annotations, timeResolution } = readAnnotationsSync(`${data}/100.atr`);
  assertEquals(annotations.length, 2274);
  const counts: Record<string, number> = {};
  for (const { symbol } of annotations) counts[symbol] = (counts[symbol] ?? 0) + 1;
  assertEquals(counts, { "+": 1, N: 2239, A: 33, V: 1 });
  assertEquals(timeResolution, undefined);
  // The rhythm, then the first beats, as rdann lists them; the last beat lies before the end.
  const plain = { subtype: 0, channel: 0, num: 0, aux: "" };
  assertEquals(annotations.slice(0, 3), [
    { ...plain, sample: 18, symbol: "+", aux: "(N" },
    { ...plain, sample: 77, symbol: "N" },
    { ...plain, sample: 370, symbol: "N" },
  ]);
  assertEquals(annotations[8], { ...plain, sample: 2044, symbol: "A" });
  assertEquals(annotations.at(-1)!.sample, 649991);
});

Deno.test("parseAnnotations: every field comes back, also over long and backward steps", () => {
  const symbolOf = [" ", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~"];
  const entry = fc.record({
    sample: fc.integer({ min: -(2 ** 29), max: 2 ** 29 }),
    code: fc.integer({ min: 1, max: 14 }),
    subtype: fc.integer({ min: -128, max: 127 }),
    channel: fc.integer({ min: 0, max: 255 }),
    num: fc.integer({ min: -128, max: 127 }),
    aux: fc.string({ maxLength: 40 }).filter((text) => !text.endsWith("\0")),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      assertEquals(
        parseAnnotations(encodeAnnotations(entries)).annotations,
        entries.map(({ code, ...rest }) => ({ ...rest, symbol: symbolOf[code] })),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("parseAnnotations: codes without a letter show their number", () => {
  const all = Array.from({ length: 49 }, (_, i): AnnotationToWrite => ({ sample: i, code: i + 1 }));
  const symbols = parseAnnotations(encodeAnnotations(all)).annotations.map((a) => a.symbol);
  assertEquals(symbols.filter((symbol) => /^\[\d+\]$/.test(symbol)), [
    "[15]",
    "[17]",
    ...Array.from({ length: 8 }, (_, i) => `[${42 + i}]`),
  ]);
  assertEquals(new Set(symbols).size, 49, "no symbol stands for two codes");
  const some = [24, 27, 28, 30, 31, 32, 33, 37, 40].map((i) => symbols[i]);
  assertEquals(some.join(""), "B+u![]efr");
});

Deno.test("parseAnnotations: notes about the file are taken out, other notes stay", () => {
  const note = (aux: string, sample = 0) => ({ sample, code: 22, aux });
  const { annotations, timeResolution } = parseAnnotations(encodeAnnotations([
    note("## time resolution: 999.5"),
    note("## annotation type definitions"),
    note("42 onset of an episode"),
    note("## end of definitions"),
    note("calibrated"),
    { sample: 1, code: 42 },
    { sample: 2, code: 43 },
    note("## time resolution: 1", 3),
  ]));
  assertEquals(timeResolution, 999.5);
  assertEquals(annotations.map(({ symbol, aux }) => symbol + aux), [
    '"calibrated',
    "onset",
    "[43]",
    '"## time resolution: 1',
  ]);
});

Deno.test("parseAnnotations: what is wrong is named", () => {
  const words = (...values: number[]) => new Uint8Array(new Uint16Array(values).buffer);
  const whole = encodeAnnotations([{ sample: 5000, code: 1, aux: "(N" }]);
  for (let length = 0; length < whole.length; length++) {
    assertUserError(
      () => parseAnnotations(whole.subarray(0, length), "a.atr"),
      `a.atr: the file is truncated, it ends after ${length} bytes`,
    );
  }
  // What follows the end mark is padding.
  assertEquals(parseAnnotations(Uint8Array.of(...whole, 1, 2, 3)).annotations.length, 1);
  assertUserError(() => parseAnnotations(words(50 << 10, 0)), "code 50 at byte 0");
  assertUserError(
    () => parseAnnotations(words(61 << 10 | 1, 0)),
    "a field of code 61 comes before any annotation",
  );
  for (const resolution of ["0", "-5", "fast", "1e999"]) {
    const bytes = encodeAnnotations([
      { sample: 0, code: 22, aux: `## time resolution: ${resolution}` },
    ]);
    assertUserError(() => parseAnnotations(bytes), `time resolution is "${resolution}"`);
  }
  assertUserError(
    () =>
      parseAnnotations(encodeAnnotations([
        { sample: 0, code: 22, aux: "## annotation type definitions" },
        { sample: 0, code: 22, aux: "onset" },
      ])),
    '"onset" defines no annotation type',
  );
  assertUserError(() => readAnnotationsSync("nowhere/a.atr"), "nowhere/a.atr: the file is");
});

Deno.test("parseAnnotations: any bytes give annotations or a UserError", () => {
  // Words that are mostly annotations and their fields, so that every branch is reached.
  const word = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 49 }), fc.integer({ min: 50, max: 63 })),
    fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 1023 })),
  ).map(([code, value]) => [value & 0xff, code << 2 | value >> 8]);
  const almost = fc.array(word, { maxLength: 60 }).map((words) => Uint8Array.from(words.flat()));
  fc.assert(
    fc.property(fc.oneof(almost, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      allowUserError(() => {
        for (const { sample, symbol, subtype } of parseAnnotations(bytes).annotations) {
          assert(Number.isSafeInteger(sample) && symbol !== "" && Number.isInteger(subtype));
        }
      });
    }),
    { numRuns: 2000, seed: 1 },
  );
});

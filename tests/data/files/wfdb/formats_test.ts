import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sampleFormat } from "../../../../src/data/files/wfdb/formats.ts";
import { assertUserError } from "../../../support/user_errors.ts";

const FORMATS = [8, 16, 24, 32, 61, 80, 160, 212, 310, 311];

function decode(format: number, bytes: number[], count: number): number[] {
  const out = new Int32Array(count);
  sampleFormat(format, "a.dat").decode(new Uint8Array(bytes), out);
  return Array.from(out);
}

Deno.test("sampleFormat: decodes extremes and byte order of every format", () => {
  assertEquals(decode(8, [0x00, 0x7f, 0x80, 0xff], 4), [0, 127, -128, -1]);
  assertEquals(decode(16, [0xff, 0x7f, 0x00, 0x80, 0x01, 0x02], 3), [32767, -32768, 0x0201]);
  assertEquals(decode(61, [0x7f, 0xff, 0x80, 0x00, 0x01, 0x02], 3), [32767, -32768, 0x0102]);
  assertEquals(decode(80, [0x00, 0x80, 0xff], 3), [-128, 0, 127]);
  assertEquals(decode(160, [0x00, 0x00, 0x00, 0x80, 0xff, 0xff], 3), [-32768, 0, 32767]);
  assertEquals(decode(24, [0xff, 0xff, 0x7f, 0x00, 0x00, 0x80], 2), [8388607, -8388608]);
  assertEquals(decode(32, [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80], 2), [2147483647, -2147483648]);
  assertEquals(decode(212, [0xff, 0x87, 0x00], 2), [2047, -2048]);
  // 310: bits 1-10 of two words, and five high bits of both; bit 0 is not used.
  assertEquals(decode(310, [0xff, 0x03, 0x00, 0x04], 3), [511, -512, 0]);
  assertEquals(decode(310, [0x00, 0xf8, 0x00, 0x78], 3), [0, 0, 0b0111111111]);
  // 311: three times ten bits in one word.
  assertEquals(decode(311, [0xff, 0x01, 0x08, 0xe0], 3), [511, -512, -512]);
});

Deno.test("sampleFormat: decode 16 from an odd address", () => {
  const bytes = new Uint8Array([9, 0x34, 0x12, 0xff, 0xff]).subarray(1);
  const out = new Int32Array(2);
  sampleFormat(16, "a.dat").decode(bytes, out);
  assertEquals(Array.from(out), [0x1234, -1]);
});

Deno.test("sampleFormat: bytesFor and samplesIn agree for any count", () => {
  fc.assert(
    fc.property(fc.constantFrom(...FORMATS), fc.nat(5000), (number, count) => {
      const format = sampleFormat(number, "a.dat");
      const bytes = format.bytesFor(count);
      // In format 310 two samples take the four bytes of three.
      const shared = number === 310 && count % 3 === 2 ? 1 : 0;
      assertEquals(format.samplesIn(bytes), count + shared);
      if (count > 0) assert(format.samplesIn(bytes - 1) < count);
    }),
    { numRuns: 500, seed: 2 },
  );
});

Deno.test("sampleFormat: decoding reads no more bytes than bytesFor says", () => {
  fc.assert(
    fc.property(fc.constantFrom(...FORMATS), fc.integer({ min: 1, max: 50 }), (number, count) => {
      const format = sampleFormat(number, "a.dat");
      const size = format.bytesFor(count);
      const bytes = Uint8Array.from({ length: size + 8 }, (_, i) => (i * 37 + 11) & 0xff);
      const out = new Int32Array(count);
      format.decode(bytes, out);
      const other = bytes.slice();
      other.fill(0xa5, size);
      const again = new Int32Array(count);
      format.decode(other, again);
      assertEquals(out, again);
    }),
    { numRuns: 500, seed: 3 },
  );
});

Deno.test("sampleFormat: refuses FLAC and unknown formats", () => {
  for (const flac of [508, 516, 524]) {
    assertUserError(() => sampleFormat(flac, "a.d0"), `a.d0: format ${flac} is FLAC`);
  }
  assertUserError(() => sampleFormat(7, "a.dat"), "format 7 is not known");
});

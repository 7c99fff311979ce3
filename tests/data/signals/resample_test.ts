import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { resample } from "../../../src/data/signals/resample.ts";
import { inRepository } from "../../support/paths.ts";

const RATES = [[360, 100], [500, 100], [250, 100], [257, 100], [100, 500], [128.5, 100]];

function sine(frequency: number, rate: number, samples: number): Float64Array {
  return Float64Array.from(
    { length: samples },
    (_, t) => Math.sin(2 * Math.PI * frequency * t / rate + 0.3),
  );
}

/** The largest value in the middle half, where the ends do not matter. */
function largest(values: Float64Array): number {
  return values.subarray(values.length >> 2, 3 * values.length >> 2)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

Deno.test("resample: agrees with SciPy's resample_poly and the same filter", () => {
  const path = inRepository("tests/fixtures/resample/resample.json");
  const { cases } = JSON.parse(Deno.readTextFileSync(path));
  for (const { from, to, signal, expected } of cases) {
    const result = resample(Float64Array.from(signal), from, to);
    assertEquals(result.length, expected.length);
    // SciPy takes zeros beyond the ends; 25 samples of the lower rate reach over them.
    const edge = Math.ceil(26 * to / Math.min(from, to));
    for (let m = edge; m < result.length - edge; m++) {
      // SciPy normalizes the whole filter, this each phase. The phases of an 80 dB filter differ by
      // 1e-4 at most; noise of SD 1 reaches 4. The filter of 500 → 100 has one phase: rounding of
      // the fixture alone.
      assertAlmostEquals(result[m], expected[m], from % to === 0 ? 1e-7 : 1e-4);
    }
  }
});

Deno.test("resample: passes up to 0.8 of the lower Nyquist frequency, in place", () => {
  for (const [from, to] of RATES) {
    const nyquist = Math.min(from, to) / 2;
    for (const part of [0.02, 0.2, 0.5, 0.8]) {
      const frequency = part * nyquist;
      const result = resample(sine(frequency, from, 10 * from), from, to);
      const expected = sine(frequency, to, result.length);
      // 80 dB is a ripple of 1e-4; images of the other phases add as much again.
      assert(largest(result.map((y, m) => y - expected[m])) < 3e-4, `${from} → ${to}, ${part}`);
    }
  }
});

Deno.test("resample: rejects tones above the new Nyquist frequency by more than 60 dB", () => {
  for (const [from, to] of RATES.filter(([from, to]) => from > to)) {
    for (const frequency of [to / 2, 0.51 * to, 0.6 * to, to, 1.2 * to]) {
      if (frequency > from / 2) continue;
      const result = largest(resample(sine(frequency, from, 10 * from), from, to));
      assert(20 * Math.log10(result) < -60, `${from} → ${to}, ${frequency} Hz: ${result}`);
    }
  }
});

Deno.test("resample: a constant stays constant to both ends", () => {
  for (const [from, to] of RATES) {
    for (const samples of [1, 2, 7, 1000]) {
      const result = resample(new Float64Array(samples).fill(-0.7), from, to);
      assertEquals(result.length, Math.ceil(samples * to / from - 1e-9));
      // The sum of some hundred weights, which add up to 1.
      for (const value of result) assertAlmostEquals(value, -0.7, 1e-14);
    }
  }
});

Deno.test("resample: an uncommon ratio is computed without a table", () => {
  const result = resample(sine(5, 333.3333, 1000), 333.3333, 100);
  const expected = sine(5, 100, result.length);
  // The ripple of the filter as above.
  assert(largest(result.map((y, m) => y - expected[m])) < 3e-4);
});

Deno.test("resample: a window is a part of the whole", () => {
  for (const [from, to] of [[360, 100], [100, 500], [100, 100]]) {
    const signal = sine(7, from, 3 * from);
    const whole = resample(signal, from, to);
    assertEquals(resample(signal, from, to, 40, 90), whole.slice(40, 90));
    assertEquals(resample(signal, from, to, 250), whole.slice(250));
    assertEquals(resample(signal, from, to, 10 * to).length, 0);
  }
});

Deno.test("resample: equal rates copy; float32 in, rates and empty signals checked", () => {
  const signal = new Float32Array([0.1, 0.2]);
  const copy = resample(signal, 100, 100);
  assertEquals([...copy], [...signal]);
  assertThrows(() => resample(signal, 0, 100), RangeError, "from 0 to 100 Hz");
  assertThrows(() => resample(signal, 100, NaN), RangeError, "rates must be above 0");
  assertThrows(() => resample(new Float32Array(0), 500, 100), RangeError, "without samples");
});

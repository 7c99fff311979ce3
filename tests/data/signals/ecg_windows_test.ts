import { assertEquals, assertThrows } from "@std/assert";
import { digitize, doubtsAbout, windowStarts } from "../../../src/data/signals/ecg_windows.ts";
import { assertUserError } from "../../support/user_errors.ts";

Deno.test("windowStarts: windows cover the record and none leaves it", () => {
  assertEquals(windowStarts(10, 10), [0]);
  assertEquals(windowStarts(11, 10), [0, 1]);
  assertEquals(windowStarts(29, 10), [0, 10, 19]);
  assertEquals(windowStarts(30, 10), [0, 10, 20]);
  assertThrows(() => windowStarts(9, 10), RangeError);
  assertThrows(() => windowStarts(9, 0), RangeError);
});

Deno.test("digitize: whole microvolts of a part, refused beyond 16 bits", () => {
  const signal = Float32Array.from({ length: 48 }, (_, i) => i / 1000);
  const ecg = { signal, samplingRate: 2 };
  assertEquals([...digitize(ecg, "a.csv", 1, 2)], Array.from({ length: 24 }, (_, i) => 12 + i));
  signal.set([32.7674, -32.7684], 24);
  assertEquals([...digitize(ecg, "a.csv", 2, 1)].slice(0, 3), [32767, -32768, 26]);
  signal[27] = 812;
  assertUserError(
    () => digitize(ecg, "a.csv", 1, 2),
    "Cannot read a.csv: lead AVR has 812 mV at 1 s, more than 32.767 mV. Is its unit right?",
  );
});

Deno.test("doubtsAbout: flat leads and hardly any voltage, padding apart", () => {
  const wave = (height: number, flat: readonly number[] = []) =>
    Float32Array.from(
      { length: 12 * 20 },
      (_, i) => i >= 12 * 10 || flat.includes(i % 12) ? 0 : 0.3 + height * (Math.floor(i / 12) % 2),
    );
  assertEquals(doubtsAbout(wave(1), 10), []);
  assertEquals(doubtsAbout(wave(1, [6]), 10), ["flat lead: V1"]);
  assertEquals(doubtsAbout(wave(1, [0, 11]), 10), ["flat leads: I, V6"]);
  assertEquals(doubtsAbout(wave(1), 9), ["more than half is zeros"]);
  assertEquals(doubtsAbout(wave(0), 10), ["all leads are flat"], "a constant that is not zero");
  assertEquals(doubtsAbout(wave(0.001, [0]), 10), [
    "flat lead: I",
    "no lead spans 0.1 mV: is its unit right?",
  ]);
});

import { assert, assertAlmostEquals, assertGreater, assertLess } from "@std/assert";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";
import { makeBeats, type RhythmSettings, tachogram } from "../../../src/data/synthetic/rhythm.ts";
import { mean } from "./support.ts";

const calm: RhythmSettings = {
  heartRate: 75,
  variability: 0.04,
  lowToHigh: 0.5,
  breathing: 0.25,
  fibrillation: false,
  ventricularRate: 0,
  atrialRate: 0,
};
const deviation = (v: number[]) => Math.sqrt(mean(v.map((x) => (x - mean(v)) ** 2)));

Deno.test("tachogram() has the mean, the SD and the two spectral peaks of the paper", () => {
  const rr = tachogram(calm, new CounterRandom(1, Stream.synthetic));
  const values = Array.from({ length: 4000 }, (_, i) => rr(i / 4)); // 1,000 s at 4 Hz
  // Sums of 24 cosines over many periods: the mean is close, the SD within beating of the lines.
  assertAlmostEquals(mean(values), 0.8, 0.002);
  assertAlmostEquals(deviation(values), 0.04, 0.008);
  const power = (low: number, high: number) => {
    let sum = 0;
    for (let k = Math.round(low * 1000); k < Math.round(high * 1000); k++) {
      let re = 0, im = 0;
      for (let n = 0; n < 4000; n++) {
        re += (values[n] - 0.8) * Math.cos(2 * Math.PI * k * n / 4000);
        im += (values[n] - 0.8) * Math.sin(2 * Math.PI * k * n / 4000);
      }
      sum += re * re + im * im;
    }
    return sum;
  };
  const mayer = power(0.06, 0.14);
  const breath = power(0.21, 0.29);
  const between = power(0.15, 0.2);
  assertGreater(mayer, 20 * between);
  assertGreater(breath, 20 * between);
  // LF/HF = 0.5, within the scatter of lines that fall into one bin.
  assertGreater(breath / mayer, 1.2);
  assertLess(breath / mayer, 3.5);
});

Deno.test("makeBeats() covers the record at the wanted rate", () => {
  const beats = makeBeats(calm, 10, new CounterRandom(2, Stream.synthetic));
  assert(beats[0].time < -0.7 && beats[beats.length - 1].time > 10.6);
  const inside = beats.filter((b) => b.time >= 0 && b.time < 10);
  assert(inside.length >= 11 && inside.length <= 14, `${inside.length} beats in 10 s at 75/min`);
});

Deno.test("makeBeats() makes fibrillation irregular and keeps the refractory period", () => {
  const intervals = makeBeats(
    { ...calm, fibrillation: true },
    300,
    new CounterRandom(3, Stream.synthetic),
  ).slice(1).map((b, i, all) => (all[i + 1]?.time ?? NaN) - b.time).slice(0, -1);
  assertGreater(deviation(intervals) / mean(intervals), 0.15);
  assertGreater(Math.min(...intervals), 0.32);
});

Deno.test("makeBeats() follows a ventricular beat by a compensatory pause", () => {
  const beats = makeBeats(
    { ...calm, variability: 0, ventricularRate: 0.2 },
    200,
    new CounterRandom(4, Stream.synthetic),
  );
  const at = beats.map((b, i) => b.kind === "ventricular" ? i : -1)
    .filter((i) => i > 0 && i < beats.length - 1);
  assertGreater(at.length, 20);
  for (const i of at) {
    assertAlmostEquals(beats[i + 1].time - beats[i - 1].time, 1.6, 1e-9);
    assertLess(beats[i].time - beats[i - 1].time, 0.6);
  }
});

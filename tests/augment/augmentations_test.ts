/** Rates, magnitudes and effects of the seven augmentations, as documented. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { planAugmentations } from "../../src/augment/augmentation_plan.ts";
import {
  AUGMENTATION_CONFIGS,
  AUGMENTATION_TABLE,
  type AugmentationConfig,
  augmentationConfig,
  type AugmentationName,
  AUGMENTATIONS,
  DEFAULT_AUGMENTATIONS,
  DOCUMENTED_RATES,
  onlyAugmentation,
} from "../../src/augment/augmentations.ts";
import { bandpassExtents } from "../../src/augment/augmentations/bandpass.ts";
import { planRow, type RowPlan } from "../reference/augment/augment_plan.ts";
import { apply as bandpass, bandpassGain } from "../reference/augment/bandpass.ts";
import { apply as warpFrequency } from "../reference/augment/frequency_warp.ts";
import { LEADS, noiseField } from "../reference/augment/row_draws.ts";

const DRAWS = 4000;

/** Plans of many records, two views each, in batches of 64. */
function drawPlans(samplingRate = 100, length = 1000): RowPlan[] {
  return Array.from({ length: DRAWS }, (_, i) => {
    const record = i >> 1;
    return planRow(
      { seed: 42, epoch: 1, record, view: i & 1, place: record % 64, valid: 64 },
      DOCUMENTED_RATES,
      { length, samplingRate },
    );
  });
}

Deno.test("each augmentation is drawn as often as documented, independently of the others", () => {
  const plans = drawPlans();
  const has = (name: AugmentationName) => plans.map((plan) => plan[name] !== undefined);
  const mean = (values: boolean[]) => values.filter(Boolean).length / values.length;
  for (const name of DEFAULT_AUGMENTATIONS) {
    const rate = DOCUMENTED_RATES[name];
    // Four standard errors: a right implementation fails once in 16,000; the seed is fixed.
    const error = Math.sqrt(rate * (1 - rate) / DRAWS);
    assertAlmostEquals(mean(has(name)), rate, 4 * error, name);
    for (const other of DEFAULT_AUGMENTATIONS) {
      if (other === name) continue;
      const both = rate * DOCUMENTED_RATES[other];
      const second = has(other);
      const observed = mean(has(name).map((yes, i) => yes && second[i]));
      assertAlmostEquals(observed, both, 4 * Math.sqrt(both * (1 - both) / DRAWS), name + other);
    }
  }
});

/** Checks that values fill [low, high]: inside it, and close to both ends and the mean of uniform. */
function assertFills(values: number[], low: number, high: number, name: string) {
  const smallest = Math.min(...values);
  const largest = Math.max(...values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert(smallest >= low && largest <= high, `${name}: ${smallest} to ${largest}`);
  // 800 draws or more: the extremes miss the ends by 2 % with probability 1e-7.
  assert(smallest < low + 0.02 * (high - low) && largest > high - 0.02 * (high - low), name);
  const error = (high - low) / Math.sqrt(12 * values.length);
  assertAlmostEquals(mean, (low + high) / 2, 4 * error, name);
}

Deno.test("magnitudes fill the documented ranges", () => {
  const plans = drawPlans();
  const given = (name: AugmentationName) =>
    plans.map((plan) => plan[name]).filter((value) => value !== undefined);
  assertFills(given("frequency-warp"), -0.05, 0.05, "warp");
  const cutmix = given("cutmix");
  assertFills(cutmix.map(({ start, end }) => end - start), 100, 300, "CutMix length");
  assert(cutmix.every(({ start, end }) => start >= 0 && end <= 1000));
  assert(cutmix.some(({ start }) => start < 20) && cutmix.some(({ end }) => end > 980));
  const gaps = given("temporal-dropout");
  assertFills(gaps.map(({ before, after }) => after - before - 1), 50, 200, "gap length");
  assert(gaps.every(({ before, after }) => before >= 0 && after <= 999));
  const bands = given("bandpass");
  assertFills(bands.map(({ low }) => low), 0.5, 1.5, "low edge");
  assertFills(bands.map(({ high }) => high!), 40, 48, "high edge at 100 Hz");
  const motions = given("motion-artifacts");
  assertFills(motions.map(({ frequency }) => frequency), 0.5, 2, "wander frequency");
  assertFills(motions.map(({ phase }) => phase), 0, 1, "wander phase");
  const amplitudes: number[] = motions.flatMap(({ amplitudes }) => amplitudes);
  assertFills(amplitudes.map(Math.abs), 0.01, 0.05, "wander amplitude");
  assertAlmostEquals(amplitudes.filter((a) => a < 0).length / amplitudes.length, 0.5, 0.03);
  assertFills(given("channel-noise").flat(), 0.005, 0.02, "noise");
  const shares: number[] = given("mixup").map(({ share }) => share);
  assert(shares.every((share) => share >= 0 && share <= 0.5));
  // u^10 / (1 + u^10), u uniform: mean 1 - (1 - 1/11 + 1/21 - 1/31 + ...) = 0.0620, standard deviation
  // 0.120; below 0.01 where u < (0.01 / 0.99)^(1/10) = 0.6316.
  assertAlmostEquals(
    shares.reduce((sum, share) => sum + share, 0) / shares.length,
    0.062,
    4 * 0.12 / Math.sqrt(shares.length),
  );
  assertAlmostEquals(
    shares.filter((share) => share < 0.01).length / shares.length,
    0.6316,
    4 * 0.4824 / Math.sqrt(shares.length),
  );
});

Deno.test("edges of the band follow the sampling rate", () => {
  const highs = (samplingRate: number) =>
    drawPlans(samplingRate).flatMap(({ bandpass }) => bandpass ? [bandpass.high] : []);
  assertFills(highs(500) as number[], 40, 60, "high edge at 500 Hz");
  assertFills(highs(90) as number[], 40, 43.2, "high edge at 90 Hz");
  assert(highs(80).every((high) => high === undefined));
});

Deno.test("at 500 Hz everything lasts as long and sounds as deep as at 100 Hz", () => {
  const [slow, fast] = [[1000, 100], [5000, 500]].map(([length, samplingRate]) => ({
    dims: planAugmentations(DOCUMENTED_RATES, { length, samplingRate }).dims,
    ...bandpassExtents({ length, samplingRate }),
  }));
  // Ten seconds both: five samples for one, the same cosines.
  assertEquals([fast.dims.cutmix_from, fast.dims.cutmix_to], [500, 1500]);
  assertEquals([fast.dims.gap_from, fast.dims.gap_to], [250, 1000]);
  assertEquals([fast.halfWidth, slow.halfWidth], [60, 12]);
  assertEquals([fast.binsPerHertz, slow.binsPerHertz], [20, 20]);
  // 1.5 · 1.5 Hz is cosine 45; one more, up to a multiple of 4.
  assertEquals([fast.bins, slow.bins], [48, 48]);
  // 0.48 of the sampling rate binds at 100 Hz only.
  assertEquals([fast.highEdge, slow.highEdge], [[40, 60], [40, 48]]);
  const [atFast, atSlow] = [drawPlans(500, 5000), drawPlans(100, 1000)];
  atSlow.forEach((plan, i) => {
    const other = atFast[i];
    assertEquals(Object.keys(other), Object.keys(plan));
    for (const same of ["frequency-warp", "mixup", "channel-noise", "motion-artifacts"] as const) {
      assertEquals(other[same], plan[same]);
    }
    assertEquals(other.bandpass?.low, plan.bandpass?.low);
    if (plan.bandpass) {
      assertAlmostEquals((other.bandpass.high - 40) / 20, (plan.bandpass.high - 40) / 8, 1e-6);
    }
    // Lengths are rounded to samples of 10 ms, at each end of the range that they are drawn from.
    const seconds = (from: number, to: number, rate: number) => (to - from) / rate;
    if (plan.cutmix) {
      const { start, end } = other.cutmix;
      assertAlmostEquals(
        seconds(start, end, 500),
        seconds(plan.cutmix.start, plan.cutmix.end, 100),
        0.01,
      );
    }
    const gap = plan["temporal-dropout"];
    if (gap) {
      const { before, after } = other["temporal-dropout"];
      assertAlmostEquals(
        seconds(before + 1, after, 500),
        seconds(gap.before + 1, gap.after, 100),
        0.01,
      );
    }
  });
});

Deno.test("partners come from the batch, are never the record itself, and reach everybody", () => {
  const config = { ...augmentationConfig("none"), mixup: 1, cutmix: 1 };
  const extent = { length: 1000, samplingRate: 100 };
  const draws = 3000;
  const counts = { mixup: new Array(5).fill(0), cutmix: new Array(5).fill(0) };
  for (let record = 0; record < draws; record++) {
    const at = { seed: 1, epoch: 0, record, view: 0, place: 2, valid: 5 };
    const { mixup, cutmix } = planRow(at, config, extent);
    counts.mixup[mixup.partner]++;
    counts.cutmix[cutmix.partner]++;
  }
  for (const count of [counts.mixup, counts.cutmix]) {
    assertEquals(count[2], 0);
    for (const place of [0, 1, 3, 4]) {
      assertAlmostEquals(count[place] / draws, 0.25, 4 * Math.sqrt(0.25 * 0.75 / draws));
    }
  }
  const at = { seed: 1, epoch: 0, record: 7, view: 0, place: 0, valid: 1 };
  const alone = planRow(at, config, extent);
  assertEquals(alone, {});
});

Deno.test("noise is standard normal", () => {
  const field = noiseField({ seed: 9, epoch: 0, record: 3, view: 1 }, 2000);
  const moment = (power: number) => field.reduce((sum, x) => sum + x ** power, 0) / field.length;
  // Standard errors of the first four moments over n draws: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt n.
  const root = Math.sqrt(field.length);
  assertAlmostEquals(moment(1), 0, 4 / root);
  assertAlmostEquals(moment(2), 1, 4 * Math.sqrt(2) / root);
  assertAlmostEquals(moment(3), 0, 4 * Math.sqrt(15) / root);
  assertAlmostEquals(moment(4), 3, 4 * Math.sqrt(96) / root);
});

Deno.test("a warp of 5 % changes the distance of beats by as much, first one way, then the other", () => {
  const length = 1000;
  const pulses = new Float64Array(length * LEADS);
  // Triangles of half width 4 every 50 samples: their place is known to a part of a sample.
  for (let t = 0; t < length; t++) {
    const distance = Math.abs((t + 25) % 50 - 25);
    for (let c = 0; c < LEADS; c++) pulses[LEADS * t + c] = Math.max(0, 1 - distance / 4);
  }
  for (const warp of [0.05, -0.05]) {
    const y = warpFrequency(pulses, warp);
    const beats: number[] = [];
    for (let beat = 1; beat < 19; beat++) {
      let weight = 0;
      let sum = 0;
      for (let t = 50 * beat - 22; t <= 50 * beat + 22; t++) {
        weight += y[LEADS * t];
        sum += t * y[LEADS * t];
      }
      beats.push(sum / weight);
    }
    const spacing = beats.slice(1).map((beat, i) => beat - beats[i]);
    // The rate half way between two beats, at samples 75 and 875; sampling errors are below 0.002.
    assertAlmostEquals(50 / spacing[0], 1 + warp * (1 - 150 / 999), 0.002);
    assertAlmostEquals(50 / spacing[16], 1 + warp * (1 - 1750 / 999), 0.002);
    assert(spacing.every((value) => Math.abs(50 / value - 1) <= 0.0505));
    assertEquals(y[0], pulses[0]);
    assertAlmostEquals(y[LEADS * 999], pulses[LEADS * 999], 1e-12);
  }
});

Deno.test("the band-pass keeps the band, halves its edges, and stops what lies outside", () => {
  const slow = { length: 1000, samplingRate: 100 };
  const { halfWidth } = bandpassExtents(slow);
  const gain = (f: number) => bandpassGain(f, { low: 1, high: 42 }, 100, halfWidth);
  assertAlmostEquals(gain(0), 0, 1e-12);
  assertAlmostEquals(gain(0.4), 0, 1e-3);
  assertAlmostEquals(gain(1), 0.5, 2e-3);
  for (let f = 1.6; f < 33; f += 0.1) assertAlmostEquals(gain(f), 1, 0.01, `${f} Hz`);
  assertAlmostEquals(gain(42), 0.5, 0.01);
  assert(gain(49.9) < 0.05);
  const wide = bandpassExtents({ length: 5000, samplingRate: 500 }).halfWidth;
  const gain500 = (f: number) => bandpassGain(f, { low: 1, high: 50 }, 500, wide);
  for (const edge of [1, 50]) assertAlmostEquals(gain500(edge), 0.5, 0.01, `${edge} Hz at 500 Hz`);
  for (let f = 1.6; f < 41; f += 0.1) assertAlmostEquals(gain500(f), 1, 0.01, `${f} Hz at 500 Hz`);
  for (let f = 60; f <= 250; f += 0.5) assert(Math.abs(gain500(f)) < 0.01, `${f} Hz at 500 Hz`);
  // A sine of the band goes through in place; drift and offset vanish, at the ends as well.
  const length = 1000;
  const x = new Float64Array(length * LEADS);
  const wanted = new Float64Array(length * LEADS);
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < LEADS; c++) {
      wanted[LEADS * t + c] = Math.cos(Math.PI * (100 + c) * (2 * t + 1) / (2 * length));
      x[LEADS * t + c] = wanted[LEADS * t + c] + 2 +
        Math.cos(Math.PI * 5 * (2 * t + 1) / (2 * length));
    }
  }
  const y = bandpass(x, { low: 1, high: 42 }, { record: slow });
  const error = Math.max(...y.map((value, j) => Math.abs(value - wanted[j])));
  assert(error < 0.01, `error ${error}`);
});

Deno.test("configurations leave out what their names say", () => {
  assertEquals(augmentationConfig("full"), DOCUMENTED_RATES);
  assertEquals(Object.values(augmentationConfig("none")), AUGMENTATIONS.map(() => 0));
  for (const name of AUGMENTATIONS) {
    assertEquals(onlyAugmentation(name)[name], 1);
    if (!DEFAULT_AUGMENTATIONS.includes(name)) continue;
    const config = `no-${name}` as const;
    assert(AUGMENTATION_CONFIGS.includes(config));
    assertEquals(augmentationConfig(config), { ...DOCUMENTED_RATES, [name]: 0 });
  }
  assertThrows(() => augmentationConfig("no-mix" as "full"), RangeError, "no-mixup");
});

Deno.test("the documented configurations, in the documented order", () => {
  assertEquals(AUGMENTATION_CONFIGS, [
    "full",
    "no-frequency-warp",
    "no-mixup",
    "no-bandpass",
    "no-cutmix",
    "no-motion-artifacts",
    "no-channel-noise",
    "no-temporal-dropout",
    "none",
  ]);
});

Deno.test("no two augmentations share draws", () => {
  const positions = AUGMENTATION_TABLE.map(({ position }) => position);
  assertEquals(new Set(positions).size, positions.length);
  assert(positions.every((position) => position % 4 === 0));
});

Deno.test("augmentations refuse what they cannot do", () => {
  const plan = (config: AugmentationConfig, length: number, samplingRate: number) => () =>
    planAugmentations(config, { length, samplingRate });
  assertThrows(plan(DOCUMENTED_RATES, 15, 100), RangeError, "15 samples");
  assertThrows(plan(DOCUMENTED_RATES, 1000, 0), RangeError, "sampling rate");
  assertThrows(plan({ ...DOCUMENTED_RATES, mixup: 1.5 }, 1000, 100), RangeError, "mixup");
  const mixup = { rate: 0.5, alpha: 1 };
  assertThrows(plan({ ...DOCUMENTED_RATES, mixup }, 1000, 100), RangeError, 'parameter "alpha"');
});

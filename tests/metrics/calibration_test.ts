import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { calibration } from "../../src/metrics/calibration.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { inRepository } from "../support/paths.ts";

interface Case {
  name: string;
  labels: number[];
  scores: number[];
  observed: number[] | null;
  predicted: number[] | null;
  ece: number;
  brier: number;
}

const cases = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/metrics/curves.json")),
) as Case[];

for (const { name, labels, scores, observed, predicted, ece, brier } of cases) {
  Deno.test(`calibration agrees with scikit-learn and NumPy: ${name}`, () => {
    const found = calibration(labels, scores);
    // Sums of some ten values in float64.
    assertAlmostEquals(found.expectedError, ece, 1e-12);
    assertAlmostEquals(found.brier, brier, 1e-12);
    assertEquals(found.bins.reduce((sum, { count }) => sum + count, 0), labels.length);
    if (observed === null || predicted === null) return;
    assertEquals(found.bins.length, observed.length);
    for (const [b, bin] of found.bins.entries()) {
      assertAlmostEquals(bin.observed, observed[b], 1e-12);
      assertAlmostEquals(bin.predicted, predicted[b], 1e-12);
    }
  });
}

Deno.test("calibration: labels drawn by their probabilities are near calibrated", () => {
  const random = new CounterRandom(9, Stream.synthetic);
  const probabilities = Array.from({ length: 20_000 }, () => random.uniform());
  const labels = probabilities.map((probability) => random.uniform() < probability ? 1 : 0);
  // Each of ten bins of 2,000 is off by about √(0.17 / 2,000) = 0.009.
  assert(calibration(labels, probabilities).expectedError < 0.02);
  const sure = probabilities.map((probability) => probability < 0.5 ? 0 : 1);
  assert(calibration(labels, sure).expectedError > 0.2);
});

Deno.test("calibration: both ends have a bin, edges belong to the bin above", () => {
  const { bins, maximumError } = calibration([0, 1, 1, 0], [0, 1, 0.5, 0.49], 2);
  assertEquals(bins, [
    { count: 2, predicted: 0.245, observed: 0 },
    { count: 2, predicted: 0.75, observed: 1 },
  ]);
  assertEquals(maximumError, 0.25);
});

Deno.test("calibration: refuses what has no meaning", () => {
  assertThrows(() => calibration([], []), RangeError, "0 labels");
  assertThrows(() => calibration([1], [0.5, 0.5]), RangeError, "1 labels and 2");
  assertThrows(() => calibration([2], [0.5]), RangeError, "label 0 is 2");
  assertThrows(() => calibration([1], [NaN]), RangeError, "probability 0 is NaN");
  assertThrows(() => calibration([1], [0.5], 0), RangeError, "0 bins");
});

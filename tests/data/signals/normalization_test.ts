import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noNormalization, trainNormalization } from "../../../src/data/signals/normalization.ts";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";

Deno.test("trainNormalization: mean and SD of the given rows, in mV", () => {
  const random = new CounterRandom(7, Stream.init);
  const samples = Int16Array.from(
    { length: 5 * 20 * 12 },
    (_, i) => Math.round(random.normal(1000 * (i % 12), 500)),
  );
  const set = {
    signalLength: 20,
    leads: new Array(12).fill("x"),
    samples,
    millivoltsPerUnit: 0.001,
  };
  const rows = [0, 2, 4];
  const { kind, mean, standardDeviation } = trainNormalization(set, rows);
  assertEquals(kind, "train");
  for (let lead = 0; lead < 12; lead++) {
    const values = rows.flatMap((row) =>
      Array.from({ length: 20 }, (_, t) => samples[(row * 20 + t) * 12 + lead] / 1000)
    );
    const expected = values.reduce((a, b) => a + b) / values.length;
    const squares = values.map((value) => (value - expected) ** 2);
    // Two-pass in float64; the one-pass form may lose about (mean / SD)² · 2⁻⁵² = 1e-13.
    assertAlmostEquals(mean[lead], expected, 1e-12);
    const deviation = Math.sqrt(squares.reduce((a, b) => a + b) / values.length);
    assertAlmostEquals(standardDeviation[lead], deviation, 1e-12);
  }
});

Deno.test("trainNormalization: a constant lead has SD 1, even at the rail", () => {
  const set = {
    signalLength: 1000,
    leads: ["I", "II"],
    samples: Int16Array.from({ length: 3 * 1000 * 2 }, (_, i) => i % 2 === 0 ? 32767 : 0),
    millivoltsPerUnit: 0.001,
  };
  const { mean, standardDeviation } = trainNormalization(set, [0, 1, 2]);
  assertEquals(mean, [32767 * 0.001, 0]);
  assertEquals(standardDeviation, [1, 1]);
});

Deno.test("trainNormalization: refuses no rows; noNormalization is the identity", () => {
  const set = { signalLength: 1, leads: ["I"], samples: new Int16Array(1), millivoltsPerUnit: 1 };
  assertThrows(() => trainNormalization(set, []), RangeError, "no training records");
  assertEquals(noNormalization(2), { kind: "none", mean: [0, 0], standardDeviation: [1, 1] });
});

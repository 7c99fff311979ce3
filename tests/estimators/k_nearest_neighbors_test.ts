import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { nearestNeighborProbabilities } from "../../src/estimators/k_nearest_neighbors.ts";
import { inRepository } from "../support/paths.ts";

const fixture = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/stats/k_nearest_neighbors.json")),
);

for (const { k, temperature, probabilities } of fixture.cases) {
  Deno.test(`nearestNeighborProbabilities() agrees with scikit-learn, k ${k}, temperature ${temperature}`, () => {
    const { features, labels, queries, classes } = fixture;
    const found = nearestNeighborProbabilities({
      labeled: { features, labels },
      classes,
      queries,
      k,
      temperature,
    });
    assertEquals(found.length, probabilities.length);
    // Similarities differ in their last bits (1e-16); a temperature of 0.07 makes them 14 times that.
    found.forEach((p, i) => assertAlmostEquals(p, probabilities[i], 1e-13));
  });
}

Deno.test("nearestNeighborProbabilities() ignores the length of a row", () => {
  const { features, labels, queries, classes } = fixture;
  const find = (scale: number) =>
    nearestNeighborProbabilities({
      labeled: { features, labels },
      classes,
      queries: queries.map((x: number) => x * scale),
    });
  const once = find(1);
  for (const scale of [1e-200, 1e200]) { // squares would vanish or overflow
    find(scale).forEach((p, i) => assertAlmostEquals(p, once[i], 1e-12));
  }
});

Deno.test("nearestNeighborProbabilities(): weights, ties, rows of zeros", () => {
  const find = (features: number[], labels: number[], queries: number[], k: number) => [
    ...nearestNeighborProbabilities({
      labeled: { features, labels },
      classes: 1,
      queries,
      k,
      temperature: 0.5,
    }),
  ];
  // Similarities 1, 0 and −1 to (1, 0): weights e², 1, e⁻² at temperature ½.
  const total = Math.exp(2) + 1 + Math.exp(-2);
  const [p] = find([1, 0, 0, 1, -1, 0], [0, 1, 1], [3, 0], 3);
  assertAlmostEquals(p, (1 + Math.exp(-2)) / total, 1e-15);
  // Equal rows: the first ones are the neighbors.
  assertEquals(find([1, 1, 1, 1], [1, 1, 0, 0], [1], 2), [1]);
  // A query of zeros is as near to all.
  assertEquals(find([1, 2, 3, 4], [1, 0], [0, 0], 2), [0.5]);
  assertEquals(find([0, 0, 1, 0], [1, 0], [1, 0], 1), [0]);
  assertEquals(find([1, 2], [1], [], 1), []);
});

Deno.test("nearestNeighborProbabilities() refuses what it cannot search", () => {
  const find = (options: object) => () =>
    nearestNeighborProbabilities({
      labeled: { features: [1, 2, 3, 4], labels: [0, 1] },
      classes: 1,
      queries: [1, 2],
      k: 1,
      ...options,
    });
  assertThrows(find({ k: 20 }), UserError, "20 neighbors among 2 labeled records");
  assertThrows(find({ k: undefined }), UserError, "20 neighbors among 2");
  assertThrows(find({ k: 0 }), RangeError, "k is 0");
  assertThrows(find({ k: 1.5 }), RangeError, "k is 1.5");
  assertThrows(find({ temperature: 0 }), RangeError, "temperature is 0");
  assertThrows(find({ queries: [1, 2, 3] }), RangeError, "no rows of 2");
  assertThrows(find({ queries: [1, NaN] }), RangeError, "feature 1 of query 0 is NaN");
  assertThrows(find({ classes: 3 }), RangeError, "no rows of 3 classes");
  assertThrows(
    find({ labeled: { features: [1, 2, 3], labels: [0, 1] } }),
    RangeError,
    "3 features in 2 rows",
  );
  assertThrows(
    find({ labeled: { features: [1, 2, Infinity, 4], labels: [0, 1] } }),
    RangeError,
    "feature 0 of labeled row 1 is Infinity",
  );
  assertThrows(
    find({ labeled: { features: [1, 2, 3, 4], labels: [0, 2] } }),
    RangeError,
    "label 1 is 2",
  );
  assertThrows(find({ labeled: { features: [], labels: [] } }), RangeError, "no rows");
});

Deno.test("nearestNeighborProbabilities() is quick on features of an encoder", () => {
  const random = new CounterRandom(1, Stream.synthetic);
  const [rows, queries, dimension] = [4000, 500, 256];
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const labels = Uint8Array.from({ length: rows }, () => random.integer(2));
  const options = {
    labeled: { features: draw(rows * dimension), labels },
    classes: 1,
    queries: draw(queries * dimension),
  };
  const start = performance.now();
  const found = nearestNeighborProbabilities(options);
  const seconds = (performance.now() - start) / 1000;
  assert(found.every((p) => p >= 0 && p <= 1));
  // 0.2 s alone; the limit allows for a busy machine. All of PTB-XL is 19 times as much.
  assert(seconds < 4, `${seconds} s`);
});

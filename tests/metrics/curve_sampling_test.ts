import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { meanCurve, samplePrecision, sampleRoc } from "../../src/metrics/curve_sampling.ts";
import { rank } from "../../src/metrics/ranking.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { inRepository } from "../support/paths.ts";

interface Case {
  name: string;
  labels: number[];
  scores: number[];
  weights: number[];
  rates: number[];
  roc: number[];
  recalls: number[];
  precision: number[];
}

const cases = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/metrics/curves.json")),
) as Case[];

for (const { name, labels, scores, weights, rates, roc, recalls, precision } of cases) {
  Deno.test(`curves at fixed places agree with scikit-learn: ${name}`, () => {
    const ranking = rank(labels, scores);
    const sensitivity = sampleRoc(ranking, rates, weights)!;
    for (const [i, expected] of roc.entries()) {
      // A dozen roundings in float64.
      assertAlmostEquals(sensitivity[i], expected, 1e-12, `false positive rate ${rates[i]}`);
    }
    const found = samplePrecision(ranking, recalls, weights)!;
    for (const [i, expected] of precision.entries()) {
      assertAlmostEquals(found[i], expected, 1e-12, `recall ${recalls[i]}`);
    }
  });
}

Deno.test("a resample as weights is the same as its records written out", () => {
  const random = new CounterRandom(4, Stream.synthetic);
  const labels = Array.from({ length: 50 }, () => random.uniform() < 0.4 ? 1 : 0);
  const scores = labels.map((label) => Math.round(5 * (random.uniform() + label / 2)) / 5);
  const weights = labels.map(() => random.integer(3));
  const rows = weights.flatMap((weight, i) => Array<number>(weight).fill(i));
  const written = rank(rows.map((i) => labels[i]), rows.map((i) => scores[i]));
  const places = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
  for (const sample of [sampleRoc, samplePrecision]) {
    const weighted = sample(rank(labels, scores), places, weights)!;
    for (const [i, value] of sample(written, places)!.entries()) {
      assertAlmostEquals(weighted[i], value, 1e-12);
    }
  }
});

Deno.test("a vertical step of the ROC curve counts with its upper end", () => {
  const perfect = rank([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]);
  assertEquals([...sampleRoc(perfect, [0, 0.5, 1])!], [1, 1, 1]);
  const inverse = rank([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]);
  assertEquals([...sampleRoc(inverse, [0, 0.5, 0.99, 1])!], [0, 0, 0, 1]);
});

Deno.test("curves of one label value are not defined, and left out of a mean", () => {
  assertEquals(sampleRoc(rank([1, 1], [0.2, 0.3]), [0.5]), undefined);
  assertEquals(sampleRoc(rank([0, 1], [0.2, 0.3]), [0.5], [2, 0]), undefined);
  assertEquals(samplePrecision(rank([0, 0], [0.2, 0.3]), [0.5]), undefined);
  assertEquals(sampleRoc(rank([], []), [0.5]), undefined);
  assertEquals(meanCurve([undefined]), undefined);
  assert(meanCurve([[1, 2], undefined, [3, 4]])!.join() === "2,3");
});

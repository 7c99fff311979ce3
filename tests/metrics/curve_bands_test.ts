import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { sampleRoc } from "../../src/metrics/curve_sampling.ts";
import { rank } from "../../src/metrics/ranking.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { curveBands } from "../../src/metrics/curve_bands.ts";
import { meanInterval } from "../../src/stats/mean_interval.ts";

const CLASSES = 2;
const places = Array.from({ length: 11 }, (_, i) => i / 10);

/** A run whose labels are the same for every seed. */
function run(seed: number, records = 120) {
  const truth = new CounterRandom(1, Stream.synthetic);
  const random = new CounterRandom(seed, Stream.bootstrap);
  const labels = Array.from({ length: records * CLASSES }, () => truth.uniform() < 0.4 ? 1 : 0);
  const probabilities = labels.map((label) => (random.uniform() + 0.3 * label) / 1.3);
  return { labels, probabilities };
}

const column = (values: readonly number[], c: number) => values.filter((_, i) => i % CLASSES === c);

Deno.test("bands over seeds: mean and t interval of each point, macro the mean of the classes", () => {
  const runs = [run(2), run(3), run(4)];
  const { macro, perClass } = curveBands(runs, { classes: CLASSES, curve: "roc", places });
  const curves = runs.map(({ labels, probabilities }) =>
    [0, 1].map((c) => sampleRoc(rank(column(labels, c), column(probabilities, c)), places)!)
  );
  for (const i of places.keys()) {
    const { mean, low, high } = meanInterval(curves.map(([first]) => first[i]));
    assertAlmostEquals(perClass[0]!.mean[i], mean, 1e-12);
    assertAlmostEquals(perClass[0]!.low[i], Math.max(0, low), 1e-12);
    assertAlmostEquals(perClass[0]!.high[i], Math.min(1, high), 1e-12);
    const both = meanInterval(curves.map(([first, second]) => (first[i] + second[i]) / 2));
    assertAlmostEquals(macro!.mean[i], both.mean, 1e-12);
  }
});

Deno.test("bands over records: the run itself inside its interval, wider for clusters", () => {
  const only = run(2);
  // Every record four times: as many independent records as clusters.
  const four = <T>(values: readonly T[]) =>
    values.flatMap((_, i) => i % CLASSES === 0 ? Array(4).fill(values.slice(i, i + CLASSES)) : [])
      .flat() as T[];
  const copied = { labels: four(only.labels), probabilities: four(only.probabilities) };
  const clusters = Array.from({ length: 480 }, (_, i) => Math.floor(i / 4));
  const options = { classes: CLASSES, curve: "roc", places: [0.3], resamples: 200 } as const;
  const width = (...args: Parameters<typeof curveBands>) => {
    const { mean, low, high } = curveBands(...args).macro!;
    assert(low[0] < mean[0] && mean[0] < high[0]);
    return high[0] - low[0];
  };
  const loose = width([{ ...copied, clusters }], options);
  assert(loose > 1.5 * width([copied], options), "copies are no independent records");
  assertAlmostEquals(loose, width([only], options), 0.02); // other draws of 120 clusters
});

Deno.test("bands: a class of one label value has no curve", () => {
  const { labels, probabilities } = run(2);
  const empty = labels.map((label, i) => i % CLASSES === 1 ? 0 : label);
  for (const runs of [1, 2]) {
    const given = Array(runs).fill({ labels: empty, probabilities });
    const { macro, perClass } = curveBands(given, { classes: CLASSES, curve: "roc", places });
    assertEquals(perClass[1], undefined);
    assertEquals(macro!.mean, perClass[0]!.mean);
  }
  assertThrows(
    () => curveBands([], { classes: 1, curve: "roc", places }),
    RangeError,
    "no runs",
  );
});

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { auroc } from "../../src/metrics/ranking.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { leafOf } from "../../src/estimators/decision_tree.ts";
import { fitGradientBoosting, predictBoosting } from "../../src/estimators/gradient_boosting.ts";
import { inRepository } from "../support/paths.ts";

const read = (name: string) =>
  JSON.parse(Deno.readTextFileSync(inRepository(`tests/fixtures/stats/${name}.json`)));
const fixture = read("trees");
const real = read("ptb_xl_trees");

/** scikit-learn's fixed limit. */
const THEIRS = { minimumCurvature: 1e-3 };

Deno.test("fitGradientBoosting() is scikit-learn's histogram boosting on few values", async () => {
  const { features, labels, classes } = fixture;
  const { trees, depth: maximumDepth, probabilities } = fixture.boosting;
  const model = await fitGradientBoosting({ features, labels }, classes, {
    ...THEIRS,
    trees,
    maximumDepth,
  });
  // Theirs keeps gradients in float32, of which one has an error of 3e-8.
  predictBoosting(model, features).forEach((p, i) => assertAlmostEquals(p, probabilities[i], 1e-7));
});

Deno.test("fitGradientBoosting() on real records is as good as scikit-learn's", async () => {
  const classes = real.classes.length;
  const model = await fitGradientBoosting(real.training, classes, THEIRS);
  const probabilities = predictBoosting(model, real.test.features);
  const column = (values: ArrayLike<number>, c: number) =>
    Array.from({ length: values.length / classes }, (_, i) => values[i * classes + c]);
  const { mean, deviation } = real.boosting;
  for (let c = 0; c < classes; c++) {
    const found = auroc(column(real.test.labels, c), column(probabilities, c));
    // Their spread is that of ties, taken in another order; ours are taken in one, and its bins are
    // cut at slightly other places.
    assertAlmostEquals(found, mean[c], 4 * deviation[c], real.classes[c]);
  }
});

Deno.test("fitGradientBoosting(): a tree of one split by hand", async () => {
  // p = ½ at the start, so g = ±½, h = ¼; each side has G = ±1, H = ½: change = 0.1 · 1 / 1.5.
  const data = { features: [1, 2, 3, 4], labels: [0, 0, 1, 1] };
  const model = await fitGradientBoosting(data, 1, { trees: 1, minimumCurvature: 0.5 });
  const [tree] = model.trees[0];
  assertEquals([...tree.feature], [0, -1, -1]);
  assertEquals(tree.threshold[0], 2.5);
  assertAlmostEquals(tree.change[1], -0.1 / 1.5, 1e-15);
  assertAlmostEquals(predictBoosting(model, [4])[0], 1 / (1 + Math.exp(-0.1 / 1.5)), 1e-15);
  // By default no leaf may have a curvature below 1: four rows cannot be split.
  const none = await fitGradientBoosting(data, 1, { trees: 1 });
  assertEquals([...none.trees[0][0].feature], [-1]);
  assertEquals([...none.importances], [0]);
});

Deno.test("fitGradientBoosting() cuts many values into bins, and finds the threshold nearly", async () => {
  const rows = 3000;
  const random = new CounterRandom(1, Stream.synthetic);
  const features = Float64Array.from({ length: rows }, () => random.normal());
  const labels = Uint8Array.from(features, (x) => x > 0.3 ? 1 : 0);
  const model = await fitGradientBoosting({ features, labels }, 1, { trees: 1 });
  const at = model.trees[0][0].threshold[0];
  // A bin holds 12 rows; at 0.3 the density is 0.38 a unit.
  assertAlmostEquals(at, 0.3, 12 / rows / 0.38);
});

Deno.test("fitGradientBoosting() is deterministic and respects the depth", async () => {
  const fit = () => fitGradientBoosting(real.training, 5, { trees: 3, maximumDepth: 2 });
  const model = await fit();
  assertEquals(await fit(), model);
  for (const tree of model.trees.flat()) {
    assert(tree.feature.length <= 7);
    const leaf = leafOf(tree, real.test.features, 0);
    assertEquals(tree.feature[leaf], -1);
  }
  assertAlmostEquals(model.importances.reduce((a, b) => a + b, 0), 1, 1e-12);
});

Deno.test("fitGradientBoosting(): constants, and classes with one label", async () => {
  const model = await fitGradientBoosting(
    { features: [5, 1, 5, 2, 5, 3, 5, 4], labels: [0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1] },
    3,
    { minimumCurvature: 0.1 },
  );
  assertEquals(model.importances[0], 0);
  assertEquals(model.trees.map((trees) => trees.length), [100, 0, 0]);
  const [first, never, always] = predictBoosting(model, [5, 4]);
  assert(first > 0.9);
  assertAlmostEquals(never, 0.5 / 5, 1e-15); // (0 + ½) of (4 + 1)
  assertAlmostEquals(always, 4.5 / 5, 1e-15);
});

Deno.test("fitGradientBoosting() tells after each tree, up to all trees of all classes", async () => {
  const seen: string[] = [];
  await fitGradientBoosting({ features: [1, 2], labels: [0, 0, 1, 0] }, 2, {
    trees: 2,
    onTree: (done, total) => void seen.push(`${done}/${total}`),
  });
  assertEquals(seen, ["1/4", "2/4", "4/4"]); // the second class needs no trees
});

Deno.test("fitGradientBoosting() refuses what it cannot boost", async () => {
  const data = { features: [1, 2, 3, 4], labels: [0, 1] };
  const refuses = (options: object, message: string) =>
    assertRejects(() => fitGradientBoosting(data, 1, options), RangeError, message);
  await refuses({ trees: 0 }, "trees is 0");
  await refuses({ maximumDepth: 0 }, "maximumDepth is 0");
  await refuses({ learningRate: 0 }, "learningRate is 0");
  await refuses({ l2: -1 }, "l2 is -1");
  await refuses({ minimumCurvature: 0 }, "minimumCurvature is 0");
  await assertRejects(
    () => fitGradientBoosting({ features: [1, NaN], labels: [0, 1] }, 1),
    RangeError,
    "boosted trees: value 1 of the features is NaN",
  );
  const model = await fitGradientBoosting(data, 1, { trees: 1 });
  assertThrows(() => predictBoosting(model, [1, 2, 3]), RangeError, "rows of 2");
});

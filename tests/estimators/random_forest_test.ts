import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { auroc } from "../../src/metrics/ranking.ts";
import { leafOf } from "../../src/estimators/decision_tree.ts";
import { fitRandomForest, predictForest } from "../../src/estimators/random_forest.ts";
import { inRepository } from "../support/paths.ts";
import { fitDecisionTree, predictTree } from "./one_tree.ts";

const real = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/stats/ptb_xl_trees.json")),
);
const CLASSES = real.classes.length;

/** Test AUROC of each class. */
function aurocs(probabilities: Float64Array): number[] {
  const { labels } = real.test;
  const column = (values: ArrayLike<number>, c: number) =>
    Array.from({ length: labels.length / CLASSES }, (_, i) => values[i * CLASSES + c]);
  return real.classes.map((_: string, c: number) =>
    auroc(column(labels, c), column(probabilities, c))
  );
}

Deno.test("fitRandomForest() on real records is as good as scikit-learn's, in every class", async () => {
  const seeds = [1, 2, 3, 4, 5];
  const found: number[][] = [];
  for (const seed of seeds) {
    const forest = await fitRandomForest(real.training, CLASSES, { seed });
    assertEquals(forest.trees.length, 100);
    found.push(aurocs(predictForest(forest, real.test.features)));
  }
  const { mean, deviation, runs } = real.forest;
  for (let c = 0; c < CLASSES; c++) {
    const ours = found.reduce((sum, values) => sum + values[c], 0) / seeds.length;
    // Means over 5 and 20 forests of the same spread: four standard errors of their difference.
    const error = deviation[c] * Math.sqrt(1 / seeds.length + 1 / runs);
    assertAlmostEquals(ours, mean[c], 4 * error, real.classes[c]);
  }
});

Deno.test("fitRandomForest(): probabilities are the mean of the trees' leaf shares", async () => {
  const forest = await fitRandomForest(real.training, CLASSES, { seed: 7, trees: 3 });
  const { features } = real.test;
  const probabilities = predictForest(forest, features);
  const each = forest.trees.map((tree) => predictTree(tree, features));
  probabilities.forEach((p, i) => {
    assertAlmostEquals(p, (each[0][i] + each[1][i] + each[2][i]) / 3, 1e-15);
    assert(p >= 0 && p <= 1);
  });
});

Deno.test("fitRandomForest(): one seed gives one forest; trees do not depend on their number", async () => {
  const fit = (seed: number, trees: number) =>
    fitRandomForest(real.training, CLASSES, { seed, trees });
  const two = await fit(1, 2);
  assertEquals(await fit(1, 2), two);
  assertEquals((await fit(1, 3)).trees[1], two.trees[1]);
  assert((await fit(2, 2)).trees[0].feature.join() !== two.trees[0].feature.join());
  assert(two.trees[0].feature.join() !== two.trees[1].feature.join());
});

Deno.test("fitRandomForest() draws rows with replacement, and √dimension features at a split", async () => {
  // Features 1 to 8 say nothing; feature 0 tells the classes apart.
  const rows = 200;
  const features = Float64Array.from(
    { length: rows * 9 },
    (_, i) => i % 9 === 0 ? Math.floor(i / 9) : Math.sin(i * 12.9898) * 43758.5453 % 1,
  );
  const labels = Uint8Array.from({ length: rows }, (_, i) => i < rows / 2 ? 0 : 1);
  const { trees } = await fitRandomForest({ features, labels }, 1, { seed: 3, trees: 300 });
  // Feature 0 is among the three tried at the root in a third of the trees: SD 0.027.
  const share = trees.filter(({ feature }) => feature[0] === 0).length / trees.length;
  assertAlmostEquals(share, 1 / 3, 4 * 0.027);
  // A row is in no draw of a tree with probability (1 − 1/n)^n = 0.37. Trees of unlimited features
  // split between the neighbors 99 and 100 where both were drawn: probability 0.63².
  const alone = await fitRandomForest({ features: labels.map((_, i) => i), labels }, 1, {
    seed: 3,
    trees: 300,
  });
  const exact = alone.trees.filter(({ threshold }) => threshold[0] === 99.5).length / 300;
  assertAlmostEquals(exact, 0.632 ** 2, 4 * 0.028);
});

Deno.test("fitRandomForest() respects the depth", async () => {
  const forest = await fitRandomForest(real.training, CLASSES, {
    seed: 1,
    trees: 2,
    maximumDepth: 3,
  });
  for (const tree of forest.trees) {
    const leaves = new Set(
      Array.from({ length: 150 }, (_, i) => leafOf(tree, real.test.features, i * tree.dimension)),
    );
    assert(leaves.size <= 8 && tree.feature.length <= 15);
  }
});

Deno.test("fitRandomForest(): constants, a class with one label, nothing to split", async () => {
  const forest = await fitRandomForest(
    { features: [5, 1, 5, 2, 5, 3, 5, 4], labels: [0, 0, 0, 0, 1, 0, 1, 0] },
    2,
    { seed: 1, trees: 30 },
  );
  assertEquals(forest.importances[0], 0); // a constant never splits; the other feature is found
  assertAlmostEquals(forest.importances[1], 1, 1e-12);
  assert(predictForest(forest, [5, 4])[0] > 0.7);
  assertEquals(predictForest(forest, [5, 4])[1], 0);
  const single = await fitRandomForest({ features: [1, 2], labels: [1] }, 1, { seed: 1 });
  assertEquals([...single.importances], [0, 0]);
  assertEquals([...predictForest(single, [9, 9])], [1]);
});

Deno.test("fitRandomForest() tells after each tree, and stops where it is told to", async () => {
  const seen: string[] = [];
  const data = { features: [1, 2], labels: [0, 1] };
  await fitRandomForest(data, 1, {
    seed: 1,
    trees: 2,
    onTree: (done, total) => void seen.push(`${done}/${total}`),
  });
  assertEquals(seen, ["1/2", "2/2"]);
  const stop = () => Promise.reject(new DOMException("enough", "AbortError"));
  await assertRejects(
    () => fitRandomForest(data, 1, { seed: 1, onTree: stop }),
    DOMException,
    "enough",
  );
  await assertRejects(
    () => fitRandomForest(data, 1, { seed: 1, trees: 0 }),
    RangeError,
    "of 0 trees",
  );
  await assertRejects(
    () => fitRandomForest({ features: [1, NaN], labels: [0, 1] }, 1, { seed: 1 }),
    RangeError,
    "a random forest: value 1",
  );
});

Deno.test("a forest beats its trees", async () => {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const forest = await fitRandomForest(real.training, CLASSES, { seed: 1 });
  const tree = fitDecisionTree(real.training, CLASSES, 15);
  const { features } = real.test;
  const difference = mean(aurocs(predictForest(forest, features))) -
    mean(aurocs(predictTree(tree, features)));
  assert(difference > 0.1, `${difference}`);
});

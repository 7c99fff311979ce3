import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { inRepository } from "../support/paths.ts";
import { fitDecisionTree, predictTree } from "./one_tree.ts";

const fixture = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/stats/trees.json")),
);

for (const { depth, shares, importances } of fixture.trees) {
  Deno.test(`growTree() is scikit-learn's tree of several labels, depth ${depth}`, () => {
    const { features, labels, classes, new: fresh } = fixture;
    const tree = fitDecisionTree({ features, labels }, classes, depth ?? undefined);
    // Quotients of the same whole numbers.
    assertEquals([...predictTree(tree, fresh)], shares);
    const total = tree.importances.reduce((a, b) => a + b, 0);
    // Sums of a few dozen terms in another order.
    tree.importances.forEach((value, j) =>
      assertAlmostEquals(value / total, importances[j], 1e-13)
    );
  });
}

Deno.test("growTree() without a limit learns every row", () => {
  const { features, labels, classes } = fixture;
  const tree = fitDecisionTree({ features, labels }, classes);
  assertEquals([...predictTree(tree, features)], labels);
});

Deno.test("growTree(): importances add up to the impurity that is gone", () => {
  // Root: half and half, G = ½. Two pure leaves.
  const tree = fitDecisionTree({ features: [1, 7, 2, 7, 3, 7, 4, 7], labels: [0, 0, 1, 1] }, 1);
  assertEquals([...tree.importances], [0.5, 0]);
  assertEquals([...tree.feature], [0, -1, -1]);
  assertEquals(tree.threshold[0], 2.5);
});

Deno.test("growTree(): rows that cannot be told apart share a leaf", () => {
  const tree = fitDecisionTree({ features: [1, 1, 1, 2], labels: [0, 1, 1, 0] }, 1);
  assertEquals([...predictTree(tree, [1, 2, -5, 9])], [2 / 3, 0, 2 / 3, 0]);
  const constant = fitDecisionTree({ features: [3, 3], labels: [0, 1] }, 1);
  assertEquals([...predictTree(constant, [0])], [0.5]);
  const single = fitDecisionTree({ features: [3, 4], labels: [1, 0] }, 2);
  assertEquals([...predictTree(single, [0, 0])], [1, 0]);
});

Deno.test("growTree() separates neighboring floats", () => {
  const a = 1;
  const b = 1 + Number.EPSILON;
  const tree = fitDecisionTree({ features: [a, b], labels: [0, 1] }, 1);
  assertEquals([...predictTree(tree, [a, b])], [0, 1]);
  const wide = fitDecisionTree({
    features: [-Number.MAX_VALUE, Number.MAX_VALUE],
    labels: [0, 1],
  }, 1);
  assert(Number.isFinite(wide.threshold[0]));
});

Deno.test("decision trees refuse what they cannot take", () => {
  const fit = (features: number[], labels: number[], classes = 1) => () =>
    fitDecisionTree({ features, labels }, classes);
  assertThrows(fit([1, 2, 3], [0, 1]), RangeError, "3 features in 2 rows");
  assertThrows(fit([1, 2], [0, 2]), RangeError, "label 1 is 2");
  assertThrows(fit([1, NaN], [0, 1]), RangeError, "value 1 of the features is NaN");
  assertThrows(fit([1, Infinity], [0, 1]), RangeError, "is Infinity");
  assertThrows(fit([1, 2], [0, 1, 1], 2), RangeError, "no rows of 2 classes");
  assertThrows(fit([], []), RangeError, "no rows of 1 classes");
  const tree = fitDecisionTree({ features: [1, 2, 3, 4], labels: [0, 1] }, 1);
  assertThrows(() => predictTree(tree, [1, 2, 3]), RangeError, "rows of 2");
  assertThrows(() => predictTree(tree, [1, NaN]), RangeError, "NaN");
});

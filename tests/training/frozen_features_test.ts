import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Classifier } from "../../src/models/classifier.ts";
import { FrozenFeatures } from "../../src/training/frozen_features.ts";
import { evaluateRows } from "../../src/evaluation/inference.ts";
import type { Workspace } from "../../src/runs/workspace.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

const CLASSES = 5;

/** Runs `body` with a random classifier of width 4. */
async function withClassifier(
  body: (workspace: Workspace, store: ParameterStore, model: Classifier) => Promise<void>,
) {
  await withSmallWorkspace(async (workspace) => {
    const store = new ParameterStore();
    const model = new Classifier(store, { width: 4, classes: CLASSES });
    store.allocate(workspace.gpu, 3);
    try {
      await body(workspace, store, model);
    } finally {
      store.destroy();
    }
  });
}

const logitsOf = async (workspace: Workspace, model: Classifier, rows: Int32Array) =>
  (await evaluateRows(workspace, rows, (recorder, x) => ({
    logits: model.evaluate(recorder, x).logits,
  }))).logits;

const headOf = async (store: ParameterStore) =>
  (await store.state()).filter(({ name }) => name.startsWith("head."))
    .map(({ data }) => Float32Array.from(data as Float32Array));

Deno.test("frozen features have mean 0 and deviation 1 over the labeled records", () =>
  withClassifier(async (workspace, _store, model) => {
    const { split } = workspace;
    const width = model.features;
    const { table } = await FrozenFeatures.compute(workspace, model, split.train);
    const values = await table.read();
    table.release();
    let spread = 0;
    for (let f = 0; f < width; f++) {
      const column = Array.from(split.train, (row) => values[row * width + f]);
      const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
      assertAlmostEquals(mean, 0, 1e-5); // float32 values near 1
      // A rectified feature may be zero in all records.
      if (variance > 0) assertAlmostEquals(variance, 1, 1e-5);
      spread += variance;
    }
    assert(spread > width / 2, `${spread} of ${width} features vary`);
    for (const row of split.test) {
      assertEquals(values[row * width], 0, "records without labels are not looked at");
    }
  }));

Deno.test("a head for standardized features, folded, gives the same logits from the signal", () =>
  withClassifier(async (workspace, store, model) => {
    const { split } = workspace;
    const features = await FrozenFeatures.compute(workspace, model, split.train);
    const { table } = features;
    const values = await table.read();
    table.release();
    const [weight, bias] = await headOf(store);
    const unfold = await features.foldIntoHead(store, model);
    const logits = await logitsOf(workspace, model, split.train);
    const width = model.features;
    split.train.forEach((row, i) => {
      for (let c = 0; c < CLASSES; c++) {
        let expected = bias[c];
        for (let f = 0; f < width; f++) expected += weight[c * width + f] * values[row * width + f];
        // Features of 0.001 make weights of 1,000, and products that cancel: float32 rounding.
        assertAlmostEquals(logits[i * CLASSES + c], expected, 2e-4);
      }
    });
    unfold();
    assertEquals(await headOf(store), [weight, bias], "to the bit");
  }));

Deno.test("a head for plain features, standardized and folded, is what it was", () =>
  withClassifier(async (workspace, store, model) => {
    const { split } = workspace;
    const before = await logitsOf(workspace, model, split.test);
    const features = await FrozenFeatures.compute(workspace, model, split.train);
    features.table.release();
    await features.standardizeHead(store, model);
    await features.foldIntoHead(store, model);
    const after = await logitsOf(workspace, model, split.test);
    // There and back are two roundings of each weight; logits are near 0.1.
    after.forEach((logit, i) => assertAlmostEquals(logit, before[i], 1e-6));
  }));

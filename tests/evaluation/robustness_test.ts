import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import { evaluateConditions, sweepConditions } from "../../src/evaluation/robustness.ts";
import { randomClassifier } from "../support/random_classifier.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";

const options = {
  checkpoint: randomClassifier(3),
  fold: 10,
  batchSize: 16,
  seed: 1,
};

Deno.test("sweepConditions(): clean, then each axis alone, ascending, without repetition", () => {
  assertEquals(
    sweepConditions([0.5, 0, 0.1, 0.5], [0.3, 0.2]).map(({ noiseStd, maskRatio }) => [
      noiseStd,
      maskRatio,
    ]),
    [[0, 0], [0.1, 0], [0.5, 0], [0, 0.2], [0, 0.3]],
  );
  assertEquals(sweepConditions([0, 0], [0]), [{ noiseStd: 0, maskRatio: 0 }]);
});

Deno.test("evaluateConditions(): each condition as if it were evaluated alone", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const conditions = sweepConditions([0.1, 0.4], [0.5]);
    const progress: number[][] = [];
    const points = await evaluateConditions(workspace, {
      ...options,
      conditions,
      onProgress: (...at) => progress.push(at),
    });
    const records = points[0].evaluation.rows.length;
    assertEquals(progress.at(-1), [4 * records, 4 * records]);
    assertEquals(points.map(({ noiseStd, maskRatio }) => ({ noiseStd, maskRatio })), conditions);
    // In any order: what befalls a record depends on seed and record.
    for (const point of points.toReversed()) {
      const { noiseStd, maskRatio } = point;
      const alone = await evaluateClassifier(workspace, { ...options, noiseStd, maskRatio });
      assertEquals(point.evaluation.probabilities, alone.probabilities);
    }
    const [clean, ...others] = points;
    assertEquals(clean.change, undefined);
    for (const { evaluation, change } of others) {
      const { estimate, low, high } = change!.auroc_macro;
      const { auroc_macro } = evaluation.metrics;
      assertEquals(estimate, auroc_macro - clean.evaluation.metrics.auroc_macro);
      assert(low <= estimate && estimate <= high, `${low} ${estimate} ${high}`);
    }
    const other = await evaluateConditions(workspace, { ...options, conditions, seed: 2 });
    assertEquals(other[0].evaluation.probabilities, clean.evaluation.probabilities);
    for (const i of [1, 2, 3]) {
      assertNotEquals(other[i].evaluation.probabilities, points[i].evaluation.probabilities);
    }
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("evaluateConditions(): noise beyond single precision is refused, and stops are heeded", () =>
  withSmallWorkspace(async (workspace) => {
    await assertRejects(
      () => evaluateConditions(workspace, { ...options, conditions: sweepConditions([1e39], []) }),
      UserError,
      "noise of this strength exceeds single precision",
    );
    const { signal, stop, reason } = stopper();
    const thrown = await assertRejects(() =>
      evaluateConditions(workspace, {
        ...options,
        conditions: sweepConditions([0.1], []),
        signal,
        onProgress: stop,
      })
    );
    assertEquals(thrown, reason);
  }));

import { assertEquals, assertThrows } from "@std/assert";
import { auroc } from "../../src/metrics/ranking.ts";
import { aurocCovariance, delongTest } from "../../src/stats/delong.ts";
import { assertAgrees, assertAllAgree, cases } from "./significance_fixture.ts";

Deno.test("agrees with the kernel of all pairs, and with this project's AUROC", () => {
  for (const { labels, scores, ...expected } of cases("delong")) {
    const what = `${labels.length} records`;
    const { aurocs, covariance } = aurocCovariance(labels, scores);
    aurocs.forEach((area, i) => {
      assertAgrees(area, expected.aurocs[i], `AUROC, ${what}`);
      assertAgrees(area, auroc(labels, scores[i]), `AUROC by ranks, ${what}`);
    });
    covariance.forEach((value, i) =>
      assertAgrees(value, expected.covariance[i], `covariance, ${what}`)
    );
    const found = delongTest(labels, scores[0], scores[1]);
    const { z, pValue: p, low, high } = found;
    assertAllAgree({ z, p, low, high }, expected, what);
  }
});

Deno.test("scores that rank alike do not differ", () => {
  const labels = [0, 1, 0, 1, 1];
  const scores = [0.1, 0.7, 0.4, 0.3, 0.9];
  const { difference, z, pValue, low, high } = delongTest(labels, scores, scores.map(Math.sqrt));
  assertEquals([difference, z, pValue, low, high], [0, 0, 1, 0, 0]);
  const opposite = delongTest([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1]);
  assertEquals([opposite.difference, opposite.z, opposite.pValue], [1, Infinity, 0]);
});

Deno.test("labels that are too rare, and broken input", () => {
  const once = delongTest([0, 0, 1], [1, 2, 3], [3, 2, 1]);
  assertEquals([once.auroc1, once.auroc2, once.difference], [1, 0, 1]);
  assertEquals([once.z, once.pValue, once.low], [NaN, NaN, NaN]);
  assertEquals(delongTest([1, 1], [1, 2], [2, 1]).auroc1, NaN);
  assertEquals(delongTest([], [], []).auroc1, NaN);
  assertThrows(() => delongTest([0, 1], [1], [1, 2]), RangeError, "1 scores: got 2 labels");
  assertThrows(() => delongTest([0, 1], [1, NaN], [1, 2]), RangeError, "value 1 is NaN");
});

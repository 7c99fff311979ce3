import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  classificationLoss,
  type ClassificationLossOptions,
} from "../reference/losses/classification_loss.ts";
import { classWeights, effectiveNumberWeights } from "../../src/losses/class_weights.ts";
import { assertGradient, draws } from "./finite_difference.ts";

const classes = 5;
const counts = [7596, 4379, 4186, 2119, 3907];
const logits = new Float64Array(30);
const targets = new Float64Array(30);
for (let i = 0; i < 6; i++) {
  for (let c = 0; c < classes; c++) {
    logits[i * classes + c] = 2 * Math.sin(1.3 * i + 0.7 * c + 0.2);
    targets[i * classes + c] = (5 * i + 3 * c) % 4 === 0 ? 1 : 0;
  }
}

Deno.test("classification loss: golden values", () => {
  const golden: [string, ClassificationLossOptions, number, number][] = [
    ["BCE", {}, 0.9371066199271053, 1e-15],
    ["focal, constant α", { focal: {} }, 0.13171492272946517, 1e-15],
    ["focal, α_t", { focal: { alphaMode: "balanced" } }, 0.3453639863398859, 1e-15],
    // The golden value comes from weights rounded to float32: 6e-8 relative.
    [
      "class-balanced",
      { classWeights: effectiveNumberWeights(counts) },
      0.941455742699914,
      6e-8,
    ],
    ["weighted", { classWeights: classWeights(counts) }, 0.9420650278038987, 6e-8],
  ];
  for (const [name, options, expected, tolerance] of golden) {
    const { loss } = classificationLoss(logits, targets, classes, options);
    assertAlmostEquals(loss, expected, tolerance, name);
  }
  const { loss } = classificationLoss(logits, targets, classes, { focal: {} });
  assertAlmostEquals(loss * 30, 3.951447681883955, 1e-13);
});

Deno.test("classification loss: backward is the derivative, hard and soft targets", () => {
  const perClass = [0.5, 0.9, 1.1, 1.6, 0.9];
  const family: [string, ClassificationLossOptions][] = [
    ["BCE", {}],
    ["focal", { focal: {} }],
    ["focal α_t γ 1.5", { focal: { alphaMode: "balanced", gamma: 1.5, alpha: 0.3 } }],
    ["focal γ 0", { focal: { gamma: 0 } }],
    ["weighted", { classWeights: perClass }],
    ["pos_weight", { positiveWeights: [3, 1, 2, 0.5, 8] }],
    ["all of it", { focal: {}, classWeights: perClass, positiveWeights: [3, 1, 2, 0.5, 8] }],
  ];
  const x = logits.slice();
  for (const y of [targets, draws(30, 1, 0, 1)]) {
    for (const [name, options] of family) {
      const { gradient } = classificationLoss(x, y, classes, options, -2.5);
      const f = () => -2.5 * classificationLoss(x, y, classes, options).loss;
      assertGradient(f, x, gradient, name);
    }
  }
});

Deno.test("classification loss: focal with γ 0 and α 1 is BCE", () => {
  const bce = classificationLoss(logits, targets, classes);
  const focal = classificationLoss(logits, targets, classes, { focal: { alpha: 1, gamma: 0 } });
  assertEquals(focal, bce);
});

Deno.test("classification loss: a positive and its mirrored negative cost the same", () => {
  const mirrored = logits.map((x) => -x);
  const flipped = targets.map((y) => 1 - y);
  for (const options of [{}, { focal: {} }]) {
    const a = classificationLoss(logits, targets, classes, options);
    const b = classificationLoss(mirrored, flipped, classes, options);
    assertAlmostEquals(a.loss, b.loss, 1e-15);
    a.gradient.forEach((g, j) => assertAlmostEquals(g, -b.gradient[j], 1e-16));
  }
});

Deno.test("classification loss: logits of ±1000 stay finite", () => {
  const x = Float64Array.of(1000, -1000, 1000, -1000);
  for (const options of [{}, { focal: {} }, { positiveWeights: [2] }]) {
    const { loss, gradient } = classificationLoss(x, [1, 0, 0, 1], 1, options);
    assert(Number.isFinite(loss) && loss > 100 && gradient.every(Number.isFinite));
  }
});

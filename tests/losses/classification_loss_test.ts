/**
 * The classification losses against float64 and golden values.
 *
 * Tolerance: exponential, logarithm and power are good to a few units in the last place, so a loss is
 * within 1e-6 of its size; WGSL allows `pow` and `exp` an error that grows with their argument.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import {
  type ClassificationLoss,
  classificationLoss,
} from "../../src/losses/classification_loss.ts";
import { classWeights, effectiveNumberWeights } from "../../src/losses/class_weights.ts";
import { classificationLoss as twin } from "../reference/losses/classification_loss.ts";
import { assertClose, draws, GuardedRun } from "../kernels/guarded.ts";

type Focal = ClassificationLoss["focal"];

async function run(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  weights: ArrayLike<number>,
  focal?: Focal,
  positives?: ArrayLike<number>,
) {
  let result: { loss: number; losses: Float32Array; dlogits: Float32Array } | undefined;
  const classes = weights.length;
  const shape = [logits.length / classes, classes];
  await GuardedRun.with(async (run) => {
    const step = new StepState(run.gpu);
    step.begin({ seed: 0, epoch: 0, step: 0, records: shape[0] });
    const { dlogits } = classificationLoss(
      run.recorder,
      run.place("logits", shape, logits),
      run.place("targets", shape, targets),
      run.place("weights", [classes], weights),
      step,
      {
        focal,
        ...(positives && { positiveWeight: run.place("positives", [classes], positives) }),
      },
    );
    const losses = run.recorder.dispatches[0].tensors.loss;
    await run.run();
    const [{ loss }] = await step.read();
    result = { loss, losses: run.get(losses), dlogits: run.get(dlogits) };
    step.destroy();
  });
  return result!;
}

function twinFocal(focal: Focal) {
  return focal &&
    {
      alpha: focal.alpha,
      gamma: focal.gamma,
      alphaMode: focal.alphaT ? "balanced" : "constant",
    } as const;
}

const ones = [1, 1, 1, 1, 1];
const counts = [7596, 4379, 4186, 2119, 3907];
const positives = [1.3, 2.98, 3.16, 7.2, 0.4];
const family: [string, ArrayLike<number>, Focal, ArrayLike<number>?][] = [
  ["bce", ones, undefined],
  ["weighted", classWeights(counts), undefined],
  ["class_balanced", effectiveNumberWeights(counts), undefined],
  ["focal", ones, { alpha: 0.25, gamma: 2 }],
  ["focal with alpha_t", ones, { alpha: 0.25, gamma: 2, alphaT: true }],
  ["weighted focal, gamma 1.5", classWeights(counts), { alpha: 0.4, gamma: 1.5 }],
  ["focal, gamma 0", ones, { alpha: 1, gamma: 0 }],
  ["bce with weighted positives", ones, undefined, positives],
  ["weighted focal with weighted positives", classWeights(counts), {
    alpha: 0.4,
    gamma: 1.5,
    alphaT: true,
  }, positives],
];

Deno.test("classification losses: golden values", async () => {
  const logits = new Float64Array(30);
  const targets = new Float64Array(30);
  for (let j = 0; j < 30; j++) {
    const [i, c] = [Math.floor(j / 5), j % 5];
    logits[j] = 2 * Math.sin(1.3 * i + 0.7 * c + 0.2);
    targets[j] = (5 * i + 3 * c) % 4 === 0 ? 1 : 0;
  }
  const golden = [
    0.9371066199271053,
    0.9420650278038987,
    0.941455742699914,
    0.13171492272946517,
    0.3453639863398859,
  ];
  for (const [i, expected] of golden.entries()) {
    const [name, weights, focal] = family[i];
    const { loss } = await run(logits, targets, weights, focal);
    assertAlmostEquals(loss, expected, 1e-6, name);
  }
});

for (const [name, weights, focal, positives] of family) {
  Deno.test(`${name} loss: every element and gradient, hard and soft labels`, async () => {
    for (const rows of [1, 13, 26]) { // 5, 65 and 130 elements: around a workgroup's 64
      const logits = draws(rows * 5, 1, -6, 6);
      const hard = draws(rows * 5, 2).map((value) => value > 0 ? 1 : 0);
      for (const targets of [hard, draws(rows * 5, 3, 0, 1)]) {
        const expected = twin(logits, targets, 5, {
          classWeights: Float32Array.from(weights),
          ...(focal && { focal: twinFocal(focal) }),
          ...(positives && { positiveWeights: Float32Array.from(positives) }),
        });
        const { loss, dlogits } = await run(logits, targets, weights, focal, positives);
        // Losses reach 12 in an element, class weights 1.8 and those of positives 7.2.
        const steep = positives ? 7.2 : 1;
        assertAlmostEquals(loss, expected.loss, 3e-6 * Math.max(1, expected.loss));
        assertClose(dlogits, expected.gradient, 5e-6 * 12 * steep / (rows * 5), `${rows} rows`);
      }
    }
  });
}

Deno.test("classification losses stay finite and right for logits of ±40, ±88, ±90, ±100", async () => {
  const logits: number[] = [];
  const targets: number[] = [];
  for (const size of [40, 87, 88, 90, 100]) {
    for (const sign of [1, -1]) {
      for (const target of [0, 1, 0.5, 0.125, 1 - 2 ** -20]) {
        logits.push(sign * size);
        targets.push(target);
      }
    }
  }
  const modulated: [string, ArrayLike<number>, Focal][] = [
    ["focal, gamma 0.5", ones, { alpha: 0.25, gamma: 0.5 }],
    ["focal, gamma 1", ones, { alpha: 0.25, gamma: 1 }],
    ["focal, gamma 5", ones, { alpha: 0.25, gamma: 5, alphaT: true }],
  ];
  for (const [name, weights, focal, positives] of [...family, ...modulated]) {
    const { losses, dlogits, loss } = await run(logits, targets, weights, focal, positives);
    assert([loss, ...losses, ...dlogits].every(Number.isFinite), `${name}: ${losses} ${dlogits}`);
    const expected = twin(Float64Array.from(logits), targets, 5, {
      classWeights: Float32Array.from(weights),
      ...(focal && { focal: twinFocal(focal) }),
      ...(positives && { positiveWeights: Float32Array.from(positives) }),
    });
    // Losses reach 100 an element; pow's error grows with ln(1 - p_t) · gamma.
    assertAlmostEquals(loss, expected.loss, 2e-5 * expected.loss, name);
    assertClose(
      dlogits,
      expected.gradient,
      1e-5 * 100 * (positives ? 7.2 : 1) / logits.length,
      name,
    );
  }
});

Deno.test("a confident right answer keeps its small loss", async () => {
  // ln(1 + exp(-12)) = 6.1e-6: adding exp(-12) to 1 in float32 would leave 6.2e-6 ± 6e-8.
  const logits = [12, -12, 16, -16, 20];
  const targets = [1, 0, 1, 0, 1];
  const { losses } = await run(logits, targets, ones);
  logits.forEach((x, j) => {
    const expected = Math.log1p(Math.exp(-Math.abs(x)));
    assertAlmostEquals(losses[j], expected, 1e-5 * expected);
  });
});

Deno.test("classification loss leaves the other slots of the ring alone", async () => {
  await GuardedRun.with(async (run) => {
    const step = new StepState(run.gpu);
    const { recorder } = run;
    const place = (name: string, shape: number[]) =>
      run.place(name, shape, draws(shape[0] * (shape[1] ?? 1), 1));
    classificationLoss(recorder, place("x", [2, 5]), place("y", [2, 5]), place("w", [5]), step, {});
    for (const number of [3, 4]) step.begin({ seed: 0, epoch: 0, step: number, records: 2 });
    await run.run();
    const ring = await step.ring.read();
    assertEquals([...ring].flatMap((value, j) => value === 0 ? [] : [j]), [4 * 4]);
    step.destroy();
  });
});

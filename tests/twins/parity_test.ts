/** The float64 twins against PyTorch in float64: same weights, same batches, ten steps. */

import { crc32 } from "node:zlib";
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { adamState, adamStep } from "../reference/optim/adam.ts";
import { byol, byolLoss, byolMovingAverage } from "../reference/models/byol.ts";
import { classificationLoss } from "../reference/losses/classification_loss.ts";
import { ecgClassifier } from "../reference/models/ecg_classifier.ts";
import { addBuffers, forward, type NamedArrays, tensor } from "../reference/models/network.ts";
import { ntXent } from "../reference/losses/nt_xent.ts";
import { simclr } from "../reference/models/simclr.ts";
import {
  hasNoGradient,
  loadParity,
  type ParityCase,
  parityCaseNames,
  parityGradientError,
} from "../support/parity_fixture.ts";
import { parityWeights } from "../support/parity_batches.ts";

function initialState(parity: ParityCase): NamedArrays {
  const state: NamedArrays = new Map();
  for (const [name, values] of parity.initialWeights()) state.set(name, Float64Array.from(values));
  const networks = { byol, nt_xent: simclr, bce: ecgClassifier, focal: ecgClassifier };
  addBuffers(state, networks[parity.loss](parity));
  return state;
}

/** Loss and, when asked, gradients of one step; running statistics of `state` are updated. */
function evaluate(
  parity: ParityCase,
  state: NamedArrays,
  step: number,
): { loss: number; gradients: () => NamedArrays } {
  const { x, y } = parity.batchOf(step);
  const signals = Float64Array.from(x);
  if (parity.loss === "byol") {
    const half = signals.length / 2;
    const views = [signals.subarray(0, half), signals.subarray(half)] as const;
    const { loss, gradients } = byolLoss(parity, state, views, parity.batch);
    return { loss, gradients: () => gradients };
  }
  if (parity.loss === "nt_xent") {
    const { output, backward } = forward(simclr(parity), state, signals, 2 * parity.batch, true);
    const { loss, gradient } = ntXent(output, parity.projectionSize, parity.temperature);
    return { loss, gradients: () => backward(gradient) };
  }
  const { output, backward } = forward(ecgClassifier(parity), state, signals, parity.batch, true);
  const { loss, gradient } = classificationLoss(output, y, 5, {
    focal: parity.loss === "focal" ? {} : undefined,
  });
  return { loss, gradients: () => backward(gradient) };
}

function checksum(values: Float32Array, seed = 0): number {
  return crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), seed);
}

for (const name of parityCaseNames) {
  Deno.test(`parity fixture ${name}: the same weights and batches as in Python, bit by bit`, () => {
    const parity = loadParity(name);
    let weights = 0;
    for (const values of parityWeights(parity.parameters).values()) {
      weights = checksum(values, weights);
    }
    assertEquals(weights.toString(16).padStart(8, "0"), parity.weightsCrc32);
    // A batch of the full size takes 50 ms: the first and the last stand for the rest.
    for (const step of [0, parity.steps - 1]) {
      const { x } = parity.batchOf(step);
      assertEquals(checksum(x).toString(16).padStart(8, "0"), parity.batchesCrc32[step]);
    }
    assertEquals(
      [...parity.gradients.keys()],
      parity.parameters.map((parameter) => parameter.name),
    );
  });

  Deno.test(`parity fixture ${name}: float32 can meet 1e-4 and a missing update cannot`, () => {
    const { float32Errors, losses, untrainedLosses } = loadParity(name);
    assertLess(Math.max(...float32Errors.losses), 1e-5);
    assertLess(float32Errors.gradient, 1e-5);
    const moved = losses.map((loss, step) => Math.abs(untrainedLosses[step] - loss) / loss);
    assert(moved.filter((change) => change > 4e-4).length >= 8, `${moved}`);
  });
}

for (const name of parityCaseNames.filter((name) => name.endsWith("small"))) {
  Deno.test(`parity ${name}: ten losses, gradients, running statistics in float64`, () => {
    const parity = loadParity(name);
    const state = initialState(parity);
    const moments = new Map(
      parity.parameters.map((parameter) => [
        parameter.name,
        adamState(tensor(state, parameter.name).length),
      ]),
    );
    for (let step = 0; step < parity.steps; step++) {
      const { loss, gradients } = evaluate(parity, state, step);
      // Both sides in float64; only the order of summation differs, and training spreads that.
      assertAlmostEquals(loss, parity.losses[step], 1e-9, `loss of step ${step + 1}`);
      const computed = gradients();
      for (const parameter of parity.parameters) {
        const gradient = tensor(computed, parameter.name);
        if (step === 0 && hasNoGradient(parameter.name)) {
          assertLess(Math.hypot(...gradient), 1e-14, parameter.name);
        } else if (step === 0) {
          const error = parityGradientError(parity.gradients.get(parameter.name)!, gradient);
          assertLess(error.elements, 6e-8, parameter.name); // stored as float32
          assertLess(error.norm, 1e-11, parameter.name);
        }
        adamStep(
          tensor(state, parameter.name),
          gradient,
          moments.get(parameter.name)!,
          step + 1,
          { learningRate: parity.learningRate },
        );
      }
      if (parity.loss === "byol") byolMovingAverage(parity, state, parity.momenta[step]);
    }
    for (const { name, values, norm, stride } of parity.target.values()) {
      const actual = tensor(state, name);
      assertAlmostEquals(Math.hypot(...actual), norm, 1e-9 * Math.max(1, norm), name);
      // Stored as float32; parameters are smaller than 2.
      values.forEach((value, i) =>
        assertAlmostEquals(actual[(i * stride) % actual.length], value, 1e-7, name)
      );
    }
    for (const [buffer, expected] of parity.runningStatistics) {
      const actual = tensor(state, buffer);
      // Stored as float32; means are smaller than 1.
      expected.forEach((value, c) => assertAlmostEquals(actual[c], value, 1e-7, buffer));
    }
    for (const { name, finalNorm } of parity.gradients.values()) {
      const norm = Math.hypot(...tensor(state, name));
      assertAlmostEquals(norm, finalNorm, 1e-9 * Math.max(1, finalNorm), name);
    }
  });
}

Deno.test("parity classifier_bce_full: loss and gradients of step 1 in float64", () => {
  const parity = loadParity("classifier_bce_full");
  const { loss, gradients } = evaluate(parity, initialState(parity), 0);
  assertAlmostEquals(loss, parity.losses[0], 1e-12);
  const computed = gradients();
  for (const expected of parity.gradients.values()) {
    const error = parityGradientError(expected, tensor(computed, expected.name));
    assertLess(error.elements, 6e-8, expected.name);
    assertLess(error.norm, 1e-11, expected.name);
  }
});

Deno.test("parity simclr_full: loss of step 1 in float64", () => {
  const parity = loadParity("simclr_full");
  assertAlmostEquals(evaluate(parity, initialState(parity), 0).loss, parity.losses[0], 1e-12);
});

/** The float64 twins of ResNet-1D and the improved CNN against PyTorch in float64: ten steps. */

import { crc32 } from "node:zlib";
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { adamState, adamStep } from "../reference/optim/adam.ts";
import { classificationLoss } from "../reference/losses/classification_loss.ts";
import { addBuffers, forward, type NamedArrays, tensor } from "../reference/models/network.ts";
import { improvedCnn } from "../reference/models/improved_cnn.ts";
import { resnet1d } from "../reference/models/resnet1d.ts";
import { classifierParityNames, loadClassifierParity } from "../support/classifier_parity.ts";
import { parityGradientError } from "../support/parity_fixture.ts";

for (const name of classifierParityNames) {
  const parity = loadClassifierParity(name);
  const { width, batch, positiveWeights } = parity;

  Deno.test(`parity fixture ${name}: the same weights as in Python, and tolerances with a meaning`, () => {
    let weights = 0;
    for (const values of parity.plainWeights().values()) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      weights = crc32(bytes, weights);
    }
    assertEquals(weights.toString(16).padStart(8, "0"), parity.weightsCrc32);
    assertEquals([...parity.gradients.keys()], parity.parameters.map(({ name }) => name));
    // Float32 can meet 1e-4 and 1e-3, and a missing update cannot meet the former.
    assertLess(parity.float32Errors.loss, 1e-5);
    assertLess(parity.float32Errors.gradient, 1e-4);
    const { losses, untrainedLosses } = parity;
    const moved = losses.map((loss, step) => Math.abs(untrainedLosses[step] - loss) / loss);
    assert(moved.filter((change) => change > 2e-4).length >= 8, `${moved}`);
  });

  Deno.test(`parity ${name}: ten losses, gradients and running statistics in float64`, () => {
    const state: NamedArrays = new Map();
    for (const [key, values] of parity.initialWeights()) state.set(key, Float64Array.from(values));
    const network = parity.architecture === "ResNet1D"
      ? resnet1d({ width })
      : improvedCnn({ width });
    addBuffers(state, network);
    const moments = new Map(
      parity.parameters.map(({ name }) => [name, adamState(tensor(state, name).length)]),
    );
    for (let step = 0; step < parity.steps; step++) {
      const { x, y } = parity.batchOf(step);
      // Batch statistics, but no dropout.
      const { output, backward } = forward(network, state, Float64Array.from(x), batch, true);
      const { loss, gradient } = classificationLoss(output, y, 5, {
        ...(positiveWeights && { positiveWeights }),
      });
      // Both sides in float64; only the order of summation differs, and training spreads that.
      assertAlmostEquals(loss, parity.losses[step], 1e-9, `loss of step ${step + 1}`);
      const gradients = backward(gradient);
      for (const { name } of parity.parameters) {
        const computed = tensor(gradients, name);
        if (step === 0) {
          const error = parityGradientError(parity.gradients.get(name)!, computed);
          assertLess(error.elements, 6e-8, name); // stored as float32
          assertLess(error.norm, 1e-10, name);
        }
        adamStep(tensor(state, name), computed, moments.get(name)!, step + 1, {
          learningRate: parity.learningRate,
        });
      }
    }
    for (const [buffer, expected] of parity.runningStatistics) {
      const actual = tensor(state, buffer);
      // Stored as float32.
      expected.forEach((value, c) =>
        assertAlmostEquals(actual[c], value, 1e-7 * Math.max(1, Math.abs(value)), buffer)
      );
    }
  });
}

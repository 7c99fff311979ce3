/**
 * Ten training steps against PyTorch in float64, from the same weights on the same batches without
 * augmentation: losses within 1e-4 relative, every gradient of step 1 within 1e-3 relative norm.
 * PyTorch's own float32 run of the same (`float32Errors` in the fixture) shows what rounding alone
 * costs: at most 1e-5 in a loss.
 */

import { assertAlmostEquals, assertLess } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { classificationLoss } from "../../src/losses/classification_loss.ts";
import { ntXent } from "../../src/losses/nt_xent.ts";
import { Classifier } from "../../src/models/classifier.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { Adam } from "../../src/optim/adam.ts";
import { openGpu, relativeError, release, upload } from "../support/gpu.ts";
import { loadParity, parityCaseNames, parityGradientError } from "../support/parity_fixture.ts";

const LOSS_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-3;

for (const name of parityCaseNames) {
  Deno.test(`${name}: ten losses, gradients and running statistics equal PyTorch's`, async () => {
    const parity = loadParity(name);
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const store = new ParameterStore();
    const contrastive = parity.loss === "nt_xent";
    const model = contrastive
      ? new Simclr(store, {
        width: parity.width,
        hidden: parity.hiddenSize,
        projection: parity.projectionSize,
      })
      : new Classifier(store, { width: parity.width });
    store.allocate(gpu, 1);
    const initial = parity.initialWeights();
    store.load(store.parameters.map(({ name, shape }) => ({
      name,
      shape,
      dtype: "float32",
      data: initial.get(name)!,
    })));

    const rows = contrastive ? 2 * parity.batch : parity.batch;
    const x = upload(gpu, "x", [rows, parity.length, 12], [0]);
    const targets = upload(gpu, "targets", [parity.batch, 5], [0]);
    const weight = upload(gpu, "weight", [5], [1, 1, 1, 1, 1]);
    const step = new StepState(gpu);
    const recorder = new Recorder(kernels);
    if (model instanceof Simclr) {
      const { z, backward } = model.forward(recorder, x);
      backward(ntXent(recorder, z, step, parity.temperature).dz);
    } else {
      const { logits, backward } = model.forward(recorder, x);
      const focal = parity.loss === "focal" ? { alpha: 0.25, gamma: 2 } : undefined;
      const { dlogits } = classificationLoss(recorder, logits, targets, weight, step, { focal });
      backward(dlogits);
    }
    const gradient = await recorder.plan();
    const optimizer = new Adam(gpu, store.flat());
    const update = new Recorder(kernels);
    optimizer.record(update, step);
    const updating = await update.plan();

    for (let i = 0; i < parity.steps; i++) {
      const batch = parity.batchOf(i);
      gpu.write(x.placement!.buffer, batch.x);
      if (!contrastive) gpu.write(targets.placement!.buffer, batch.y);
      step.begin({
        seed: 0,
        epoch: 0,
        step: i,
        records: parity.batch,
        ...optimizer.values(i, parity.learningRate),
      });
      gradient.run();
      if (i === 0) {
        for (const { name, data } of await store.gradients()) {
          const error = parityGradientError(parity.gradients.get(name)!, data as Float32Array);
          assertLess(error.elements, GRADIENT_TOLERANCE, `${name}: ${error.elements}`);
          assertLess(error.norm, GRADIENT_TOLERANCE, `${name} norm: ${error.norm}`);
        }
      }
      updating.run();
    }
    const metrics = await step.read();
    metrics.forEach(({ loss }, i) =>
      assertAlmostEquals(loss, parity.losses[i], LOSS_TOLERANCE * parity.losses[i], `step ${i}`)
    );
    for (const { name, data } of await store.state()) {
      const expected = parity.runningStatistics.get(name);
      if (expected) assertLess(relativeError(data as Float32Array, expected), 1e-3, name);
    }
    for (const owner of [gradient, updating, optimizer, step, store]) owner.destroy();
    release(gpu, x, targets, weight);
    if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
  });
}

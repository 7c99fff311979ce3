/**
 * Ten training steps against PyTorch in float64, from the same weights on the same batches without
 * augmentation: losses within 1e-4 relative, every gradient of step 1 within 1e-3 relative norm.
 * PyTorch's own float32 run of the same (`float32Errors` in the fixture) shows what rounding alone
 * costs: at most 1e-5 in a loss.
 *
 * BYOL's moving average and momentum schedule are part of the ten steps.
 */

import { assertEquals, assertLess } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { classificationLoss } from "../../src/losses/classification_loss.ts";
import { ntXent } from "../../src/losses/nt_xent.ts";
import { ByolMethod } from "../../src/methods/byol.ts";
import { Byol } from "../../src/models/byol.ts";
import { Classifier } from "../../src/models/classifier.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../../src/models/simclr.ts";
import { openGpu, release, upload } from "../support/gpu.ts";
import {
  hasNoGradient,
  loadParity,
  type ParityCase,
  parityCaseNames,
} from "../support/parity_fixture.ts";
import { assertGradient, assertParitySteps, loadInitial, type ParityRun } from "./parity_steps.ts";

for (const name of parityCaseNames.filter((name) => !name.startsWith("byol"))) {
  Deno.test(`${name}: ten losses, gradients and running statistics equal PyTorch's`, async () => {
    const parity = loadParity(name);
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const store = new ParameterStore();
    const contrastive = parity.loss === "nt_xent";
    const { width, hiddenSize: hidden, projectionSize: projection } = parity;
    const model = parity.head
      ? new Simclr(store, { ...CONTRASTIVE_HEAD, width })
      : contrastive
      ? new Simclr(store, { width, hidden, projection })
      : new Classifier(store, { width });
    store.allocate(gpu, 1);
    loadInitial(store, parity);

    const rows = contrastive ? 2 * parity.batch : parity.batch;
    const x = Tensor.zeros(gpu, [rows, parity.length, 12], "x");
    const targets = Tensor.zeros(gpu, [parity.batch, 5], "targets");
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
    await assertParitySteps(parity, {
      store,
      step,
      recorder,
      batch(i) {
        const batch = parity.batchOf(i);
        x.write(batch.x);
        if (!contrastive) targets.write(batch.y);
      },
    });
    release(gpu, x, targets, weight);
    if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
  });
}

for (const name of ["byol_small", "byol_wide"] as const) {
  Deno.test(`${name}: ten losses, gradients, target and running statistics equal PyTorch's`, async () => {
    const parity = loadParity(name);
    const { width, hiddenSize: hidden, projectionSize: projection, momentum, schedule } = parity;
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const store = new ParameterStore();
    const model = new Byol(store, { width, hidden, projection });
    const augmentations = augmentationConfig("none");
    const method = new ByolMethod(store, model, { momentum, schedule, augmentations });
    store.allocate(gpu, 1);
    loadInitial(store, parity);
    const initial = parity.initialWeights();

    const shape = [parity.batch, parity.length, 12];
    const views = [Tensor.zeros(gpu, shape, "x1"), Tensor.zeros(gpu, shape, "x2")] as const;
    const step = new StepState(gpu);
    const recorder = new Recorder(kernels);
    method.recordViews(recorder, views, step);
    const run: ParityRun = {
      store,
      step,
      recorder,
      trainedTo: method.trainedTo,
      recordUpdate: (update) => model.recordMovingAverage(update, step.state),
      batch(i) {
        const { x } = parity.batchOf(i);
        views.forEach((view, v) => view.write(x.subarray(v * view.size, (v + 1) * view.size)));
        return { momentum: method.momentum(i, parity.steps) };
      },
      checkGradients: (gradients) => assertByolGradients(parity, gradients),
    };
    await assertParitySteps(parity, run, (state) => {
      for (const { name, data } of state) {
        const values = data as Float32Array;
        const target = parity.target.get(name);
        if (!target || /projector\.net\.[03]\.bias$/.test(name)) continue;
        // How far the stored elements are off, against how far they have moved. Each of the ten steps
        // rounds a value once more; beyond that, 2 % lets pass what Adam makes of gradients near zero,
        // and not a momentum that is off by a hundredth.
        let off = 0;
        let moved = 0;
        let rounding = 0;
        target.values.forEach((expected, j) => {
          const at = (j * target.stride) % values.length;
          off += (values[at] - expected) ** 2;
          moved += (expected - initial.get(name)![at]) ** 2;
          rounding += (10 * 2 ** -24 * expected) ** 2;
        });
        assertLess(Math.sqrt(off), 0.02 * Math.sqrt(moved) + Math.sqrt(rounding), name);
      }
    });
    release(gpu, ...views);
    if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
  });
}

function assertByolGradients(parity: ParityCase, gradients: readonly HostValues[]): void {
  const norm = (data: Float32Array) => Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
  for (const { name, data, ...rest } of gradients) {
    const values = data as Float32Array;
    const expected = parity.gradients.get(name);
    if (!expected) {
      assertEquals(norm(values), 0, `${name}: the target gets no gradient`);
    } else if (hasNoGradient(name)) {
      // A sum over the batch of what batch norm has centered: rounding of its terms.
      const weight = parity.gradients.get(name.replace("bias", "weight"))!;
      assertLess(norm(values), 1e-5 * weight.norm, name);
    } else {
      assertGradient(parity, { name, data, ...rest });
    }
  }
}

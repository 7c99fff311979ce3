/**
 * Ten training steps of ResNet-1D and the improved CNN against PyTorch in float64, from the same
 * weights on the same batches, dropout off: losses within 1e-4 relative, every gradient of step 1 within
 * 1e-3 relative norm. PyTorch's own float32 runs are off by 3e-6 in a loss and 1e-5 in a gradient.
 */

import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { classificationLoss } from "../../src/losses/classification_loss.ts";
import { ImprovedCnn } from "../../src/models/improved_cnn.ts";
import { Resnet1d } from "../../src/models/resnet1d.ts";
import { classifierParityNames, loadClassifierParity } from "../support/classifier_parity.ts";
import { openGpu, release, upload } from "../support/gpu.ts";
import { assertParitySteps, loadInitial } from "./parity_steps.ts";

for (const name of classifierParityNames) {
  Deno.test(`${name}: ten losses, gradients and running statistics equal PyTorch's`, async () => {
    const parity = loadClassifierParity(name);
    const { width, batch } = parity;
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const store = new ParameterStore();
    const model = parity.architecture === "ResNet1D"
      ? new Resnet1d(store, { width, dropout: 0 })
      : new ImprovedCnn(store, { width, dropout: { blocks: 0, head: 0 } });
    store.allocate(gpu, 1);
    loadInitial(store, parity);
    const x = Tensor.zeros(gpu, [batch, parity.length, 12], "x");
    const targets = Tensor.zeros(gpu, [batch, 5], "targets");
    const weight = upload(gpu, "weight", [5], [1, 1, 1, 1, 1]);
    const owned = [x, targets, weight];
    const settings: { positiveWeight?: typeof weight } = {};
    if (parity.positiveWeights) {
      settings.positiveWeight = upload(gpu, "positives", [5], parity.positiveWeights);
      owned.push(settings.positiveWeight);
    }
    const step = new StepState(gpu);
    const recorder = new Recorder(kernels);
    const { logits, backward } = model.forward(recorder, x, step);
    backward(classificationLoss(recorder, logits, targets, weight, step, settings).dlogits);
    await assertParitySteps(parity, {
      store,
      step,
      recorder,
      batch(i) {
        const { x: signals, y } = parity.batchOf(i);
        x.write(signals);
        targets.write(y);
      },
    });
    release(gpu, ...owned);
    if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
  });
}

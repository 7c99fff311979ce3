/** Small steps of the pretraining methods on a few records, from gather to optimizer. */

import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import type { ParameterStore } from "../../src/layers/parameters.ts";
import type { Method } from "../../src/methods/method.ts";
import { Adam } from "../../src/optim/adam.ts";
import { makeSamples } from "../augment/pipeline.ts";
import { openGpu, release, upload } from "../support/gpu.ts";

const RECORDS = 16;
const LENGTH = 128;

/** What the steps need and leave. */
export interface PretrainingSteps {
  /** One step on all records: forward, backward, update; gives loss and whether it was skipped. */
  step(options?: { beforeUpdate?: () => void }): Promise<{ loss: number; skipped: boolean }>;
  /** Bytes of transient memory of the passes. */
  readonly arenaBytes: number;
  destroy(): void;
}

/** Records the step of a method whose parameters are allocated. */
export async function pretrainingSteps(
  method: Method & { readonly store: ParameterStore },
  learningRate = 1e-3,
): Promise<PretrainingSteps> {
  const { gpu, kernels } = await openGpu();
  const records = await ResidentRecords.upload(kernels, {
    samples: makeSamples(RECORDS, LENGTH),
    signalLength: LENGTH,
    samplingRate: 100,
    millivoltsPerUnit: 1e-3,
  });
  const step = new StepState(gpu);
  const indices = upload(
    gpu,
    "batch",
    [RECORDS],
    Uint32Array.from({ length: RECORDS }, (_, i) => i),
  );
  const normalization = upload(gpu, "normalization", [24], [
    ...Array(12).fill(0),
    ...Array(12).fill(1),
  ]);
  const labels = Tensor.zeros(gpu, [1, 1], "labels");
  const batch = { records, indices, step, normalization, labels, rows: RECORDS };
  const passes = new Recorder(kernels);
  method.record(passes, batch);
  const gradient = await passes.plan();
  const optimizer = new Adam(gpu, method.store.flat(method.trainedFrom, method.trainedTo));
  const update = new Recorder(kernels);
  optimizer.record(update, step);
  method.recordUpdate?.(update, batch);
  const updating = await update.plan();
  let done = 0;
  return {
    arenaBytes: gradient.arenaBytes,
    async step({ beforeUpdate = () => {} } = {}) {
      step.begin({
        seed: 3,
        epoch: 1 + done,
        step: done,
        records: RECORDS,
        ...optimizer.values(done, learningRate),
        momentum: method.momentum?.(done, 100) ?? 0,
      });
      done++;
      gradient.run();
      beforeUpdate();
      updating.run();
      return (await step.read())[0];
    },
    destroy() {
      for (const owner of [gradient, updating, optimizer, step, records]) owner.destroy();
      release(gpu, indices, normalization, labels);
    },
  };
}

/** Small training steps: SimCLR with everything in it, from gather to optimizer; or a head alone. */

import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import type { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { ClassificationMethod } from "../../src/methods/classification.ts";
import type { Method } from "../../src/methods/method.ts";
import { SimclrMethod } from "../../src/methods/simclr.ts";
import { Classifier } from "../../src/models/classifier.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { Adam } from "../../src/optim/adam.ts";
import { release, upload } from "../support/gpu.ts";

const ROWS = 4;

/**
 * Records the step; width 4, 64 samples, 4 records.
 *
 * @param kind `simclr`: 94 dispatches; `head`: a linear head on features of a frozen encoder, 11
 * dispatches.
 */
export async function smallStep(
  kernels: KernelLibrary,
  seed: number,
  kind: "simclr" | "head" = "simclr",
) {
  const { gpu } = kernels;
  const samples = Int16Array.from(
    { length: 7 * 64 * 12 },
    (_, j) => 1000 * Math.sin(j * 0.37) + 500 * Math.sin(j * 0.0113),
  );
  const records = await ResidentRecords.upload(kernels, {
    samples,
    signalLength: 64,
    samplingRate: 100,
    millivoltsPerUnit: 1e-3,
  });
  const store = new ParameterStore();
  const model = kind === "simclr"
    ? new Simclr(store, { width: 4, hidden: 16, projection: 8 })
    : new Classifier(store, { width: 4 });
  store.allocate(gpu, seed);
  const step = new StepState(gpu);
  const indices = upload(gpu, "batch", [ROWS], Uint32Array.of(0, 2, 3, 6));
  const normalization = upload(
    gpu,
    "normalization",
    [24],
    Array(12).fill(0).concat(Array(12).fill(1)),
  );
  const labels = upload(gpu, "labels", [7, 5], Array(35).fill(0));
  const recorder = new Recorder(kernels);
  const features = upload(gpu, "features", [7, 16], samples.subarray(0, 7 * 16));
  const classWeights = upload(gpu, "class weights", [5], [1, 1, 1, 1, 1]);
  const method: Method = model instanceof Simclr
    ? new SimclrMethod(store, model, {
      temperature: 0.1,
      augmentations: augmentationConfig("full"),
    })
    : new ClassificationMethod(store, model, {
      loss: { name: "bce", classWeights: [1, 1, 1, 1, 1] },
      classWeights,
      features,
    });
  const optimizer = new Adam(gpu, store.flat(method.trainedFrom));
  method.record(recorder, { records, indices, step, normalization, labels, rows: ROWS });
  optimizer.record(recorder, step);
  /** Tensors whose memory the plan will choose. */
  const transients = [
    ...new Set(recorder.dispatches.flatMap(({ tensors }) => Object.values(tensors))),
  ]
    .filter(({ placement }) => placement === undefined);
  const program = await recorder.plan();
  return {
    program,
    transients,
    store,
    step,
    /** Submits step number `i`, counted from 0. */
    run(i: number): void {
      step.begin({ seed, epoch: 1, step: i, records: ROWS, ...optimizer.values(i, 1e-3) });
      program.run();
    },
    destroy(): void {
      for (const owner of [program, optimizer, step, store, records]) owner.destroy();
      release(gpu, indices, normalization, labels, features, classWeights);
    },
  };
}

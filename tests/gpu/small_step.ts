/** A small SimCLR step with everything in it: gather, augmentation, network, loss, optimizer. */

import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import type { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { SimclrMethod } from "../../src/methods/simclr.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { Adam } from "../../src/optim/adam.ts";
import { release, upload } from "../support/gpu.ts";

const ROWS = 4;

/** Records the step; width 4, 64 samples, 4 records. */
export async function smallStep(kernels: KernelLibrary, seed: number) {
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
  const model = new Simclr(store, { width: 4, hidden: 16, projection: 8 });
  store.allocate(gpu, seed);
  const step = new StepState(gpu);
  const optimizer = new Adam(gpu, store.flat());
  const indices = upload(gpu, "batch", [ROWS], Uint32Array.of(0, 2, 3, 6));
  const normalisation = upload(
    gpu,
    "normalisation",
    [24],
    Array(12).fill(0).concat(Array(12).fill(1)),
  );
  const labels = upload(gpu, "labels", [7, 5], Array(35).fill(0));
  const recorder = new Recorder(kernels);
  const method = new SimclrMethod(store, model, {
    temperature: 0.1,
    augmentations: augmentationConfig("full"),
  });
  method.record(recorder, { records, indices, step, normalisation, labels, rows: ROWS });
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
      release(gpu, indices, normalisation, labels);
    },
  };
}

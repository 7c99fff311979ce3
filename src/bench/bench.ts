/**
 * The benchmark of one adapter: SimCLR step, fine-tuning step, inference, and the start.
 *
 * @module
 */

import { augmentationConfig } from "../augment/augmentations.ts";
import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import type { Gpu } from "../gpu/device.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { measurePeaks, type Peaks } from "../gpu/peaks.ts";
import { persistent, Workspace } from "../jobs/workspace.ts";
import { meanPool } from "../layers/mean_pool.ts";
import { ParameterStore } from "../layers/parameters.ts";
import { ClassificationMethod } from "../methods/classification.ts";
import { SimclrMethod } from "../methods/simclr.ts";
import { Classifier } from "../models/classifier.ts";
import { Encoder1dCnn } from "../models/encoder_1d_cnn.ts";
import { Simclr } from "../models/simclr.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type Effort, MeasuredStep, type StepFigures } from "./measured_step.ts";
import { measureStartUp, type StartUpFigures } from "./start_up.ts";
import { judgeTargets, type Target } from "./targets.ts";

/** Settings of {@linkcode runBench}. */
export interface BenchOptions {
  /** Records of a training step. */
  readonly batch: number;
  /** Records of an inference pass. */
  readonly inferenceBatch: number;
  /** Folder of PTB-XL for the start; absent: that part is left out. */
  readonly dataRoot?: string;
  /** A few seconds for all, figures good for nothing but a look. */
  readonly quick: boolean;
  readonly signal?: AbortSignal;
  /** Told what is measured next. */
  readonly onPart?: (part: string) => void;
}

/** First entry of a stored benchmark. */
export const BENCH_FORMAT = "ssrl-ecg bench 1";

/** What `deno task bench` stores. */
export interface BenchReport {
  readonly format: typeof BENCH_FORMAT;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly settings: {
    readonly batch: number;
    readonly inferenceBatch: number;
    readonly quick: boolean;
    /** Width of the encoder, leads, samples. */
    readonly encoder: readonly [width: number, leads: number, samples: number];
    readonly records: number;
  };
  /** Ceilings of the adapter, measured in the same run. */
  readonly peaks: Peaks;
  readonly simclr: StepFigures;
  readonly finetune: StepFigures;
  readonly inference: StepFigures;
  /** Absent where there is no data set. */
  readonly startUp: StartUpFigures | undefined;
  readonly targets: readonly Target[];
}

const FULL: Effort = { repetitions: 5, repetitionMilliseconds: 1000, profiles: 3 };
const QUICK: Effort = { repetitions: 2, repetitionMilliseconds: 50, profiles: 1 };

/** Runs the benchmark on an open device, which it gives back at the end. */
export async function runBench(
  gpu: Gpu,
  kernels: KernelLibrary,
  options: BenchOptions,
): Promise<BenchReport> {
  const { batch, inferenceBatch, quick, signal } = options;
  const effort = quick ? QUICK : FULL;
  const part = (name: string) => {
    signal?.throwIfAborted();
    options.onPart?.(name);
  };
  part("records");
  const records = Math.max(batch, inferenceBatch) * (quick ? 2 : 4);
  const set = synthesizeCohort({ records, seed: 42 });
  const workspace = await Workspace.open(set, { normalisation: "train" }, { gpu, kernels });
  try {
    part("peaks of the adapter");
    const peaks = await measurePeaks(kernels);
    part("SimCLR step");
    const simclr = await simclrStep(workspace, batch, effort);
    part("fine-tuning step");
    const finetune = await finetuneStep(workspace, batch, effort);
    part("inference");
    const inference = await inferencePass(workspace, inferenceBatch, effort);
    let startUp: StartUpFigures | undefined;
    if (options.dataRoot !== undefined) {
      part("records from disk to the GPU");
      startUp = await measureStartUp(kernels, options.dataRoot, quick ? 1 : 3);
    }
    const figures = {
      format: BENCH_FORMAT,
      date: new Date().toISOString(),
      machine: describeMachine(gpu),
      settings: {
        batch,
        inferenceBatch,
        quick,
        encoder: [64, set.leads.length, set.signalLength],
        records,
      },
      peaks,
      simclr,
      finetune,
      inference,
      startUp,
    } as const;
    return { ...figures, targets: judgeTargets(figures) };
  } finally {
    workspace.destroy();
  }
}

async function simclrStep(
  workspace: Workspace,
  batch: number,
  effort: Effort,
): Promise<StepFigures> {
  const store = new ParameterStore();
  const model = new Simclr(store);
  store.allocate(workspace.gpu, 42);
  const method = new SimclrMethod(store, model, {
    temperature: 0.07,
    augmentations: augmentationConfig("full"),
  });
  const step = await MeasuredStep.training(workspace, method, batch);
  try {
    return await step.measure(effort);
  } finally {
    step.destroy();
    store.destroy();
  }
}

async function finetuneStep(
  workspace: Workspace,
  batch: number,
  effort: Effort,
): Promise<StepFigures> {
  const { gpu, set } = workspace;
  const store = new ParameterStore();
  const model = new Classifier(store, { classes: set.classNames.length });
  store.allocate(gpu, 42);
  const classWeights = persistent(gpu, "class weights", [set.classNames.length]);
  const ones = set.classNames.map(() => 1);
  gpu.write(classWeights.placement!.buffer, Float32Array.from(ones));
  const method = new ClassificationMethod(store, model, {
    loss: { name: "focal", classWeights: ones, focal: { alpha: 0.25, gamma: 2 } },
    classWeights,
  });
  const step = await MeasuredStep.training(workspace, method, batch);
  try {
    return await step.measure(effort);
  } finally {
    step.destroy();
    gpu.release(classWeights.placement!.buffer);
    store.destroy();
  }
}

async function inferencePass(
  workspace: Workspace,
  batch: number,
  effort: Effort,
): Promise<StepFigures> {
  const store = new ParameterStore();
  const encoder = new Encoder1dCnn(store);
  store.allocate(workspace.gpu, 42);
  const step = await MeasuredStep.inference(
    workspace,
    (recorder, x) => meanPool(recorder, encoder.evaluate(recorder, x)).y,
    batch,
  );
  try {
    return await step.measure(effort);
  } finally {
    step.destroy();
    store.destroy();
  }
}

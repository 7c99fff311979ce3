/**
 * The benchmark of one adapter: training steps and inference, and the start.
 *
 * @module
 */

import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import type { Gpu } from "../gpu/device.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { measurePeaks, type Peaks } from "../gpu/peaks.ts";
import { Workspace } from "../runs/workspace.ts";
import { describeMachine, type Machine } from "./machine.ts";
import type { Effort, StepFigures } from "./measured_step.ts";
import { measureStartUp, type StartUpFigures } from "./start_up.ts";
import { type MeasuredSteps, STEP_TITLES, type StepName, STEPS, withStep } from "./steps.ts";
import { judgeTargets, type Target } from "./targets.ts";

/** Settings of {@linkcode runBench}. */
export interface BenchOptions {
  /** Records of a training step. */
  readonly batch: number;
  /** Records of an inference pass. */
  readonly inferenceBatch: number;
  /** What is measured; default: all. */
  readonly only?: readonly StepName[];
  /** Folder of PTB-XL for the start; absent: that part is left out. */
  readonly dataRoot?: string;
  /** A run of seconds, whose figures only show that everything works. */
  readonly quick: boolean;
  /** Ends the benchmark between two parts. */
  readonly signal?: AbortSignal;
  /** Called with the name of what is measured next. */
  readonly onPart?: (part: string) => void;
}

/** First entry of a stored benchmark. */
export const BENCH_FORMAT = "ssrl-ecg bench 2";

/** What a benchmark stores. */
export interface BenchReport {
  readonly format: typeof BENCH_FORMAT;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly settings: {
    readonly batch: number;
    readonly inferenceBatch: number;
    readonly quick: boolean;
    /** Width of the first convolution, leads, samples. */
    readonly network: readonly [width: number, leads: number, samples: number];
    readonly records: number;
  };
  /** Ceilings of the adapter, measured in the same run. */
  readonly peaks: Peaks;
  readonly steps: MeasuredSteps;
  /** Absent where there is no data set. */
  readonly startUp: StartUpFigures | undefined;
  readonly targets: readonly Target[];
}

const FULL: Effort = { repetitions: 5, repetitionMilliseconds: 1000, profiles: 3 };
const QUICK: Effort = { repetitions: 2, repetitionMilliseconds: 50, profiles: 1 };

/** Runs the benchmark on an open device, which it closes at the end. */
export async function runBench(
  gpu: Gpu,
  kernels: KernelLibrary,
  options: BenchOptions,
): Promise<BenchReport> {
  const { batch, inferenceBatch, quick, signal, only = STEPS } = options;
  const effort = quick ? QUICK : FULL;
  const part = (name: string) => {
    signal?.throwIfAborted();
    options.onPart?.(name);
  };
  part("records");
  const records = Math.max(batch, inferenceBatch) * (quick ? 2 : 4);
  const set = synthesizeCohort({ records, seed: 42 });
  const workspace = await Workspace.open(set, { normalization: "train" }, { gpu, kernels });
  try {
    part("peaks of the adapter");
    const peaks = await measurePeaks(kernels);
    const steps: Partial<Record<StepName, StepFigures>> = {};
    for (const name of STEPS.filter((each) => only.includes(each))) {
      part(STEP_TITLES[name]);
      const rows = name === "inference" ? inferenceBatch : batch;
      steps[name] = await withStep(name, workspace, rows, (step) => step.measure(effort));
    }
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
        network: [64, set.leads.length, set.signalLength],
        records,
      },
      peaks,
      steps,
      startUp,
    } as const;
    return { ...figures, targets: judgeTargets(figures) };
  } finally {
    workspace.destroy();
  }
}

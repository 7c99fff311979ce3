/** The benchmark of one adapter: training steps and inference, and the start. */

import { ResidentRecords } from "../augment/resident_records.ts";
import { loadPtbXl } from "../data/datasets/ptb_xl.ts";
import { recordCount } from "../data/signals/record_set.ts";
import { synthesizeCohort } from "../data/synthetic/cohort.ts";
import type { Gpu } from "../gpu/device.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { measurePeaks } from "../gpu/peaks.ts";
import { Workspace } from "../runs/workspace.ts";
import { spread } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { type Effort, measureStep, type StepFigures } from "./measure_step.ts";
import { STEPS } from "./steps.ts";
import { judgeTargets } from "./targets.ts";

/** Settings of {@linkcode runBench}. */
export interface BenchOptions {
  /** Records of a training step. */
  readonly batch: number;
  /** Records of an inference pass. */
  readonly inferenceBatch: number;
  /** Names of the steps to measure; default: all. */
  readonly only?: readonly string[];
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
export type BenchReport = Readonly<Awaited<ReturnType<typeof runBench>>>;

/** Figures of the steps that were measured, by name. */
export type MeasuredSteps = Readonly<Partial<Record<string, StepFigures>>>;

/** What was measured of a start. */
export type StartUpFigures = Readonly<Awaited<ReturnType<typeof measureStartUp>>>;

const FULL: Effort = { repetitions: 5, repetitionMilliseconds: 1000, profiles: 3 };
const QUICK: Effort = { repetitions: 2, repetitionMilliseconds: 50, profiles: 1 };

/** Runs the benchmark on an open device, which it closes at the end. */
export async function runBench(gpu: Gpu, kernels: KernelLibrary, options: BenchOptions) {
  const { batch, inferenceBatch, quick, dataRoot, only } = options;
  const part = (name: string) => {
    options.signal?.throwIfAborted();
    options.onPart?.(name);
  };
  part("records");
  const records = Math.max(batch, inferenceBatch) * (quick ? 2 : 4);
  const set = synthesizeCohort({ records, seed: 42 });
  const workspace = await Workspace.open(set, { normalization: "train" }, { gpu, kernels });
  try {
    part("peaks of the adapter");
    const peaks = await measurePeaks(kernels);
    const steps: Partial<Record<string, StepFigures>> = {};
    for (const [name, step] of Object.entries(STEPS)) {
      if (only && !only.includes(name)) continue;
      part(step.title);
      steps[name] = await measureStep(step, workspace, options[step.rows], quick ? QUICK : FULL);
    }
    if (dataRoot !== undefined) part("records from disk to the GPU");
    const figures = {
      format: BENCH_FORMAT as typeof BENCH_FORMAT,
      // ISO 8601.
      date: new Date().toISOString(),
      machine: describeMachine(gpu),
      settings: {
        batch,
        inferenceBatch,
        quick,
        // Width of the first convolution, leads, samples.
        network: [64, set.leads.length, set.signalLength],
        records,
      },
      // Ceilings of the adapter, measured in the same run.
      peaks,
      steps: steps as MeasuredSteps,
      // Absent where there is no data set.
      startUp: dataRoot === undefined
        ? undefined
        : await measureStartUp(kernels, dataRoot, quick ? 1 : 3),
    };
    return { ...figures, targets: judgeTargets(figures) };
  } finally {
    workspace.destroy();
  }
}

/** Seconds from records on disk to records on the GPU. */
async function measureStartUp(kernels: KernelLibrary, dataRoot: string, repetitions: number) {
  const start = async () => {
    const started = performance.now();
    const set = await loadPtbXl(dataRoot);
    const loaded = performance.now();
    const resident = await ResidentRecords.upload(kernels, set);
    const done = performance.now();
    resident.destroy();
    const records = recordCount(set);
    return { records, total: (done - started) / 1000, upload: (done - loaded) / 1000 };
  };
  const first = await start();
  const later: typeof first[] = [];
  while (later.length < repetitions) later.push(await start());
  return {
    records: first.records,
    // The first reading in this process; writes the cache where there is none.
    first: first.total,
    // A start that finds the cache, and the part of it that is the upload.
    second: spread(later.map(({ total }) => total)),
    upload: spread(later.map(({ upload }) => upload)),
  };
}

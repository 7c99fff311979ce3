/** Probabilities of a classifier for ECGs in memory or in files of any kind. */

import type { Checkpoint } from "../checkpoint/state_dict.ts";
import {
  type Ecg,
  type EcgFileOptions,
  ecgWindow,
  readEcgSignalsSync,
} from "../data/files/read_ecg.ts";
import type { EcgFile } from "../data/files/twelve_leads.ts";
import { type EcgSamples, leadSignals } from "../data/signals/ecg_samples.ts";
import { digitize, doubtsAbout, windowStarts } from "../data/signals/ecg_windows.ts";
import { LEADS, type RecordSet, UNITS_PER_MILLIVOLT } from "../data/signals/record_set.ts";
import { resampledLength } from "../data/signals/resample.ts";
import { type ErrorFacts, UserError } from "../errors.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { type Device, openDevice } from "../runs/device.ts";
import { Workspace } from "../runs/workspace.ts";
import { type ClassifierInput, classifierInput } from "./classifier_input.ts";
import { classify } from "./evaluate.ts";

/** Settings of {@linkcode predict}. */
export interface PredictOptions extends EcgFileOptions {
  readonly checkpoint: Checkpoint;
  /** Samples in memory, or files as `readEcgSync` takes them. */
  readonly ecgs: readonly (EcgSamples | string)[];
  /** Where to begin in each record, seconds. Default 0. */
  readonly start?: number;
  /**
   * What to do with records longer than the model's input: `all` (default) averages the
   * probabilities of windows that cover the record from `start` to its end, `first` takes the one at
   * `start`.
   */
  readonly windows?: "all" | "first";
  /** `none`: mV as they are, whatever the checkpoint carries. */
  readonly normalize?: "checkpoint" | "none";
  /** Throw at the first ECG that cannot be read or is shorter than the model's input. */
  readonly strict?: boolean;
  /** Windows at once. Default 64. */
  readonly batchSize?: number;
  /** An open device, which stays open; by default one is opened and closed again. */
  readonly device?: Device;
  /** Ends the job before the next ECG. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: "Reading" | "Predicting", done: number, total: number) => void;
}

/** What a classifier says of one ECG. */
export interface EcgPrediction {
  /** Path of the file; of samples their name, else `ECG 1` and so on. */
  readonly name: string;
  /** Kind of file; the leads of a bare `.mat` file were taken in the order of `LEADS`. */
  readonly kind: EcgFile["kind"] | "samples";
  /** Mean over the windows, each class by itself in [0, 1]. */
  readonly probabilities: Float64Array;
  /** In the order of time. */
  readonly windows: readonly {
    /** Seconds from the beginning of the record. */
    readonly start: number;
    readonly probabilities: Float64Array;
  }[];
  /** How the signal came about; its length is that of all windows together. */
  readonly ecg: Omit<Ecg, "signal">;
  /** Why to doubt the result: mostly padding, flat leads, hardly any voltage. */
  readonly doubts: readonly string[];
}

/** An ECG that could not be used. */
export interface LeftOutEcg {
  readonly name: string;
  /** A sentence that names it. */
  readonly reason: string;
  readonly facts?: ErrorFacts;
}

/** What {@linkcode predict} gives. */
export interface EcgPredictions {
  readonly input: ClassifierInput;
  /** What the signals went through. */
  readonly normalization: "train" | "none";
  /** Name of the adapter. */
  readonly adapter: string;
  /** In the order of the ECGs. */
  readonly predictions: readonly EcgPrediction[];
  readonly leftOut: readonly LeftOutEcg[];
}

/** An ECG, ready for the network. */
interface PreparedEcg extends Omit<EcgPrediction, "probabilities" | "windows"> {
  /** Seconds. */
  readonly starts: readonly number[];
  /** [T, 12] of each window. */
  readonly samples: readonly Int16Array[];
}

/**
 * Probabilities of key `model` of a checkpoint: the sigmoid of each output by itself, so they need
 * not add up to 1.
 *
 * Rate and length of the input are the checkpoint's (10 s at 100 Hz where it does not say). Other
 * rates are resampled, leads are found by name, values are rounded to 1 µV. A record shorter than
 * the input is filled with zeros, as in training; where the windows do not divide a longer one, the
 * last is moved back to end with it. What cannot be read is listed, and the others are predicted.
 *
 * @throws {UserError} When the checkpoint holds no classifier of twelve leads, its output is not a
 * number, or with `strict`
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { Classifier, LEADS, ParameterStore, predict } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Classifier(store, { width: 8, classes: 5 }); // or readCheckpoint("finetuned.pt")
 * const model = new Map(store.initialValues(42).map(({ name, ...tensor }) => [name, tensor]));
 * const checkpoint = { sections: new Map([["model", model]]), metadata: {} };
 *
 * const leads = LEADS.map((_, lead) => // 20 s at 500 Hz, mV
 *   Float32Array.from({ length: 10_000 }, (_, t) => Math.sin((t + lead) / 50))
 * );
 * const ecgs = [{ name: "sine", samplingRate: 500, leads }];
 * const { input, predictions: [sine] } = await predict({ checkpoint, ecgs });
 * assertEquals(input.classNames, ["NORM", "MI", "STTC", "HYP", "CD"]);
 * assertEquals(sine.windows.map(({ start }) => start), [0, 10]);
 * assert(sine.probabilities.every((p) => p > 0 && p < 1));
 * ```
 */
export async function predict(options: PredictOptions): Promise<EcgPredictions> {
  const { checkpoint, normalize, batchSize, onProgress } = options;
  const input = classifierInput(checkpoint);
  const normalization = normalizationFor(checkpoint, normalize === "none" ? "none" : undefined);
  const { prepared, leftOut } = prepareAll(input, options);
  const device = options.device ?? await openDevice();
  const about = {
    input,
    normalization: typeof normalization === "string" ? normalization : normalization.kind,
    adapter: device.gpu.name,
    leftOut,
  };
  try {
    if (prepared.length === 0) return { ...about, predictions: [] };
    const set = recordSetOf(prepared, input);
    const workspace = await Workspace.open(set, { normalization: "none" }, device);
    try {
      workspace.normalize(normalization);
      const { probabilities } = await classify(workspace, checkpoint, [...set.ids.keys()], {
        batchSize,
        onProgress: (done, total) => onProgress?.("Predicting", done, total),
      });
      return { ...about, predictions: distribute(prepared, probabilities, input) };
    } finally {
      workspace.release();
    }
  } finally {
    if (options.device === undefined) device.gpu.destroy();
  }
}

function prepareAll(
  input: ClassifierInput,
  options: PredictOptions,
): { prepared: PreparedEcg[]; leftOut: LeftOutEcg[] } {
  const { ecgs, signal, strict = false, onProgress } = options;
  const prepared: PreparedEcg[] = [];
  const leftOut: LeftOutEcg[] = [];
  for (const [index, ecg] of ecgs.entries()) {
    signal?.throwIfAborted();
    const name = typeof ecg === "string" ? ecg : ecg.name ?? `ECG ${index + 1}`;
    try {
      prepared.push(prepare(name, ecg, input, options));
    } catch (error) {
      if (strict || !(error instanceof UserError)) throw error;
      leftOut.push({ name, reason: error.message, facts: error.facts });
    }
    onProgress?.("Reading", index + 1, ecgs.length);
  }
  return { prepared, leftOut };
}

function prepare(
  name: string,
  given: EcgSamples | string,
  { samplingRate, signalLength }: ClassifierInput,
  options: PredictOptions,
): PreparedEcg {
  const { start = 0, windows = "all", strict } = options;
  const { kind, ...signals } = typeof given === "string"
    ? readEcgSignalsSync(given, options)
    : { ...leadSignals({ ...given, name }), kind: "samples" as const };
  const begin = Math.round(start * samplingRate);
  const whole = resampledLength(signals.samples, signals.samplingRate, samplingRate) - begin;
  const { signal, ...ecg } = ecgWindow(signals, name, {
    targetRate: samplingRate,
    targetLength: windows === "first" ? signalLength : Math.max(signalLength, whole),
    start,
    padding: strict ? "error" : "zeros",
  });
  const firsts = windowStarts(ecg.signalLength, signalLength);
  return {
    name,
    kind,
    ecg,
    doubts: doubtsAbout(signal, ecg.signalLength - ecg.padded),
    starts: firsts.map((first) => (begin + first) / samplingRate),
    samples: firsts.map((first) => digitize({ signal, samplingRate }, name, first, signalLength)),
  };
}

/** All windows as records without labels. */
function recordSetOf(
  prepared: readonly PreparedEcg[],
  { classNames, samplingRate, signalLength }: ClassifierInput,
): RecordSet {
  const windows = prepared.flatMap(({ samples }) => samples);
  const samples = new Int16Array(windows.length * signalLength * LEADS.length);
  windows.forEach((window, row) => samples.set(window, row * window.length));
  const ids = Int32Array.from(windows, (_, row) => row + 1);
  return {
    source: "ECGs",
    synthetic: false,
    samplingRate,
    signalLength,
    leads: LEADS,
    classNames,
    samples,
    millivoltsPerUnit: 1 / UNITS_PER_MILLIVOLT,
    labels: new Float32Array(windows.length * classNames.length),
    ids,
    files: prepared.flatMap(({ name, samples }) => samples.map(() => name)),
    patients: ids,
    folds: new Uint8Array(windows.length).fill(10),
    quarantined: [],
    padded: 0,
  };
}

/** Gives every ECG the rows of its windows. */
function distribute(
  prepared: readonly PreparedEcg[],
  probabilities: Float64Array,
  { classNames }: ClassifierInput,
): EcgPrediction[] {
  const classes = classNames.length;
  let row = 0;
  return prepared.map(({ name, kind, ecg, doubts, starts }) => {
    const windows = starts.map((start) => {
      const from = classes * row++;
      return { start, probabilities: probabilities.slice(from, from + classes) };
    });
    const mean = Float64Array.from(
      classNames,
      (_, c) => windows.reduce((sum, each) => sum + each.probabilities[c], 0) / windows.length,
    );
    return { name, kind, probabilities: mean, windows, ecg, doubts };
  });
}

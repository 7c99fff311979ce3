/**
 * Probabilities of a classifier for ECGs from files of any kind.
 *
 * @module
 */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { digitize, doubtsAbout, windowStarts } from "../data/signals/ecg_windows.ts";
import type { UnusableEcg } from "../data/files/find_ecgs.ts";
import {
  type Ecg,
  type EcgFileOptions,
  ecgWindow,
  readEcgSignalsSync,
} from "../data/files/read_ecg.ts";
import type { EcgFile } from "../data/files/twelve_leads.ts";
import { LEADS, type RecordSet } from "../data/signals/record_set.ts";
import { resampledLength } from "../data/signals/resample.ts";
import { UNITS_PER_MILLIVOLT } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { type ClassifierInput, classifierInput } from "./classifier_input.ts";
import { type Device, openDevice } from "../runs/device.ts";
import { Inference, INFERENCE_ROWS, sigmoid } from "./inference.ts";
import { loadClassifier } from "./load_network.ts";
import { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode predict}. */
export interface PredictOptions extends EcgFileOptions {
  readonly checkpoint: Checkpoint;
  /** Files, as `readEcgSync` takes them. */
  readonly ecgs: readonly string[];
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
  /** Ends the job before the next file. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: "Reading" | "Predicting", done: number, total: number) => void;
}

/** What a classifier says of one ECG. */
export interface EcgPrediction {
  readonly path: string;
  /** Kind of file; the leads of a bare `.mat` file were taken in the order of `LEADS`. */
  readonly kind: EcgFile["kind"];
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

/** What {@linkcode predict} gives. */
export interface Predictions {
  readonly input: ClassifierInput;
  /** What the signals went through. */
  readonly normalization: "train" | "none";
  /** Name of the adapter. */
  readonly adapter: string;
  /** In the order of the files. */
  readonly predictions: readonly EcgPrediction[];
  /** Files that could not be read. */
  readonly leftOut: readonly UnusableEcg[];
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
 * last is moved back to end with it. A file that cannot be read is listed, and the others go on.
 *
 * @throws {UserError} When the checkpoint holds no classifier of twelve leads, its output is not a
 * number, or with `strict`
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import {
 *   Classifier,
 *   LEADS,
 *   ParameterStore,
 *   predict,
 *   recordMillivolts,
 *   synthesizeCohort,
 * } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Classifier(store, { width: 8, classes: 5 }); // in earnest: readCheckpoint("finetuned.pt")
 * const model = new Map(store.initialValues(42).map(({ name, ...tensor }) => [name, tensor]));
 * const checkpoint = { sections: new Map([["model", model]]), metadata: {} };
 *
 * const ecg = recordMillivolts(synthesizeCohort({ records: 1, seed: 42 }), 0);
 * const rows = Array.from({ length: 1000 }, (_, t) => ecg.subarray(12 * t, 12 * t + 12).join());
 * const file = `${Deno.makeTempDirSync()}/ecg.csv`;
 * Deno.writeTextFileSync(file, `${LEADS.join()}\n${rows.join("\n")}\n`);
 *
 * const { input, predictions } = await predict({
 *   checkpoint,
 *   ecgs: [file],
 *   samplingRate: 100,
 * });
 * assert(input.classNames[0] === "NORM" && predictions[0].windows.length === 1);
 * assert(predictions[0].probabilities.every((p) => p > 0 && p < 1));
 * ```
 */
export async function predict(options: PredictOptions): Promise<Predictions> {
  const { checkpoint, normalize, batchSize = INFERENCE_ROWS, onProgress } = options;
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
      const probabilities = await classify(
        workspace,
        options,
        batchSize,
        (done) => onProgress?.("Predicting", done, set.ids.length),
      );
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
): { prepared: PreparedEcg[]; leftOut: UnusableEcg[] } {
  const { ecgs, signal, strict = false, onProgress } = options;
  const prepared: PreparedEcg[] = [];
  const leftOut: UnusableEcg[] = [];
  for (const [index, path] of ecgs.entries()) {
    signal?.throwIfAborted();
    try {
      prepared.push(prepare(path, input, options));
    } catch (error) {
      if (strict || !(error instanceof UserError)) throw error;
      leftOut.push({ path, reason: error.message, facts: error.facts });
    }
    onProgress?.("Reading", index + 1, ecgs.length);
  }
  return { prepared, leftOut };
}

function prepare(
  path: string,
  { samplingRate, signalLength }: ClassifierInput,
  options: PredictOptions,
): PreparedEcg {
  const { start = 0, windows = "all", strict } = options;
  const { kind, ...signals } = readEcgSignalsSync(path, options);
  const begin = Math.round(start * samplingRate);
  const whole = resampledLength(signals.samples, signals.samplingRate, samplingRate) - begin;
  const { signal, ...ecg } = ecgWindow(signals, path, {
    targetRate: samplingRate,
    targetLength: windows === "first" ? signalLength : Math.max(signalLength, whole),
    start,
    padding: strict ? "error" : "zeros",
  });
  const firsts = windowStarts(ecg.signalLength, signalLength);
  return {
    path,
    kind,
    ecg,
    doubts: doubtsAbout(signal, ecg.signalLength - ecg.padded),
    starts: firsts.map((first) => (begin + first) / samplingRate),
    samples: firsts.map((first) => digitize({ signal, samplingRate }, path, first, signalLength)),
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
    patients: ids,
    folds: new Uint8Array(windows.length).fill(10),
    quarantined: [],
    padded: 0,
  };
}

/** [windows, classes] */
async function classify(
  workspace: Workspace,
  { checkpoint }: PredictOptions,
  batchSize: number,
  onProgress: (done: number) => void,
): Promise<Float64Array> {
  const rows = workspace.set.ids.map((_, row) => row);
  const model = loadClassifier(workspace.gpu, checkpoint);
  let inference: Inference | undefined;
  try {
    inference = await Inference.record(
      workspace,
      Math.min(batchSize, rows.length),
      (recorder, x) => ({ logits: model.evaluate(recorder, x).logits }),
    );
    const { logits } = await inference.run(rows, onProgress);
    const probabilities = sigmoid(logits);
    if (probabilities.some(Number.isNaN)) {
      throw new UserError(
        `Cannot predict with ${
          sourceOf(checkpoint)
        }: its output is not a number. The weights are damaged`,
      );
    }
    return probabilities;
  } finally {
    inference?.destroy();
    model.destroy();
  }
}

/** Gives every ECG the rows of its windows. */
function distribute(
  prepared: readonly PreparedEcg[],
  probabilities: Float64Array,
  { classNames }: ClassifierInput,
): EcgPrediction[] {
  const classes = classNames.length;
  let row = 0;
  return prepared.map(({ path, kind, ecg, doubts, starts }) => {
    const windows = starts.map((start) => {
      const from = classes * row++;
      return { start, probabilities: probabilities.slice(from, from + classes) };
    });
    const mean = Float64Array.from(
      classNames,
      (_, c) => windows.reduce((sum, each) => sum + each.probabilities[c], 0) / windows.length,
    );
    return { path, kind, probabilities: mean, windows, ecg, doubts };
  });
}

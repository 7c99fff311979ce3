/**
 * What a classifier reads and what its outputs are called, as its checkpoint says or as is assumed.
 */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { formatCount, formatNumber } from "../text/format.ts";
import { leadIndex } from "../data/signals/lead_names.ts";
import { CLASS_NAMES, LEADS } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { classifierFacts } from "./load_network.ts";

/** Input and outputs of a classifier. */
export interface ClassifierInput {
  /** In the order of the outputs. */
  readonly classNames: readonly string[];
  /** Hz. */
  readonly samplingRate: number;
  /** T, samples. */
  readonly signalLength: number;
  /** A sentence for each thing that the checkpoint does not say and that was assumed. */
  readonly assumptions: readonly string[];
}

/** Longest input, samples: half an hour at 500 Hz and more than any network here is trained on. */
const MOST_SAMPLES = 1_000_000;

/**
 * Rate, length and class names of the classifier in a checkpoint. Without metadata, as in PyTorch's
 * own files: 10 s at 100 Hz; the classes of PTB-XL where there are five outputs, else numbers.
 *
 * @throws {UserError} When it holds no classifier of twelve leads, or its metadata do not fit.
 */
export function classifierInput(checkpoint: Checkpoint): ClassifierInput {
  const { classes } = classifierFacts(checkpoint);
  const { metadata } = checkpoint;
  const fail = (reason: string) =>
    new UserError(`Cannot predict with ${sourceOf(checkpoint)}: ${reason}`);
  const assumptions: string[] = [];

  const samplingRate = metadata.sampling_rate ?? 100;
  const signalLength = metadata.signal_length ?? Math.round(10 * samplingRate);
  const missing = [
    metadata.sampling_rate === undefined ? `${samplingRate} Hz` : "",
    metadata.signal_length === undefined ? `${formatCount(signalLength)} samples` : "",
  ].filter((each) => each !== "");
  if (missing.length > 0) assumptions.push(`The checkpoint does not say: ${missing.join(", ")}`);
  if (!(samplingRate >= 1 && samplingRate <= 1e6)) {
    throw fail(`it states a rate of ${formatNumber(samplingRate)} Hz, need 1 to 1,000,000 Hz`);
  }
  if (!(signalLength >= 1 && signalLength <= MOST_SAMPLES)) {
    throw fail(
      `it states a signal of ${formatCount(signalLength)} samples, need 1 to ` +
        formatCount(MOST_SAMPLES),
    );
  }

  const { leads, class_names: named } = metadata;
  if (leads !== undefined && leads.map(leadIndex).join() !== [...LEADS.keys()].join()) {
    throw fail(`its leads are ${leads.join(", ")}, need ${LEADS.join(", ")}`);
  }
  if (named !== undefined && (named.length !== classes || new Set(named).size !== classes)) {
    throw fail(
      `its head has ${classes} outputs, its metadata name the classes ${named.join(", ")}`,
    );
  }
  if (named) return { classNames: named, samplingRate, signalLength, assumptions };
  const [classNames, taken] = classes === CLASS_NAMES.length
    ? [CLASS_NAMES, `five outputs are taken for PTB-XL's ${CLASS_NAMES.join(", ")}`]
    : [Array.from({ length: classes }, (_, c) => `class ${c + 1}`), "they are numbered"];
  assumptions.push(`The checkpoint does not name its classes: ${taken}`);
  return { classNames, samplingRate, signalLength, assumptions };
}

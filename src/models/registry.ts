/**
 * The networks that checkpoints hold: how each is made, and how it is recognized by the names and shapes
 * of its tensors.
 */

import type { Checkpoint, StateDict } from "../checkpoint/state_dict.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { Classifier } from "./classifier.ts";
import type { ClassifierNetwork } from "./classifier_network.ts";
import { stemExtents } from "./encoder.ts";
import { type EncoderChoice, encoderNamed, ENCODERS } from "./encoders.ts";
import { ImprovedCnn } from "./improved_cnn.ts";
import { Resnet1d } from "./resnet1d.ts";

/** What names and shapes tell of a network. */
export interface Architecture {
  /** Class of the reference system, or name of the kind of encoder. */
  readonly name: string;
  /** Leads of the signal. */
  readonly inputs: number;
  /** Channels of the first convolution. */
  readonly width: number;
  /** Kind of the encoder that a larger network is built on. */
  readonly encoder?: string;
  /** Outputs, of a classifier with a whole head. */
  readonly classes?: number;
  /** Width of the projection, where there is a whole one. */
  readonly projection?: number;
}

/** What a network around an encoder is recognized by. */
interface AroundEncoder {
  readonly name: string;
  /** What only its names begin with. */
  readonly prefix: string;
  /** The weight that has as many rows as there are outputs. */
  readonly projection?: string;
  readonly classes?: string;
}

/** In the order in which they are looked for. */
const AROUND_ENCODER: readonly AroundEncoder[] = [
  { name: "SimCLRModel", prefix: "projection_head.", projection: "projection_head.net.2.weight" },
  { name: "BYOLModel", prefix: "online_projector.", projection: "online_projector.net.3.weight" },
  { name: "SSLReconstructionModel", prefix: "decoder." },
  { name: "ContrastiveModel", prefix: "proj_head.", projection: "proj_head.proj.2.weight" },
  { name: "ECGClassifier", prefix: "head.", classes: "head.weight" },
];

/** Extents that every classifier has. */
export interface ClassifierExtents extends EncoderChoice {
  /** Outputs. */
  readonly classes: number;
}

/** The classifiers by their class names in the reference system, which checkpoints carry. */
const CLASSIFIERS = {
  ECGClassifier: Classifier,
  ResNet1D: Resnet1d,
  ImprovedECGClassifier: ImprovedCnn,
};

export type ClassifierArchitecture = keyof typeof CLASSIFIERS;

export const CLASSIFIER_ARCHITECTURES = Object.keys(CLASSIFIERS) as ClassifierArchitecture[];

/** True where `name` is a classifier's. */
export function isClassifierArchitecture(name: string): name is ClassifierArchitecture {
  return Object.hasOwn(CLASSIFIERS, name);
}

/**
 * Registers the parameters of a classifier and gives its network.
 *
 * @param store Empty, and not yet allocated.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createClassifier, ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * const model = createClassifier(store, { architecture: "ResNet1D", classes: 5, width: 16 });
 * assert(model.inputs === 12 && model.features === 128);
 * ```
 */
export function createClassifier(
  store: ParameterStore,
  { architecture, ...extents }: ClassifierExtents & {
    readonly architecture: ClassifierArchitecture;
  },
): ClassifierNetwork {
  return new CLASSIFIERS[architecture](store, extents);
}

/** The options that make a recognized classifier again. */
export function classifierOptions(
  { inputs, width, encoder, classes = 1 }: Architecture,
): ClassifierExtents {
  return { inputs, width, classes, encoder: encoder ? encoderNamed(encoder) : undefined };
}

/** What the names of an encoder begin with in a larger network. */
const ENCODER = "encoder.";

/** The tensors of the encoder within a model, without their prefix. */
export function encoderState(model: StateDict): StateDict {
  return new Map(
    [...model].flatMap(([name, tensor]) =>
      name.startsWith(ENCODER) ? [[name.slice(ENCODER.length), tensor] as const] : []
    ),
  );
}

/** The encoder that a state dict is, or undefined where it is none's. */
export function encoderOf(tensors: StateDict): Architecture | undefined {
  for (const { name, recognize } of ENCODERS) {
    const extents = recognize(tensors);
    if (extents) return { name, ...extents };
  }
  return undefined;
}

/** The network a state dict belongs to, or undefined where it is none of this project's. */
export function architectureOf(tensors: StateDict): Architecture | undefined {
  const rows = (key: string) => tensors.get(key)?.shape[0];
  const has = (prefix: string) => tensors.keys().some((key) => key.startsWith(prefix));
  const encoder = encoderOf(tensors);
  if (encoder) return encoder;
  const inner = encoderOf(encoderState(tensors));
  if (inner) {
    const found = AROUND_ENCODER.find(({ prefix }) => has(prefix));
    if (!found) return undefined;
    const { name, projection, classes } = found;
    return {
      ...inner,
      name,
      encoder: inner.name,
      ...(projection && { projection: rows(projection) }),
      ...(classes && { classes: rows(classes) }),
    };
  }
  const improved = stemExtents(tensors, "encoder.initial.0.weight");
  if (improved) {
    return { name: "ImprovedECGClassifier", ...improved, classes: rows("head.5.weight") };
  }
  const resnet = stemExtents(tensors, "conv1.weight");
  if (resnet && has("layer1.")) return { name: "ResNet1D", ...resnet, classes: rows("fc.weight") };
  return undefined;
}

/** A short description for people, e.g. `SimCLRModel (12 channels, width 64, projection 128)`. */
export function recognizeArchitecture(tensors: StateDict): string {
  if (tensors.size === 0) return "an empty state dict";
  const found = architectureOf(tensors);
  if (found) {
    const facts = [`${found.inputs} channels`, `width ${found.width}`];
    if ("projection" in found) facts.push(`projection ${found.projection ?? "?"}`);
    if ("classes" in found) facts.push(`${found.classes ?? "?"} classes`);
    const other = found.encoder && found.encoder !== ENCODERS[0].name;
    return `${found.name}${other ? ` on ${found.encoder}` : ""} (${facts.join(", ")})`;
  }
  const inner = encoderOf(encoderState(tensors));
  if (inner) {
    return `an encoder under the prefix "${ENCODER}" ` +
      `(${inner.inputs} channels, width ${inner.width})`;
  }
  if ([...tensors.keys()].every((key) => key.startsWith("module."))) {
    return 'a model saved from DataParallel (every name starts with "module.")';
  }
  const names = [...tensors.keys()].slice(0, 3).map((key) => `"${key}"`).join(", ");
  return `an unknown model (${tensors.size} tensors: ${names}${tensors.size > 3 ? ", …" : ""})`;
}

/** Encoder and width of the network in a checkpoint, where it has one that is known. */
export function encoderChoiceOf({ sections }: Checkpoint): EncoderChoice {
  for (const tensors of sections.values()) {
    const found = encoderOf(tensors) ?? encoderOf(encoderState(tensors));
    if (found) return { encoder: encoderNamed(found.name), width: found.width };
    const network = architectureOf(tensors);
    if (network) return { width: network.width };
  }
  return {};
}

/** From a checkpoint to a network on the GPU in evaluation mode, whatever its architecture. */

import { type Checkpoint, sourceOf, type StateDict } from "../checkpoint/state_dict.ts";
import { LEADS } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { ParameterStore } from "../layers/parameters.ts";
import { describeSections } from "../models/describe_checkpoint.ts";
import { encoderNamed } from "../models/encoders.ts";
import {
  type Architecture,
  architectureOf,
  type ClassifierArchitecture,
  classifierOptions,
  createClassifier,
  encoderOf,
  encoderState,
  isClassifierArchitecture,
} from "../models/registry.ts";
import { loadState } from "../runs/checkpoints.ts";
import type { FrozenNetwork } from "./network_features.ts";

/** A classifier in evaluation mode; `using` gives its memory back. */
export interface LoadedClassifier extends Disposable {
  readonly architecture: Architecture;
  readonly classes: number;
  /** @param x [N, T, leads] */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; logits: Tensor };
}

/** A network that gives features, in evaluation mode; `using` gives its memory back. */
export interface FeatureNetwork extends FrozenNetwork, Disposable {
  readonly architecture: Architecture;
}

/** What the tensors of a classifier say of it. */
export interface ClassifierFacts extends Architecture {
  readonly name: ClassifierArchitecture;
  readonly classes: number;
}

/**
 * What the classifier under the key `model` is, without loading it.
 *
 * @throws {UserError} When there is no such key, it is no classifier's, or it reads other than
 * twelve leads.
 */
export function classifierFacts(checkpoint: Checkpoint): ClassifierFacts {
  const state = checkpoint.sections.get("model");
  const architecture = state && architectureOf(state);
  if (!architecture?.classes || !isClassifierArchitecture(architecture.name)) {
    throw new UserError(
      `Cannot load a classifier from ${sourceOf(checkpoint)}: found ` +
        `${describeSections(checkpoint)}, need the key "model" of a classifier`,
      { remedy: "needs-classifier" },
    );
  }
  assertLeads(checkpoint, architecture);
  return { ...architecture, name: architecture.name, classes: architecture.classes };
}

/**
 * Loads the classifier under the key `model`.
 *
 * @throws {UserError} As {@linkcode classifierFacts}, or when tensors are missing.
 */
export function loadClassifier(gpu: Gpu, checkpoint: Checkpoint): LoadedClassifier {
  const architecture = classifierFacts(checkpoint);
  const store = new ParameterStore();
  const network = createClassifier(store, {
    architecture: architecture.name,
    ...classifierOptions(architecture),
  });
  const what = `the model, from "model" of ${sourceOf(checkpoint)}`;
  place(gpu, store, checkpoint.sections.get("model")!, what);
  return {
    architecture,
    classes: architecture.classes,
    evaluate: (recorder, x) => network.evaluate(recorder, x),
    [Symbol.dispose]: () => store.destroy(),
  };
}

/**
 * Loads what gives features: the encoder under the key `encoder`, else the encoder within the key
 * `model`, or the classifier there without its head.
 *
 * @throws {UserError} When the checkpoint holds none of them, or tensors are missing.
 */
export function loadFeatureNetwork(gpu: Gpu, checkpoint: Checkpoint): FeatureNetwork {
  const { architecture, state, what } = featureSource(checkpoint);
  assertLeads(checkpoint, architecture);
  const store = new ParameterStore();
  const network = createFeatureNetwork(store, architecture);
  place(gpu, store, state, what);
  return network;
}

/**
 * The same network with random weights of a seed: what a probe has to beat.
 *
 * @throws {UserError} As {@linkcode loadFeatureNetwork}.
 */
export function randomFeatureNetwork(
  gpu: Gpu,
  checkpoint: Checkpoint,
  seed: number,
): FeatureNetwork {
  const { architecture } = featureSource(checkpoint);
  const store = new ParameterStore();
  const network = createFeatureNetwork(store, architecture);
  store.allocate(gpu, seed);
  return network;
}

/** Where a checkpoint's features come from, also in words for messages. */
function featureSource(
  checkpoint: Checkpoint,
): { architecture: Architecture; state: StateDict; what: string } {
  for (const section of ["encoder", "model"]) {
    const state = checkpoint.sections.get(section);
    if (!state) continue;
    const from = `from "${section}" of ${sourceOf(checkpoint)}`;
    const encoder = section === "encoder" ? state : encoderState(state);
    const found = encoderOf(encoder);
    if (found) return { architecture: found, state: encoder, what: `the encoder, ${from}` };
    const whole = architectureOf(state);
    if (whole && isClassifierArchitecture(whole.name)) {
      return { architecture: whole, state, what: `the model, ${from}` };
    }
  }
  throw new UserError(
    `Cannot compute features with ${sourceOf(checkpoint)}: found ` +
      `${describeSections(checkpoint)}, need the key "encoder", or the key "model" of a network ` +
      "that has one",
  );
}

function createFeatureNetwork(store: ParameterStore, architecture: Architecture): FeatureNetwork {
  const { name } = architecture;
  const shared = { architecture, [Symbol.dispose]: () => store.destroy() };
  if (isClassifierArchitecture(name)) {
    const options = classifierOptions(architecture);
    const network = createClassifier(store, { architecture: name, ...options });
    return {
      ...shared,
      features: network.features,
      evaluateFeatures: (recorder, x) => network.evaluate(recorder, x).features,
    };
  }
  const encoder = encoderNamed(name).create(store, "", architecture);
  return {
    ...shared,
    features: encoder.features,
    evaluateFeatures: (recorder, x) => encoder.evaluateFeatures(recorder, x),
  };
}

function place(gpu: Gpu, store: ParameterStore, state: StateDict, what: string): void {
  store.allocate(gpu, 0);
  try {
    loadState(store, state, what);
  } catch (error) {
    store.destroy();
    throw error;
  }
}

function assertLeads(checkpoint: Checkpoint, { name, inputs }: Architecture): void {
  if (inputs === LEADS.length) return;
  throw new UserError(
    `Cannot use ${sourceOf(checkpoint)}: its ${name} reads ${inputs} leads, need ${LEADS.length}`,
  );
}

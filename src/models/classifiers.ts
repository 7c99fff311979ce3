/**
 * The classifiers by name.
 *
 * @module
 */

import type { ParameterStore } from "../layers/parameters.ts";
import { Classifier } from "./classifier.ts";
import type { ClassifierNetwork } from "./classifier_network.ts";
import { ImprovedCnn } from "./improved_cnn.ts";
import { Resnet1d } from "./resnet1d.ts";

/** Extents that every classifier has. */
export interface ClassifierExtents {
  /** Outputs. */
  readonly classes: number;
  /** Channels of the first convolution, a multiple of 4; 64. */
  readonly width?: number;
  /** Leads; 12. */
  readonly inputs?: number;
}

/** The classifiers by their class names in the reference system, which checkpoints carry. */
export const CLASSIFIER_ARCHITECTURES = [
  "ECGClassifier",
  "ResNet1D",
  "ImprovedECGClassifier",
] as const;

/** One of {@linkcode CLASSIFIER_ARCHITECTURES}. */
export type ClassifierArchitecture = (typeof CLASSIFIER_ARCHITECTURES)[number];

/**
 * True where `name` is a classifier's.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isClassifierArchitecture } from "ssrl-ecg";
 * assert(isClassifierArchitecture("ResNet1D") && !isClassifierArchitecture("SimCLRModel"));
 * ```
 */
export function isClassifierArchitecture(name: string): name is ClassifierArchitecture {
  return CLASSIFIER_ARCHITECTURES.some((known) => known === name);
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
  switch (architecture) {
    case "ECGClassifier":
      return new Classifier(store, extents);
    case "ResNet1D":
      return new Resnet1d(store, extents);
    case "ImprovedECGClassifier":
      return new ImprovedCnn(store, extents);
  }
}

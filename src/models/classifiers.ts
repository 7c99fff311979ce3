/**
 * The classifiers by name.
 *
 * @module
 */

import type { ParameterStore } from "../layers/parameters.ts";
import { Classifier } from "./classifier.ts";
import type { ClassifierNetwork } from "./classifier_network.ts";

/** Names of the classifiers, as checkpoints carry them. */
export const CLASSIFIERS = ["ECGClassifier"] as const;

/** One of {@linkcode CLASSIFIERS}. */
export type ClassifierName = typeof CLASSIFIERS[number];

/** Extents of a classifier. */
export interface ClassifierExtents {
  readonly name: ClassifierName;
  readonly classes: number;
  /** Channels of the first block; 64. */
  readonly width?: number;
  /** Leads; 12. */
  readonly inputs?: number;
}

/** Registers a classifier's parameters. */
export function createClassifier(
  store: ParameterStore,
  { name, ...extents }: ClassifierExtents,
): ClassifierNetwork {
  switch (name) {
    case "ECGClassifier":
      return new Classifier(store, extents);
  }
}

/**
 * Tells from names and shapes which model a state dict belongs to. Used in error messages and
 * summaries, and for files that do not say which section they hold.
 *
 * @module
 */

import type { StateDict } from "./state_dict.ts";

/** What names and shapes tell of a model. */
export interface Architecture {
  /** Class of the reference system. */
  readonly name:
    | "ECGEncoder1DCNN"
    | "ECGClassifier"
    | "ResNet1D"
    | "ImprovedECGClassifier"
    | "SimCLRModel"
    | "BYOLModel"
    | "SSLReconstructionModel"
    | "ContrastiveModel";
  /** Leads of the signal. */
  readonly inputs: number;
  /** Channels of the first convolution. */
  readonly width: number;
  /** Outputs, of a classifier with a whole head. */
  readonly classes?: number;
  /** Width of the projection, where there is a whole one. */
  readonly projection?: number;
}

/** First convolution of each family of models, [width, inputs, taps]. */
const STEMS = {
  encoder: "features.0.block.0.weight",
  aroundEncoder: "encoder.features.0.block.0.weight",
  improved: "encoder.initial.0.weight",
  resnet: "conv1.weight",
} as const;

/** The model a state dict belongs to, or undefined where it is none of this project's. */
export function architectureOf(tensors: StateDict): Architecture | undefined {
  const rows = (key: string) => tensors.get(key)?.shape[0];
  const has = (prefix: string) => tensors.keys().some((key) => key.startsWith(prefix));
  const family = Object.values(STEMS).find((stem) => tensors.get(stem)?.shape.length === 3);
  if (family === undefined) return undefined;
  const [width, inputs] = tensors.get(family)!.shape;
  const extents = { inputs, width };
  switch (family) {
    case STEMS.encoder:
      return { name: "ECGEncoder1DCNN", ...extents };
    case STEMS.improved:
      return { name: "ImprovedECGClassifier", ...extents, classes: rows("head.5.weight") };
    case STEMS.resnet:
      if (!has("layer1.")) return undefined;
      return { name: "ResNet1D", ...extents, classes: rows("fc.weight") };
  }
  if (has("projection_head.")) {
    return { name: "SimCLRModel", ...extents, projection: rows("projection_head.net.2.weight") };
  }
  if (has("online_projector.")) {
    return { name: "BYOLModel", ...extents, projection: rows("online_projector.net.3.weight") };
  }
  if (has("decoder.")) return { name: "SSLReconstructionModel", ...extents };
  if (has("proj_head.")) {
    return { name: "ContrastiveModel", ...extents, projection: rows("proj_head.proj.2.weight") };
  }
  if (has("head.")) return { name: "ECGClassifier", ...extents, classes: rows("head.weight") };
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
    return `${found.name} (${facts.join(", ")})`;
  }
  const stem = tensors.get(STEMS.aroundEncoder);
  if (stem) {
    const [width, inputs] = stem.shape;
    return `an encoder under the prefix "encoder." (${inputs} channels, width ${width})`;
  }
  if ([...tensors.keys()].every((key) => key.startsWith("module."))) {
    return 'a model saved from DataParallel (every name starts with "module.")';
  }
  const names = [...tensors.keys()].slice(0, 3).map((key) => `"${key}"`).join(", ");
  return `an unknown model (${tensors.size} tensors: ${names}${tensors.size > 3 ? ", …" : ""})`;
}

/** Channels of the first convolution, or undefined where a state dict has none that is known. */
export function widthOf(tensors: StateDict): number | undefined {
  const stem = Object.values(STEMS).find((name) => tensors.has(name));
  return stem && tensors.get(stem)!.shape[0];
}

/** The section of a bare state dict: `encoder` when it is an encoder's, else `model`. */
export function defaultSection(tensors: StateDict): "encoder" | "model" {
  return tensors.has("features.0.block.0.weight") ? "encoder" : "model";
}

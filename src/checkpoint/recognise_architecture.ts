/**
 * Tells from names and shapes which model a state dict belongs to. Used in error messages and
 * summaries, and for files that do not say which section they hold.
 *
 * @module
 */

import type { StateDict } from "./state_dict.ts";

/**
 * A short description for people, e.g. `SimCLRModel (12 channels, width 64, projection 128)`.
 *
 * @example
 * ```ts
 * import { recogniseArchitecture } from "ssrl-ecg/src/checkpoint/recognise_architecture.ts";
 * console.assert(recogniseArchitecture(new Map()) === "an empty state dict");
 * ```
 */
export function recogniseArchitecture(tensors: StateDict): string {
  if (tensors.size === 0) return "an empty state dict";
  const dimension = (key: string, axis: number) => tensors.get(key)?.shape[axis] ?? "?";
  const has = (prefix: string) => {
    for (const key of tensors.keys()) if (key.startsWith(prefix)) return true;
    return false;
  };
  for (const prefix of ["", "encoder."]) {
    const stem = `${prefix}features.0.block.0.weight`;
    if (!tensors.has(stem)) continue;
    const encoder = `${dimension(stem, 1)} channels, width ${dimension(stem, 0)}`;
    if (prefix === "") return `ECGEncoder1DCNN (${encoder})`;
    if (has("projection_head.")) {
      const projection = dimension("projection_head.net.2.weight", 0);
      return `SimCLRModel (${encoder}, projection ${projection})`;
    }
    if (has("online_projector.")) {
      const projection = dimension("online_projector.net.3.weight", 0);
      return `BYOLModel (${encoder}, projection ${projection})`;
    }
    if (has("decoder.")) return `SSLReconstructionModel (${encoder})`;
    if (has("proj_head.")) return `contrastive model (${encoder})`;
    if (has("head.")) {
      return `ECGClassifier (${encoder}, ${dimension("head.weight", 0)} classes)`;
    }
    return `an encoder under the prefix "encoder." (${encoder})`;
  }
  if (has("layer1.") && has("conv1.")) {
    return `ResNet1D (${dimension("conv1.weight", 1)} channels, width ` +
      `${dimension("conv1.weight", 0)}, ${dimension("fc.weight", 0)} classes)`;
  }
  if (has("encoder.initial.")) return "the improved CNN classifier";
  if ([...tensors.keys()].every((key) => key.startsWith("module."))) {
    return 'a model saved from DataParallel (every name starts with "module.")';
  }
  const names = [...tensors.keys()].slice(0, 3).map((key) => `"${key}"`).join(", ");
  return `an unknown model (${tensors.size} tensors: ${names}${tensors.size > 3 ? ", …" : ""})`;
}

/** The section of a bare state dict: `encoder` when it is an encoder's, else `model`. */
export function defaultSection(tensors: StateDict): "encoder" | "model" {
  return tensors.has("features.0.block.0.weight") ? "encoder" : "model";
}

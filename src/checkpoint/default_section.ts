import type { StateDict } from "./state_dict.ts";

/**
 * The section of a state dict that does not name one. By convention the tensors of an encoder, and of
 * nothing else, are named `features.*`.
 */
export function defaultSection(tensors: StateDict): "encoder" | "model" {
  return tensors.keys().some((name) => name.startsWith("features.")) ? "encoder" : "model";
}

/**
 * Between checkpoint files and models: what goes into a file, and what a model takes out of one.
 *
 * @module
 */

import { writeCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { matchStateDict } from "../checkpoint/match_state_dict.ts";
import {
  asFloat32,
  type Checkpoint,
  CHECKPOINT_FORMAT_VERSION,
  type CheckpointMetadata,
  type HostTensor,
  type StateDict,
} from "../checkpoint/state_dict.ts";
import type { Normalisation } from "../data/normalisation.ts";
import { UserError } from "../errors.ts";
import type { HostValues, ParameterStore } from "../layers/parameters.ts";
import { VERSION } from "../version.ts";
import type { Workspace } from "./workspace.ts";

/** What a checkpoint says of itself besides what the workspace knows. */
export type CheckpointFacts =
  & Pick<CheckpointMetadata, "method" | "architecture" | "seed" | "epoch">
  & { readonly metrics?: Readonly<Record<string, number>> };

/**
 * Writes the model's weights.
 *
 * @param section `encoder`: the encoder's tensors alone, without their prefix; `model`: everything.
 */
export async function saveCheckpoint(
  path: string,
  section: "encoder" | "model",
  store: ParameterStore,
  workspace: Workspace,
  facts: CheckpointFacts,
): Promise<void> {
  const state: StateDict = new Map();
  for (const { name, shape, dtype, data } of await store.state()) {
    const tensor = { dtype, shape, data } as HostTensor;
    if (section === "model") state.set(name, tensor);
    else if (name.startsWith(ENCODER)) state.set(name.slice(ENCODER.length), tensor);
  }
  const { set, normalisation } = workspace;
  const metrics = Object.fromEntries(
    Object.entries(facts.metrics ?? {}).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : null,
    ]),
  );
  await writeCheckpoint(path, {
    sections: new Map([[section, state]]),
    metadata: {
      format_version: CHECKPOINT_FORMAT_VERSION,
      ...facts,
      class_names: set.classNames,
      normalisation: normalisation.kind === "none" ? null : {
        kind: "train",
        mean: normalisation.mean,
        standard_deviation: normalisation.standardDeviation,
      },
      sampling_rate: set.samplingRate,
      signal_length: set.signalLength,
      leads: set.leads,
      metrics,
      software: `ssrl-ecg ${VERSION}`,
    },
  });
}

const ENCODER = "encoder.";

/** Writes `model` or `encoder` of a checkpoint into a model whose encoder has the prefix `encoder.`. */
export function loadWeights(
  checkpoint: Checkpoint,
  path: string,
  store: ParameterStore,
  wanted: readonly ("encoder" | "model")[] = ["model", "encoder"],
): "encoder" | "model" {
  const section = wanted.find((name) => checkpoint.sections.has(name));
  if (section === undefined) {
    const found = [...checkpoint.sections.keys()].map((name) => `"${name}"`).join(", ");
    throw new UserError(
      `Cannot load weights from ${path}: need the key ${
        wanted.map((name) => `"${name}"`).join(" or ")
      }, found ${found || "none"}`,
    );
  }
  const state = checkpoint.sections.get(section)!;
  const prefix = section === "encoder" ? ENCODER : "";
  const expected = store.stateShapes.filter(({ name }) => name.startsWith(prefix));
  matchStateDict(
    expected.map(({ name, shape }) => ({ name: name.slice(prefix.length), shape })),
    state,
    section === "encoder"
      ? `the encoder, from "encoder" of ${path}`
      : `the model, from "model" of ${path}`,
  );
  store.load([...state].map(([name, tensor]): HostValues => ({
    name: prefix + name,
    shape: tensor.shape,
    dtype: tensor.dtype === "int64" ? "int64" : "float32",
    data: tensor.dtype === "int64" ? tensor.data as BigInt64Array : asFloat32(tensor),
  })));
  return section;
}

/**
 * The normalisation to use with a checkpoint: its own; where it carries none (PyTorch's own files),
 * none, unless the flag says otherwise.
 */
export function normalisationFor(
  checkpoint: Checkpoint,
  flag: "train" | "none" | undefined,
): "train" | "none" | Normalisation {
  if (flag !== undefined) return flag;
  const { normalisation } = checkpoint.metadata;
  if (!normalisation || normalisation.kind === "none") return "none";
  return {
    kind: "train",
    mean: normalisation.mean,
    standardDeviation: normalisation.standard_deviation,
  };
}

/** Width of the encoder in a checkpoint's tensors, or 64. */
export function encoderWidth(checkpoint: Checkpoint): number {
  for (const state of checkpoint.sections.values()) {
    for (const prefix of ["", ENCODER]) {
      const first = state.get(`${prefix}features.0.block.0.weight`);
      if (first) return first.shape[0];
    }
  }
  return 64;
}

/** Classes of the head in a checkpoint's tensors, or undefined where there is none. */
export function headClasses(checkpoint: Checkpoint): number | undefined {
  return checkpoint.sections.get("model")?.get("head.weight")?.shape[0];
}

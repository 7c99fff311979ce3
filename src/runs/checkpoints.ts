/**
 * Between checkpoint files and models: what goes into a file, and what a model takes out of one.
 */

import { writeCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeSections } from "../models/describe_checkpoint.ts";
import { matchStateDict } from "../models/match_state_dict.ts";
import { encoderState } from "../models/registry.ts";
import {
  asFloat32,
  type Checkpoint,
  CHECKPOINT_FORMAT_VERSION,
  type CheckpointMetadata,
  type HostTensor,
  sourceOf,
  type StateDict,
} from "../checkpoint/state_dict.ts";
import type { Normalization } from "../data/signals/normalization.ts";
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
  const model = stateDictOf(await store.state());
  const state = section === "model" ? model : encoderState(model);
  const { set, normalization } = workspace;
  const metrics = Object.entries(facts.metrics ?? {})
    .map(([name, value]) => [name, Number.isFinite(value) ? value : null]);
  await writeCheckpoint(path, {
    sections: new Map([[section, state]]),
    metadata: {
      format_version: CHECKPOINT_FORMAT_VERSION,
      ...facts,
      class_names: set.classNames,
      normalisation: normalization.kind === "none" ? null : {
        kind: "train",
        mean: normalization.mean,
        standard_deviation: normalization.standardDeviation,
      },
      sampling_rate: set.samplingRate,
      signal_length: set.signalLength,
      leads: set.leads,
      metrics: Object.fromEntries(metrics),
      software: `ssrl-ecg ${VERSION}`,
    },
  });
}

/** Values of a parameter store as a state dict. */
export function stateDictOf(values: readonly HostValues[]): StateDict {
  return new Map(values.map(({ name, ...tensor }) => [name, tensor as HostTensor]));
}

const ENCODER = "encoder.";

/**
 * Where in a checkpoint weights are: key `encoder`; key `model`; or the entries of key `model` under
 * `encoder.`, which every model made of an encoder and something else has.
 */
export type WeightSource = "encoder" | "model" | "encoder of model";

/** The tensors at a place in a checkpoint, without prefix; undefined where there are none. */
export function weightsAt(checkpoint: Checkpoint, source: WeightSource): StateDict | undefined {
  if (source !== "encoder of model") return checkpoint.sections.get(source);
  const encoder = encoderState(checkpoint.sections.get("model") ?? new Map());
  return encoder.size > 0 ? encoder : undefined;
}

/**
 * The first of the wanted places that a checkpoint has.
 *
 * @throws {UserError} When it has none of them.
 */
export function chooseSource<Source extends WeightSource>(
  checkpoint: Checkpoint,
  wanted: readonly Source[],
): Source {
  const source = wanted.find((place) => weightsAt(checkpoint, place) !== undefined);
  if (source !== undefined) return source;
  const keys = wanted.map((place) =>
    place === "encoder of model" ? `"model" with entries under "${ENCODER}"` : `"${place}"`
  );
  throw new UserError(
    `Cannot load weights from ${sourceOf(checkpoint)}: need the key ${keys.join(" or ")}, found ` +
      describeSections(checkpoint),
    wanted.every((place) => place === "encoder") ? { remedy: "needs-encoder" } : undefined,
  );
}

/**
 * Writes the first of the wanted places that a checkpoint has into a model whose encoder has the
 * prefix `encoder.`.
 */
export function loadWeights<Source extends WeightSource>(
  checkpoint: Checkpoint,
  store: ParameterStore,
  wanted: readonly Source[],
): Source {
  const source = chooseSource(checkpoint, wanted);
  const key = source === "encoder" ? "encoder" : "model";
  const [part, prefix] = source === "model" ? ["model", ""] : ["encoder", ENCODER];
  const what = `the ${part}, from "${key}" of ${sourceOf(checkpoint)}`;
  loadState(store, weightsAt(checkpoint, source)!, what, prefix);
  return source;
}

/**
 * Writes a state dict into the tensors whose names begin with `prefix`, all of them.
 *
 * @param what The state dict in words, for messages.
 * @throws {UserError} When a name or a shape differs.
 */
export function loadState(
  store: ParameterStore,
  state: StateDict,
  what: string,
  prefix = "",
): void {
  const expected = store.stateShapes.filter(({ name }) => name.startsWith(prefix));
  matchStateDict(
    expected.map(({ name, shape }) => ({ name: name.slice(prefix.length), shape })),
    state,
    what,
  );
  store.load([...state].map(([name, tensor]): HostValues => ({
    name: prefix + name,
    shape: tensor.shape,
    dtype: tensor.dtype === "int64" ? "int64" : "float32",
    data: tensor.dtype === "int64" ? tensor.data as BigInt64Array : asFloat32(tensor),
  })));
}

/**
 * The normalization to use with a checkpoint: its own; where it carries none (PyTorch's own files),
 * none, unless the flag says otherwise.
 */
export function normalizationFor(
  checkpoint: Checkpoint,
  flag: "train" | "none" | undefined,
): "train" | "none" | Normalization {
  if (flag !== undefined) return flag;
  const { normalisation: normalization } = checkpoint.metadata;
  if (!normalization || normalization.kind === "none") return "none";
  return {
    kind: "train",
    mean: normalization.mean,
    standardDeviation: normalization.standard_deviation,
  };
}

/**
 * Checks that a checkpoint was trained at the rate of the data. Any length will do, since features are
 * averaged over time; another rate stretches every wave.
 *
 * @throws {UserError} Where the checkpoint states another rate.
 */
export function assertSamplingRate(
  { metadata, source }: Pick<Checkpoint, "metadata" | "source">,
  samplingRate: number,
): void {
  const { sampling_rate: rate } = metadata;
  if (rate === undefined || rate === samplingRate) return;
  const trained = `it was trained at ${rate} Hz, the data has ${samplingRate} Hz`;
  throw new UserError(`Cannot use ${sourceOf({ source })}: ${trained}`, {
    remedy: "other-sampling-rate",
    rate,
  });
}

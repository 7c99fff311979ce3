/** Opens the workspace of a command: device, records, normalization. */

import { dataSource } from "./console.ts";
import type { CommandContext } from "./flags/command.ts";
import type { DataOptions, DeviceOptions } from "./flags/training_flags.ts";
import type { Normalization } from "../data/signals/normalization.ts";
import { assertLabeled, type RecordSet } from "../data/signals/record_set.ts";
import { assertAllParts } from "../data/sampling/splits.ts";
import { type Device, openDevice } from "../runs/device.ts";
import { Workspace } from "../runs/workspace.ts";
import { openRecords } from "./open_records.ts";

/** Records of the cohort in place of PTB-XL, where a command has no size of its own. */
const COHORT_RECORDS = { software: 800, gpu: 2000 };

/** What a command wants of its workspace. */
export interface WorkspaceRequest {
  readonly flags: DataOptions & DeviceOptions;
  readonly context: Pick<CommandContext, "given">;
  readonly normalization: "train" | "none" | Normalization;
  /** An open device; absent: the one that the flags ask for. */
  readonly device?: Device;
  /** Records of the synthetic cohort. */
  readonly cohortRecords?: number;
  /** Refuse a data set in which training, validation or test part is empty. */
  readonly allParts?: boolean;
  /** Records without labels will do, as for pretraining. */
  readonly unlabeled?: boolean;
  /** More that must hold of the records; throws before anything is computed. */
  readonly check?: (set: RecordSet) => void;
}

/** Opens device and records: `using workspace = await openWorkspace(…)`. */
export async function openWorkspace(request: WorkspaceRequest): Promise<Workspace> {
  const { flags, context, normalization } = request;
  const device = request.device ?? await openDevice(flags);
  const records = request.cohortRecords ??
    COHORT_RECORDS[device.gpu.software ? "software" : "gpu"];
  const set = await openRecords(flags, context.given, records);
  if (request.allParts) assertAllParts(set);
  if (!request.unlabeled) assertLabeled(set);
  request.check?.(set);
  const origin = dataSource(flags, context.given);
  return await Workspace.open({ ...set, origin }, { normalization }, device);
}

/** The same for an experiment: labeled records, with a training, a validation and a test part. */
export function openExperimentWorkspace(
  flags: WorkspaceRequest["flags"] & { readonly normalize?: "train" | "none" },
  context: WorkspaceRequest["context"],
  normalization: WorkspaceRequest["normalization"] = flags.normalize ?? "train",
): Promise<Workspace> {
  return openWorkspace({ flags, context, normalization, allParts: true });
}

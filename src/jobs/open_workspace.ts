/**
 * How commands come to a workspace: device, records, normalisation.
 *
 * @module
 */

import type { CommandContext } from "../cli/command.ts";
import type { DataOptions, DeviceOptions } from "../cli/training_flags.ts";
import type { Normalisation } from "../data/normalisation.ts";
import type { RecordSet } from "../data/record_set.ts";
import { chooseDevice, type Gpu } from "../gpu/device.ts";
import { KernelLibrary } from "../gpu/kernels.ts";
import { assertAllParts, assertLabelled, COHORT_SEED, openRecords } from "./data_source.ts";
import { Workspace } from "./workspace.ts";

/** An open device with its kernels. */
export interface Device {
  readonly gpu: Gpu;
  readonly kernels: KernelLibrary;
}

/** Records of the cohort that stands in for PTB-XL, where a command has no size of its own. */
const COHORT_RECORDS = { software: 800, gpu: 2000 };

/** Opens the device that the flags ask for. */
export async function openDevice({ adapter, noTune }: DeviceOptions): Promise<Device> {
  const gpu = await chooseDevice({ adapter });
  return { gpu, kernels: new KernelLibrary(gpu, noTune ? { enabled: false } : {}) };
}

/** What a command wants of its workspace. */
export interface WorkspaceRequest {
  readonly flags: DataOptions & DeviceOptions;
  readonly context: Pick<CommandContext, "given">;
  readonly normalisation: "train" | "none" | Normalisation;
  /** An open device; absent: the one that the flags ask for. */
  readonly device?: Device;
  /** Records of the synthetic cohort. */
  readonly cohortRecords?: number;
  /** Refuse a data set in which training, validation or test part is empty. */
  readonly allParts?: boolean;
  /** Records without labels will do, as for pretraining. */
  readonly unlabelled?: boolean;
  /** More that must hold of the records; throws before anything is computed. */
  readonly check?: (set: RecordSet) => void;
}

/** Opens device and records; the caller ends with `destroy()`. */
export async function openWorkspace(request: WorkspaceRequest): Promise<Workspace> {
  const { flags, context, normalisation } = request;
  const device = request.device ?? await openDevice(flags);
  const set = await openRecords({
    ...flags,
    explicit: context.given.has("data-root"),
    synthetic: {
      records: request.cohortRecords ?? COHORT_RECORDS[device.gpu.software ? "software" : "gpu"],
      seed: COHORT_SEED,
    },
  });
  if (request.allParts) assertAllParts(set);
  if (!request.unlabelled) assertLabelled(set);
  request.check?.(set);
  return await Workspace.open(set, { normalisation }, device);
}

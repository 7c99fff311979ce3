/** A workspace of a few short records, small enough that an epoch takes a fraction of a second. */

import { assertEquals } from "@std/assert";
import type { AugmentationConfigName } from "../../src/augment/augmentations.ts";
import type { RecordSet } from "../../src/data/signals/record_set.ts";
import { synthesizeCohort } from "../../src/data/synthetic/cohort.ts";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { eventFiles } from "../../src/runs/event_file.ts";
import {
  pretrain,
  type PretrainOptions,
  type PretrainResult,
} from "../../src/training/pretrain.ts";
import { simclr } from "../../src/methods/simclr.ts";
import type { TrainClassifierOptions } from "../../src/training/train_classifier.ts";
import { Workspace } from "../../src/runs/workspace.ts";
import { readEvents } from "../runs/tensorboard/read_events.ts";

/** Records 1.28 s long, 32 of them for training. */
export function smallSet(): RecordSet {
  return synthesizeCohort({ records: 40, seed: 5, duration: 1.28 });
}

/** Runs `body` with an open workspace and a folder for its files. */
export async function withSmallWorkspace(
  body: (workspace: Workspace, folder: string) => Promise<void>,
  normalization: "train" | "none" = "train",
): Promise<void> {
  const gpu = await chooseDevice({ warn: () => {} });
  // No measurements: two runs must use the same kernels wherever the tests run.
  const kernels = new KernelLibrary(gpu, { enabled: false });
  const folder = await Deno.makeTempDir({ prefix: "jobs_" });
  try {
    const workspace = await Workspace.open(smallSet(), { normalization }, { gpu, kernels });
    try {
      await body(workspace, folder);
    } finally {
      workspace.destroy();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where a run writes. */
export interface RunFiles {
  readonly out: string;
  readonly runFolder: string;
}

/** Settings of a pretraining run into `folder`/`name`. */
export function pretrainOptions(folder: string, name: string): PretrainOptions & RunFiles {
  return {
    epochs: 3,
    batchSize: 16,
    seed: 7,
    out: `${folder}/${name}.pt`,
    runFolder: `${folder}/${name}`,
  };
}

/** Pretrains a small SimCLR. */
export function pretrainSimclr(
  workspace: Workspace,
  options: PretrainOptions,
  config: AugmentationConfigName = "full",
): Promise<PretrainResult> {
  return pretrain(workspace, simclr, {
    ...options,
    settings: { temperature: 0.1, projection: 16, config },
  });
}

/** Settings of a supervised run into `folder`/`name`. */
export function classifierOptions(folder: string, name: string): TrainClassifierOptions & RunFiles {
  return {
    epochs: 4,
    batchSize: 16,
    learningRate: 3e-3,
    balancing: "oversample",
    seed: 7,
    out: `${folder}/${name}.pt`,
    runFolder: `${folder}/${name}`,
  };
}

/** Rows of a run's `metrics.jsonl` without the times, which differ from run to run. */
export function timelessRows(runFolder: string): Record<string, unknown>[] {
  return Deno.readTextFileSync(`${runFolder}/metrics.jsonl`).trimEnd().split("\n").map((line) => {
    const row = JSON.parse(line) as Record<string, unknown>;
    delete row.seconds;
    delete row.records_per_second;
    return row;
  });
}

/** Steps and values of a run's event file; without the times, which differ from run to run. */
export function timelessEvents(runFolder: string): { step: number; scalars: object }[] {
  const files = eventFiles(runFolder);
  assertEquals(files.length, 1, "one event file, however often the run was stopped");
  return readEvents(Deno.readFileSync(`${runFolder}/${files[0]}`))
    .map(({ step, scalars }) => {
      const { "epoch/seconds": _, "epoch/records_per_second": __, ...timeless } = scalars;
      return { step, scalars: timeless };
    })
    // The version and the session stand where the run was opened.
    .filter(({ scalars }) => Object.keys(scalars).length > 0);
}

/** A signal that a run can be stopped with from its own events. */
export function stopper(): { signal: AbortSignal; stop: () => void; reason: Error } {
  const controller = new AbortController();
  const reason = new Error("stopped by the test");
  return { signal: controller.signal, stop: () => controller.abort(reason), reason };
}

/**
 * The pretraining job of SimCLR: unlabelled folds 1–8, then a linear probe beside a random encoder's.
 *
 * @module
 */

import { augmentationConfig, type AugmentationConfigName } from "../augment/augmentations.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { epochOrder } from "../data/batches.ts";
import { ParameterStore } from "../layers/parameters.ts";
import { SimclrMethod } from "../methods/simclr.ts";
import { Simclr } from "../models/simclr.ts";
import { loadWeights, saveCheckpoint } from "./checkpoints.ts";
import { probeEncoder, probeRandomEncoder, type ProbeResult } from "./probe.ts";
import { RESULT_FILE, RunFolder } from "./run_folder.ts";
import {
  assertEpochsLeft,
  assertMayRun,
  dataSettings,
  dropRunState,
  readRunState,
  SAVE_EVERY_SECONDS,
  StateKeeper,
} from "./run_state.ts";
import { type EpochResult, Trainer } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

/** Settings of {@linkcode pretrainSimclr}. */
export interface PretrainSimclrOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly temperature: number;
  readonly projection: number;
  readonly config: AugmentationConfigName;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly logEvery: number;
  /** Checkpoint to write, key `encoder`. */
  readonly out: string;
  /** Checkpoint to start from. */
  readonly init?: string;
  readonly runFolder: string;
  /** Go on from the state in `runFolder`. */
  readonly resume: boolean;
  /** Seconds between two savings of the state for resuming; default 20. */
  readonly saveEverySeconds?: number;
  readonly signal?: AbortSignal;
  readonly events?: PretrainEvents;
}

/** What a job tells whoever watches it. */
export interface PretrainEvents {
  prepared?(facts: { parameters: number; arenaBytes: number; resumedAfter: number }): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epoch?(epoch: number, result: EpochResult): void;
  probing?(): void;
}

/** What the job gives. */
export interface PretrainResult {
  /** Mean loss of every epoch run now. */
  readonly epochLosses: readonly number[];
  /** Loss of every step run now. */
  readonly stepLosses: readonly number[];
  readonly recordsPerSecond: number;
  readonly probe: ProbeResult;
  readonly randomProbe: ProbeResult;
}

/**
 * Pretrains an encoder with SimCLR on the training folds, writes its checkpoint (key `encoder`), and
 * probes it beside a random encoder.
 *
 * @param workspace Device and records; see {@linkcode Workspace.open}.
 * @throws {UserError} When the step does not fit the adapter, a file cannot be read or written, or
 * training diverges. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { pretrainSimclr, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalisation: "train" });
 * const { epochLosses } = await pretrainSimclr(workspace, {
 *   epochs: 1,
 *   batchSize: 16,
 *   learningRate: 1e-3,
 *   temperature: 0.07,
 *   projection: 128,
 *   config: "full",
 *   seed: 42,
 *   shuffle: true,
 *   logEvery: 20,
 *   out: `${folder}/encoder.pt`,
 *   runFolder: `${folder}/run`,
 *   resume: false,
 * });
 * console.assert(epochLosses.length === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function pretrainSimclr(
  workspace: Workspace,
  options: PretrainSimclrOptions,
): Promise<PretrainResult> {
  const { seed, batchSize, epochs, events, saveEverySeconds = SAVE_EVERY_SECONDS } = options;
  const settings = { ...resumeSettings(options), ...dataSettings(workspace) };
  const initial = options.init === undefined ? undefined : await readCheckpoint(options.init);
  const store = new ParameterStore();
  const model = new Simclr(store, { projection: options.projection });
  store.allocate(workspace.gpu, seed);
  let trainer: Trainer | undefined;
  let folder: RunFolder | undefined;
  let keeper: StateKeeper | undefined;
  try {
    if (initial) loadWeights(initial, options.init!, store);
    const method = new SimclrMethod(store, model, {
      temperature: options.temperature,
      augmentations: augmentationConfig(options.config),
    });
    trainer = new Trainer(workspace, method, {
      batchSize: Math.min(batchSize, workspace.split.train.length),
      learningRate: options.learningRate,
      seed,
      logEvery: options.logEvery,
      signal: options.signal,
    });
    assertMayRun(options.runFolder, options.resume);
    const stored = options.resume ? await readRunState(options.runFolder, settings) : undefined;
    const done = stored?.epoch ?? 0;
    assertEpochsLeft(options.runFolder, done, epochs);
    folder = RunFolder.open(options.runFolder, done);
    await folder.writeJson("config.json", {
      command: "train-simclr",
      data: workspace.set.source,
      adapter: workspace.gpu.name,
      ...settings,
      epochs,
      out: options.out,
    });
    await trainer.prepare(workspace.split.train.length);
    stored?.restore(trainer);
    events?.prepared?.({
      parameters: store.count,
      arenaBytes: trainer.arenaBytes,
      resumedAfter: done,
    });
    const results: EpochResult[] = [];
    keeper = new StateKeeper(folder, trainer, settings, done, saveEverySeconds);
    for (let epoch = done + 1; epoch <= epochs; epoch++) {
      const result = await trainer.epoch({
        epoch,
        order: epochOrder({
          indices: workspace.split.train,
          batchSize,
          seed,
          epoch,
          shuffle: options.shuffle,
        }),
        onSteps: (steps, total, loss) => events?.steps?.(epoch, steps, total, loss),
        onRows: (rows) => folder!.append(rows),
      });
      results.push(result);
      folder.append([{
        epoch,
        train_loss: result.loss,
        seconds: result.seconds,
        records_per_second: result.recordsPerSecond,
      }]);
      events?.epoch?.(epoch, result);
      if (epoch < epochs) await keeper.epochDone(epoch);
    }
    await saveCheckpoint(options.out, "encoder", store, workspace, {
      method: "simclr",
      architecture: {
        name: "ECGEncoder1DCNN",
        in_channels: model.encoder.inputs,
        width: model.encoder.width,
      },
      seed,
      epoch: epochs,
    });
    await dropRunState(folder);
    events?.probing?.();
    const probe = await probeEncoder(workspace, model.encoder, { seed });
    const randomProbe = await probeRandomEncoder(workspace, { width: model.encoder.width, seed });
    const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
    const epochLosses = results.map(({ loss }) => loss);
    await folder.writeJson(RESULT_FILE, {
      epoch_losses: epochLosses,
      checkpoint: options.out,
      probe: describeProbe(probe),
      random_probe: describeProbe(randomProbe),
    });
    return {
      epochLosses,
      stepLosses: results.flatMap(({ losses }) => losses),
      recordsPerSecond: results.length * workspace.split.train.length / seconds,
      probe,
      randomProbe,
    };
  } catch (error) {
    if (options.signal?.aborted) await keeper?.stopped();
    throw error;
  } finally {
    folder?.close();
    keeper?.destroy();
    trainer?.destroy();
    store.destroy();
  }
}

function describeProbe({ test, validationAuroc, l2, aurocAtUnitC }: ProbeResult) {
  return { test, validation_auroc: validationAuroc, l2, test_auroc_at_unit_c: aurocAtUnitC };
}

/** The settings on which a run's bits depend. */
function resumeSettings(options: PretrainSimclrOptions): Record<string, JsonValue> {
  const { batchSize, learningRate, temperature, projection, config, seed, shuffle, init } = options;
  return {
    batchSize,
    learningRate,
    temperature,
    projection,
    config,
    seed,
    shuffle,
    init: init ?? null,
  };
}

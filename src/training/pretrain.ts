/**
 * Pretraining with any method: unlabeled folds 1–8, watched by a monitor, then a linear probe beside a
 * random encoder's, where there are labels.
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { epochOrder } from "../data/sampling/batches.ts";
import { hasLabels } from "../data/signals/record_set.ts";
import { ParameterStore } from "../layers/parameters.ts";
import { trainedCount } from "../methods/method.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import type { EncoderChoice } from "../models/encoders.ts";
import { loadWeights, saveCheckpoint } from "../runs/checkpoints.ts";
import { CollapseAlarm } from "./collapse_alarm.ts";
import { type OnlineProbeOptions, PretrainMonitor } from "./pretrain_monitor.ts";
import { reconstructionFile, ReconstructionPictures } from "./reconstruction_pictures.ts";
import {
  describeProbe,
  probeEncoder,
  probeRandomEncoder,
  type ProbeResult,
} from "../evaluation/probe.ts";
import { type MetricsRow, RESULT_FILE } from "../results/run_files.ts";
import type { EpochResult } from "../runs/trainer.ts";
import {
  resolveRunOptions,
  type RunFacts,
  type RunOptions,
  runTraining,
  type TrainingHistory,
} from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode pretrain}. */
export interface PretrainOptions<Settings = Record<never, never>> extends RunOptions {
  /** Settings of the method; those left out have its defaults. */
  readonly settings?: Partial<Settings>;
  /** The encoder to pretrain, where it is not the usual one. */
  readonly encoder?: EncoderChoice;
  /** Probes the encoder before the first epoch and after every so many; absent: only at the end. */
  readonly onlineProbe?: OnlineProbeOptions;
  readonly events?: PretrainEvents;
}

/** What a run tells whoever watches it. */
export interface PretrainEvents {
  prepared?(facts: RunFacts & { encoder: string; parameters: number; trained: number }): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  /** The network was probed before the first epoch. */
  untrained?(probeAuroc: number): void;
  epoch?(epoch: number, result: EpochResult & EpochObservation): void;
  /** What the user should know, such as that something is wrong with the run, in a sentence. */
  warning?(text: string): void;
  /** The final probes begin. */
  probing?(): void;
}

/** What the monitor saw after an epoch. */
export interface EpochObservation {
  /** Spread of the embeddings of validation records as a share of 1/√d; see `embeddingSpread`. */
  readonly spread?: number;
  /** Macro AUROC of the online probe on fold 9, where one was due. */
  readonly probeAuroc?: number;
}

/** What a run gives. */
export interface PretrainResult extends TrainingHistory {
  /** Absent where the records have no labels. */
  readonly probes?: {
    readonly trained: ProbeResult;
    /** Of an encoder with random weights. */
    readonly random: ProbeResult;
  };
  /** Picture after the last epoch in the run folder, where the method gives signals back. */
  readonly reconstruction?: string;
  /** Macro AUROC of the online probe on fold 9, earlier parts of the run included; epoch 0 untrained. */
  readonly probeCurve: readonly { readonly epoch: number; readonly auroc: number }[];
}

/**
 * Pretrains an encoder on the training folds and writes its checkpoint (key `encoder`). Where there
 * are labels, probes it beside a random encoder. After every epoch the spread of the embeddings goes
 * to `metrics.jsonl`, and a warning is given when the network collapses.
 *
 * @param workspace Device and records; see {@linkcode Workspace.open}.
 * @param method What is trained, such as {@linkcode simclr}.
 * @throws {UserError} When the step does not fit the adapter, a file cannot be read or written, or
 * training diverges. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { pretrain, simclr, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { epochLosses } = await pretrain(workspace, simclr, {
 *   settings: { temperature: 0.1 },
 *   epochs: 1,
 *   batchSize: 16,
 *   runFolder: folder,
 * });
 * assert(epochLosses.length === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function pretrain<Settings>(
  workspace: Workspace,
  method: PretrainingMethod<Settings>,
  given: PretrainOptions<Settings> = {},
): Promise<PretrainResult> {
  const command = `train-${method.name}`;
  const { events, onlineProbe } = given;
  const sizes = { epochs: method.epochs, batchSize: method.batchSize };
  const options = resolveRunOptions(given, { command, ...sizes, section: "encoder" });
  const { seed, batchSize, shuffle, init } = options;
  const { set, split: { train } } = workspace;
  const settings = settingsOf(method, given.settings ?? {}, set.samplingRate);
  const initial = init === undefined ? undefined : await readCheckpoint(init);
  const store = new ParameterStore();
  const { patients } = set;
  const step = method.build({ store, settings, encoder: given.encoder, patients, train });
  const { encoder, reconstruction } = step;
  const monitor = new PretrainMonitor(workspace, step, seed, onlineProbe);
  let pictures: ReconstructionPictures | undefined;
  const alarm = new CollapseAlarm();
  const probeRows: MetricsRow[] = [];
  const finalProbes = async () => {
    events?.probing?.();
    return {
      trained: await probeEncoder(workspace, encoder, { seed }),
      random: await probeRandomEncoder(workspace, encoder, { seed }),
    };
  };
  store.allocate(workspace.gpu, seed);
  try {
    if (initial) {
      const section = loadWeights(initial, store, ["model", "encoder"]);
      if (section === "encoder") await step.encoderLoaded?.();
    }
    return await runTraining({
      command,
      workspace,
      method: step,
      options,
      settings: {
        ...settings,
        ...(given.encoder && { encoder: encoder.kind.name, width: encoder.width }),
      },
      records: train.length,
      order: (epoch) => epochOrder({ indices: train, batchSize, seed, epoch, shuffle }),
      async prepare() {
        if (reconstruction) pictures = await ReconstructionPictures.open(workspace, reconstruction);
        await monitor.prepare();
      },
      async prepared(facts, { folder }) {
        events?.prepared?.({
          ...facts,
          encoder: encoder.describe(),
          parameters: store.count,
          trained: trainedCount(step),
        });
        if (step.remark) events?.warning?.(step.remark);
        probeRows.push(...folder.kept.filter((row) => row.probe_auroc !== undefined));
        if (facts.resumedAfter > 0 || !monitor.probesAfter(0)) return;
        const probeAuroc = await monitor.probeAuroc(0);
        const row = { epoch: 0, probe_auroc: probeAuroc };
        folder.append([row]);
        probeRows.push(row);
        events?.untrained?.(probeAuroc);
      },
      steps: (...progress) => events?.steps?.(...progress),
      async afterEpoch(epoch, result, { folder, trainer }) {
        await pictures?.draw(epoch, folder);
        const spread = await monitor.spread(epoch);
        const probeAuroc = monitor.probesAfter(epoch) ? await monitor.probeAuroc(epoch) : undefined;
        const row = {
          ...(spread !== undefined && { embedding_spread: spread }),
          ...(probeAuroc !== undefined && { probe_auroc: probeAuroc }),
        };
        if (probeAuroc !== undefined) probeRows.push({ epoch, ...row });
        events?.epoch?.(epoch, { ...result, spread, probeAuroc });
        const warning = spread === undefined ? undefined : alarm.warning(spread, trainer.steps);
        if (warning !== undefined) events?.warning?.(warning);
        return { row };
      },
      async finish(history, { folder }) {
        await saveCheckpoint(options.out, "encoder", store, workspace, {
          method: method.name,
          architecture: {
            name: encoder.kind.name,
            in_channels: encoder.inputs,
            width: encoder.width,
          },
          seed,
          epoch: options.epochs,
        });
        const probes = hasLabels(set) ? await finalProbes() : undefined;
        if (probes) {
          folder.noteResult("probe", { ...probes.trained.test }, options.epochs);
          folder.noteResult("random_probe", { ...probes.random.test }, options.epochs);
        }
        await folder.writeJson(RESULT_FILE, {
          epoch_losses: history.epochLosses,
          checkpoint: options.out,
          ...(probes && {
            probe: describeProbe(probes.trained),
            random_probe: describeProbe(probes.random),
          }),
        });
        const probeCurve = probeRows.map(({ epoch, probe_auroc }) => ({
          epoch: Number(epoch),
          // Files hold null for what is not defined.
          auroc: probe_auroc === null ? NaN : Number(probe_auroc),
        }));
        return {
          ...history,
          probeCurve,
          probes,
          reconstruction: pictures && reconstructionFile(options.epochs),
        };
      },
    });
  } finally {
    monitor.destroy();
    pictures?.destroy();
    store.destroy();
  }
}

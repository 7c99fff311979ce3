/**
 * Leave-one-out ablation of the augmentations: SimCLR pretrained with each configuration and seed,
 * judged by a linear probe and by fine-tuning on few labels.
 *
 * @module
 */

import { join } from "node:path";
import type { AugmentationConfigName } from "../augment/augmentations.ts";
import { type MeanInterval, meanInterval } from "../stats/mean_interval.ts";
import { finiteOrNull } from "../results/finite_or_null.ts";
import { pretrain } from "../training/pretrain.ts";
import { dataSettings, isUnfinished } from "../runs/run_state.ts";
import { simclr } from "../methods/simclr.ts";
import { runOnce } from "./sweep.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode ablation}. */
export interface AblationOptions {
  readonly configs: readonly AugmentationConfigName[];
  readonly seeds: readonly number[];
  /** Of pretraining. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly finetuneEpochs: number;
  readonly labelFraction: number;
  /** Folder of all runs. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** For the runs' `config.json`. */
  readonly commandLine?: string;
  readonly events?: {
    /** Before a part of a run that is not done yet. */
    part?(identity: AblationIdentity, part: "pretraining" | "fine-tuning"): void;
    epoch?(epoch: number, loss: number): void;
    done?(run: AblationRun, fresh: boolean, index: number, total: number): void;
  };
}

/** Which run it is. */
export interface AblationIdentity {
  readonly config: AugmentationConfigName;
  readonly seed: number;
}

/** Result of one configuration with one seed; test macro AUROC, NaN where it is not defined. */
export interface AblationRun extends AblationIdentity {
  readonly probe: number;
  readonly randomProbe: number;
  readonly finetuned: number;
}

/** What a configuration loses or gains against another one, seed by seed. */
export interface AblationDelta {
  readonly config: AugmentationConfigName;
  readonly probe: MeanInterval;
  readonly finetuned: MeanInterval;
}

/**
 * Pretrains, probes and fine-tunes every configuration with every seed. What is done already is read
 * from the folder; what was stopped goes on.
 */
export async function ablation(
  workspace: Workspace,
  options: AblationOptions,
): Promise<AblationRun[]> {
  const { seeds, configs, events } = options;
  const identities = seeds.flatMap((seed) => configs.map((config) => ({ config, seed })));
  const runs: AblationRun[] = [];
  for (const [index, identity] of identities.entries()) {
    const { run, fresh } = await runConfiguration(workspace, identity, options);
    runs.push(run);
    events?.done?.(run, fresh, index, identities.length);
  }
  return runs;
}

async function runConfiguration(
  workspace: Workspace,
  identity: AblationIdentity,
  options: AblationOptions,
): Promise<{ run: AblationRun; fresh: boolean }> {
  const { config, seed } = identity;
  const { epochs, batchSize, finetuneEpochs, labelFraction, folder, events } = options;
  const runFolder = (part: string) => join(folder, `${config}_seed${seed}_${part}`);
  const encoder = join(folder, `${config}_seed${seed}.safetensors`);
  const { signal, commandLine } = options;
  const shared = {
    seed,
    shuffle: true,
    logEvery: 100,
    learningRate: 1e-3,
    ...(signal ? { signal } : {}),
    ...(commandLine === undefined ? {} : { commandLine }),
  };
  const onEpoch = (epoch: number, { loss }: { loss: number }) => events?.epoch?.(epoch, loss);
  const pretraining = { config, seed, epochs, batchSize, ...dataSettings(workspace) };
  const pretrained = await runOnce(runFolder("pretraining"), pretraining, async () => {
    events?.part?.(identity, "pretraining");
    const { probes } = await pretrain(workspace, simclr, {
      settings: { config },
      ...shared,
      epochs,
      batchSize,
      out: encoder,
      runFolder: runFolder("pretraining"),
      resume: isUnfinished(runFolder("pretraining")),
      events: { epoch: onEpoch },
    });
    return {
      probe: finiteOrNull(probes?.trained.test.auroc_macro ?? NaN),
      random_probe: finiteOrNull(probes?.random.test.auroc_macro ?? NaN),
    };
  });
  const finetuning = { ...pretraining, finetuneEpochs, labelFraction };
  const finetuned = await runOnce(runFolder("finetuning"), finetuning, async () => {
    events?.part?.(identity, "fine-tuning");
    const { test } = await trainClassifier(workspace, {
      ...shared,
      command: "ablation",
      method: "finetune",
      epochs: finetuneEpochs,
      batchSize: 64,
      labelFraction,
      loss: "focal",
      balancing: "oversample",
      freezeEncoder: false,
      encoderCheckpoint: encoder,
      out: join(folder, `${config}_seed${seed}_finetuned.safetensors`),
      runFolder: runFolder("finetuning"),
      resume: isUnfinished(runFolder("finetuning")),
      events: { epoch: onEpoch },
    });
    return finiteOrNull(test.auroc_macro);
  });
  return {
    run: {
      ...identity,
      probe: pretrained.result.probe ?? NaN,
      randomProbe: pretrained.result.random_probe ?? NaN,
      finetuned: finetuned.result ?? NaN,
    },
    fresh: pretrained.fresh || finetuned.fresh,
  };
}

/** Differences of every other configuration to `reference`, paired by seed. */
export function ablationDeltas(
  runs: readonly AblationRun[],
  reference: AugmentationConfigName,
): AblationDelta[] {
  const base = new Map(
    runs.filter(({ config }) => config === reference).map((run) => [run.seed, run]),
  );
  const others = [...new Set(runs.map(({ config }) => config))].filter((name) =>
    name !== reference
  );
  return others.map((config) => {
    const own = runs.filter((run) => run.config === config && base.has(run.seed));
    const delta = (metric: "probe" | "finetuned") =>
      meanInterval(own.map((run) => run[metric] - base.get(run.seed)![metric]));
    return { config, probe: delta("probe"), finetuned: delta("finetuned") };
  });
}

/**
 * Leave-one-out ablation of the augmentations: SimCLR pretrained with each configuration and seed,
 * then a linear probe, then fine-tuning on few labels.
 *
 * @module
 */

import { join } from "node:path";
import type { AugmentationConfigName } from "../augment/augmentations.ts";
import { simclr } from "../methods/simclr.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { type MeanInterval, meanInterval } from "../stats/mean_interval.ts";
import { pretrain } from "../training/pretrain.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Cell, Experiment } from "./experiment.ts";
import { classifierWork, pretrainingWork, trainingOptions } from "./training_cells.ts";

/** Settings of {@linkcode planAblation}. */
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
}

interface Part<Result> extends Cell<Result> {
  readonly config: AugmentationConfigName;
  readonly seed: number;
}

/** Test macro AUROC of linear probes, NaN where it is not defined. */
export interface AblationPretraining
  extends Part<{ readonly probe: number; readonly random_probe: number }> {
  readonly part: "pretraining";
}

/** Test macro AUROC, NaN where it is not defined. */
export interface AblationFinetuning extends Part<number> {
  readonly part: "fine-tuning";
  readonly needs: readonly [AblationPretraining];
}

/** Pretraining, or fine-tuning of what it gave. */
export type AblationCell = AblationPretraining | AblationFinetuning;

/** Result of one configuration with one seed; test macro AUROC, NaN where it is not defined. */
export interface AblationRun {
  readonly config: AugmentationConfigName;
  readonly seed: number;
  readonly probe: number;
  readonly randomProbe: number;
  readonly finetuned: number;
}

/** Change of a configuration's AUROC against another one, paired by seed. */
export interface AblationDelta {
  readonly config: AugmentationConfigName;
  readonly probe: MeanInterval;
  readonly finetuned: MeanInterval;
}

/** Every configuration with every seed: a pretraining and a fine-tuning. */
export function planAblation(workspace: Workspace, options: AblationOptions): AblationCell[] {
  const { epochs, batchSize, finetuneEpochs, labelFraction, folder } = options;
  const pair = (config: AugmentationConfigName, seed: number): AblationCell[] => {
    const run = `${config}_seed${seed}`;
    const encoder = join(folder, `${run}.safetensors`);
    const settings = { config, seed, epochs, batchSize, ...dataSettings(workspace) };
    const shared = { seed, learningRate: 1e-3 };
    const pretraining: AblationPretraining = {
      name: `${run}_pretraining`,
      title: `${config}, seed ${seed}, pretraining`,
      folder: join(folder, `${run}_pretraining`),
      part: "pretraining",
      config,
      seed,
      settings,
      work: pretrainingWork(workspace, "simclr", epochs),
      async run(context) {
        const { probes } = await pretrain(workspace, simclr, {
          settings: { config },
          ...shared,
          ...trainingOptions(context),
          epochs,
          batchSize,
          out: encoder,
        });
        return {
          probe: probes?.trained.test.auroc_macro ?? NaN,
          random_probe: probes?.random.test.auroc_macro ?? NaN,
        };
      },
    };
    return [pretraining, {
      name: `${run}_finetuning`,
      title: `${config}, seed ${seed}, fine-tuning`,
      folder: join(folder, `${run}_finetuning`),
      part: "fine-tuning",
      config,
      seed,
      settings: { ...settings, finetuneEpochs, labelFraction },
      needs: [pretraining],
      work: classifierWork(workspace, finetuneEpochs, labelFraction),
      async run(context) {
        const { test } = await trainClassifier(workspace, {
          ...shared,
          ...trainingOptions(context),
          command: "ablation",
          method: "finetune",
          epochs: finetuneEpochs,
          batchSize: 64,
          labelFraction,
          loss: "focal",
          balancing: "oversample",
          freezeEncoder: false,
          encoderCheckpoint: encoder,
          out: join(folder, `${run}_finetuned.safetensors`),
        });
        return test.auroc_macro;
      },
    }];
  };
  return options.seeds.flatMap((seed) => options.configs.flatMap((config) => pair(config, seed)));
}

/** The runs that are done, both parts. */
export function ablationRuns(experiment: Experiment<AblationCell>): AblationRun[] {
  return experiment.cells.flatMap((cell) => {
    if (cell.part === "pretraining") return [];
    const probes = experiment.result(cell.needs[0]);
    const finetuned = experiment.result(cell);
    if (probes === undefined || finetuned === undefined) return [];
    return [{
      config: cell.config,
      seed: cell.seed,
      probe: probes.probe,
      randomProbe: probes.random_probe,
      finetuned,
    }];
  });
}

/** Differences of every other configuration to `reference`, paired by seed. */
export function ablationDeltas(
  runs: readonly AblationRun[],
  reference: AugmentationConfigName,
): AblationDelta[] {
  const base = new Map(
    runs.filter(({ config }) => config === reference).map((run) => [run.seed, run]),
  );
  const others = new Set(runs.map(({ config }) => config).filter((name) => name !== reference));
  return [...others].map((config) => {
    const own = runs.filter((run) => run.config === config && base.has(run.seed));
    const delta = (metric: "probe" | "finetuned") =>
      meanInterval(own.map((run) => run[metric] - base.get(run.seed)![metric]));
    return { config, probe: delta("probe"), finetuned: delta("finetuned") };
  });
}

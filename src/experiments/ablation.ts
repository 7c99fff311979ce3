/**
 * Leave-one-out ablation of the augmentations: SimCLR pretrained with each configuration and seed,
 * then a linear probe, then fine-tuning on few labels.
 */

import { join } from "node:path";
import type { AugmentationConfigName } from "../augment/augmentations.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { meanInterval } from "../stats/mean_interval.ts";
import type { Experiment } from "./experiment.ts";
import { classifierCell, pretrainingCell } from "./training_cells.ts";

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

/** Every configuration with every seed: a pretraining, and the fine-tuning of its encoder. */
export function planAblation(workspace: Workspace, options: AblationOptions) {
  const { epochs, batchSize, finetuneEpochs, labelFraction, folder } = options;
  const pair = (config: AugmentationConfigName, seed: number) => {
    const run = `${config}_seed${seed}`;
    const encoder = join(folder, `${run}.safetensors`);
    const settings = { config, seed, epochs, batchSize, ...dataSettings(workspace) };
    const shared = { seed, learningRate: 1e-3 };
    const pretraining = pretrainingCell(
      workspace,
      "simclr",
      {
        part: "pretraining" as const,
        name: `${run}_pretraining`,
        title: `${config}, seed ${seed}, pretraining`,
        folder: join(folder, `${run}_pretraining`),
        config,
        seed,
        settings,
      },
      { ...shared, settings: { config }, epochs, batchSize, out: encoder },
      ({ probes }) => ({
        probe: probes?.trained.test.auroc_macro ?? NaN,
        random_probe: probes?.random.test.auroc_macro ?? NaN,
      }),
    );
    const finetuning = classifierCell(workspace, {
      part: "fine-tuning" as const,
      name: `${run}_finetuning`,
      title: `${config}, seed ${seed}, fine-tuning`,
      folder: join(folder, `${run}_finetuning`),
      config,
      seed,
      settings: { ...settings, finetuneEpochs, labelFraction },
      needs: [pretraining] as const,
    }, {
      ...shared,
      command: "ablation",
      method: "finetune",
      epochs: finetuneEpochs,
      batchSize: 64,
      labelFraction,
      loss: "focal",
      balancing: "oversample",
      encoderCheckpoint: encoder,
      out: join(folder, `${run}_finetuned.safetensors`),
    }, ({ test }) => test.auroc_macro);
    return [pretraining, finetuning];
  };
  return options.seeds.flatMap((seed) => options.configs.flatMap((config) => pair(config, seed)));
}

/** Pretraining, or fine-tuning of what it gave. */
export type AblationCell = ReturnType<typeof planAblation>[number];

/** Test macro AUROC of one configuration with one seed, NaN where it is not defined. */
export type AblationRun = ReturnType<typeof ablationRuns>[number];

/** The runs of which both parts are done. */
export function ablationRuns(experiment: Experiment<AblationCell>) {
  return experiment.cells.flatMap((cell) => {
    if (cell.part === "pretraining") return [];
    const { config, seed, needs } = cell;
    const [probes, finetuned_auroc] = [experiment.result(needs[0]), experiment.result(cell)];
    if (probes === undefined || finetuned_auroc === undefined) return [];
    const { probe: probe_auroc, random_probe: random_probe_auroc } = probes;
    return [{ config, seed, probe_auroc, random_probe_auroc, finetuned_auroc }];
  });
}

/** Changes of every other configuration against `reference`, paired by seed. */
export function ablationDeltas(runs: readonly AblationRun[], reference: string) {
  const base = runs.filter(({ config }) => config === reference);
  const change = (config: string, metric: "probe_auroc" | "finetuned_auroc") => {
    const { n, mean, standardDeviation, low, high } = meanInterval(
      runs.filter((run) => run.config === config).flatMap((run) =>
        base.filter(({ seed }) => seed === run.seed).map((own) => run[metric] - own[metric])
      ),
    );
    return { n, mean, sd: standardDeviation, interval_95: [low, high] as const };
  };
  const others = new Set(runs.map(({ config }) => config).filter((name) => name !== reference));
  return Object.fromEntries([...others].map((config) => [config, {
    probe_auroc: change(config, "probe_auroc"),
    finetuned_auroc: change(config, "finetuned_auroc"),
  }]));
}

/**
 * Which trainings are worth repeating, and with how many epochs: derived from the runs that are there,
 * and from the documentation where there are none.
 *
 * @module
 */

import { AUGMENTATIONS } from "../augment/augmentations.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { quote, shellWords } from "../text/shell_words.ts";
import { dataFlags } from "../console/flags/training_flags.ts";
import type { Improvement, MeasuredImprovements } from "./measured_improvements.ts";
import type { JsonObject, Run } from "./read_run.ts";
import {
  classifierEvidence,
  largestGroup,
  LEAST_EPOCHS,
  pretrainingEvidence,
  RETRAINED_METHODS,
  type RetrainedMethod,
} from "./retraining_evidence.ts";

/** Whether an entry comes from results or from the documentation. */
export type RecommendationSource = "measured" | "default";

/** How many epochs a method shall have. */
export type EpochsRecommendation = {
  readonly current: number;
  readonly recommended: number;
  readonly source: RecommendationSource;
  readonly reason: string;
  /** Run folders behind it. */
  readonly runs: readonly string[];
  /** Finished runs of the method that had other settings than the most. */
  readonly runs_with_other_settings: readonly string[];
  /** What the runs show; empty without runs. */
  readonly figures: JsonObject;
};

/** What the augmentations are worth. */
export type AugmentationRecommendation = {
  readonly upgrade_from: readonly string[];
  readonly add_these: readonly string[];
  readonly expected_improvement: Improvement | null;
  readonly source: RecommendationSource;
  readonly reason: string;
  /** What each of the seven is worth, where it was measured. */
  readonly each: Readonly<Record<string, Improvement | null>>;
};

/** A training to run. */
export type RecommendedExperiment = {
  readonly name: string;
  readonly command: string;
  readonly checkpoint: string;
  readonly expected_improvement: Improvement | null;
  /** Why there is none, or what was measured. */
  readonly expected_improvement_reason: string;
  readonly source: RecommendationSource;
  readonly runs: readonly string[];
};

/** `retraining_recommendations.json`, but for time and version. */
export type RetrainingRecommendations = {
  readonly epochs_recommendation: Readonly<Record<RetrainedMethod, EpochsRecommendation>>;
  readonly augmentation_recommendation: AugmentationRecommendation;
  readonly experiments_to_run: readonly RecommendedExperiment[];
};

/** Settings of {@linkcode analyzeRetrainingStrategy}. */
export interface RetrainingAnalysis {
  readonly runs: readonly Run[];
  readonly improvements: MeasuredImprovements;
  /** Whose experiments are listed. */
  readonly experiment: "all" | RetrainedMethod;
  /** What stands before a command's name, such as `deno task`. */
  readonly program: string;
}

/** The reference's advice. */
const DOCUMENTED: Readonly<Record<RetrainedMethod, { current: number; recommended: number }>> = {
  byol: { current: 20, recommended: 30 },
  simclr: { current: 15, recommended: 15 },
  supervised: { current: 30, recommended: 20 },
};

const TITLES: Readonly<Record<RetrainedMethod, string>> = {
  byol: "BYOL",
  simclr: "SimCLR",
  supervised: "Supervised training",
};

/**
 * Derives recommendations. An entry is `measured` where finished runs of at least
 * {@linkcode LEAST_EPOCHS} epochs stand behind it, else `default`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { analyzeRetrainingStrategy } from "ssrl-ecg";
 * const { epochs_recommendation, experiments_to_run } = analyzeRetrainingStrategy({
 *   runs: [],
 *   improvements: {},
 *   experiment: "byol",
 *   program: "deno task",
 * });
 * assert(epochs_recommendation.byol.recommended === 30);
 * assert(epochs_recommendation.byol.source === "default");
 * assert(experiments_to_run[0].command.startsWith("deno task train-byol --epochs 30"));
 * ```
 */
export function analyzeRetrainingStrategy(
  { runs, improvements, experiment, program }: RetrainingAnalysis,
): RetrainingRecommendations {
  const groups = new Map(RETRAINED_METHODS.map((method) => [method, largestGroup(runs, method)]));
  const epochs = Object.fromEntries(
    RETRAINED_METHODS.map((method) => {
      const group = groups.get(method);
      if (group === undefined) {
        return [method, {
          ...DOCUMENTED[method],
          source: "default",
          reason: `The documented advice; no finished run of train-${method} has ${LEAST_EPOCHS} ` +
            `epochs or more`,
          runs: [],
          runs_with_other_settings: [],
          figures: {},
        }];
      }
      const evidence = method === "supervised"
        ? classifierEvidence(group)
        : pretrainingEvidence(group);
      return [method, {
        current: group.epochs,
        recommended: evidence.recommended,
        source: "measured",
        reason: evidence.reason,
        runs: group.runs.map(({ path }) => path),
        runs_with_other_settings: group.others,
        figures: evidence.figures,
      }];
    }),
  ) as Record<RetrainedMethod, EpochsRecommendation>;
  return {
    epochs_recommendation: epochs,
    augmentation_recommendation: recommendAugmentations(improvements),
    experiments_to_run: RETRAINED_METHODS.flatMap((method) =>
      experiment === "all" || experiment === method
        ? experimentsOf(method, {
          recommendation: epochs[method],
          config: groups.get(method)?.runs[0].config ?? {},
          improvement: method === "supervised" ? undefined : improvements[method],
          program,
        })
        : []
    ),
  };
}

function recommendAugmentations(
  { augmentations, eachAugmentation = {} }: MeasuredImprovements,
): AugmentationRecommendation {
  const measured = augmentations !== undefined || Object.keys(eachAugmentation).length > 0;
  return {
    upgrade_from: ["time_shift", "scaling", "jitter"],
    add_these: [
      "time warping (frequency-warp)",
      "temporal masking (temporal-dropout)",
      "per-channel variation (channel-noise)",
      "frequency-filter variation (bandpass)",
    ],
    expected_improvement: augmentations ?? null,
    source: measured ? "measured" : "default",
    reason: augmentations
      ? "Fine-tuned after pretraining with all seven augmentations and with none, seed by seed; " +
        "train-simclr and train-byol use all seven unless told otherwise"
      : "The documented advice, which train-simclr and train-byol follow unless told otherwise; " +
        "ablation --configs full,none measures what it is worth",
    each: Object.fromEntries(AUGMENTATIONS.map((name) => [name, eachAugmentation[name] ?? null])),
  };
}

/** The trainings that follow from a recommendation; none where the runs had the right length. */
function experimentsOf(
  method: RetrainedMethod,
  { recommendation, config, improvement, program }: {
    readonly recommendation: EpochsRecommendation;
    readonly config: JsonObject;
    readonly improvement: Improvement | undefined;
    readonly program: string;
  },
): RecommendedExperiment[] {
  const { recommended, current, source, runs } = recommendation;
  if (source === "measured" && recommended === current) return [];
  const data = dataArgumentsOf(config.commandLine);
  const epochs = `--epochs ${recommended}`;
  const shared = { source, runs };
  if (method === "supervised") {
    const checkpoint = "checkpoints/supervised_retrained.pt";
    return [{
      name: `${TITLES[method]}, ${recommended} epochs`,
      command: `${program} train-supervised ${epochs}${settingsArguments(config, CLASSIFIER)}` +
        ` --seed 42 --out ${checkpoint}${data}`,
      checkpoint,
      expected_improvement: null,
      expected_improvement_reason: recommended < current
        ? "none is due: the best epoch is kept in any case, fewer epochs save time"
        : "not measured: no run was longer",
      ...shared,
    }];
  }
  const encoder = `checkpoints/ssl_${method}_retrained.pt`;
  const checkpoint = `checkpoints/ssl_${method}_retrained_finetuned.pt`;
  return [{
    name: `${TITLES[method]}, ${recommended} epochs`,
    command: `${program} train-${method} ${epochs}${settingsArguments(config, PRETRAINING)}` +
      ` --seed 42 --out ${encoder}${data}`,
    checkpoint: encoder,
    expected_improvement: null,
    expected_improvement_reason: "not measured, since an encoder alone has no test AUROC",
    ...shared,
  }, {
    name: `${TITLES[method]}, fine-tuned`,
    command: `${program} finetune --ssl-checkpoint ${encoder} --epochs 20 --seed 42 ` +
      `--out ${checkpoint}${data}`,
    checkpoint,
    expected_improvement: improvement ?? null,
    expected_improvement_reason: improvement
      ? `${improvement.compared[0]} against ${improvement.compared[1]}, as trained so far`
      : `not measured; train-multiseed --method supervised,${method} does it, seed by seed`,
    ...shared,
  }];
}

/** A setting of `config.json` with the flag that sets it, and the flag's default. */
type SettingFlag = readonly [setting: string, flag: string, value: JsonValue];

const SHARED: readonly SettingFlag[] = [
  ["learningRate", "lr", 1e-3],
  ["normalisation", "normalize", "train"],
];

const PRETRAINING: readonly SettingFlag[] = [
  ["batchSize", "batch-size", 256],
  ["temperature", "temperature", 0.07],
  ["projection", "projection-dim", 128],
  ["momentum", "momentum-tau", 0.999],
  ["schedule", "tau-schedule", "constant"],
  ["learningRateSchedule", "lr-schedule", "constant"],
  ...SHARED,
];

const CLASSIFIER: readonly SettingFlag[] = [
  ["batchSize", "batch-size", 64],
  ["labelFraction", "label-fraction", 0.1],
  ["loss", "loss", "focal"],
  ["balancing", "balance-strategy", "oversample"],
  ...SHARED,
];

/** The flags by which a command repeats the settings of a run, with a blank in front. */
function settingsArguments(config: JsonObject, flags: readonly SettingFlag[]): string {
  return flags.map(([setting, flag, value]) => {
    const own = config[setting];
    return own === undefined || own === value ? "" : ` --${flag} ${own}`;
  }).join("") + (config.shuffle === false ? " --no-shuffle" : "");
}

/** The flags with which a run read its data, with a blank in front. */
function dataArgumentsOf(commandLine: JsonValue | undefined): string {
  if (typeof commandLine !== "string") return "";
  const names = Object.keys(dataFlags).filter((name) => name !== "strict");
  const words = shellWords(commandLine);
  return words.flatMap((word, i) => {
    const [, name, value = words[i + 1]] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    return names.includes(name) && value !== undefined ? [` --${name} ${quote(value)}`] : [];
  }).join("");
}

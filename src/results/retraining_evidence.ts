/** What finished runs say about the length of a training. */

import { canonicalJson } from "../checkpoint/metadata.ts";
import { lateFall, type OverfittingGap, overfittingGap } from "../metrics/learning_curve.ts";
import { meanOfFinite, median, quantile } from "../stats/descriptive.ts";
import { column, type JsonObject, type Run } from "./read_run.ts";

/** Whose length is looked at. */
export const RETRAINED_METHODS = ["byol", "simclr", "supervised"] as const;

/** One of {@linkcode RETRAINED_METHODS}. */
export type RetrainedMethod = typeof RETRAINED_METHODS[number];

/** Runs with fewer epochs are too short to judge by. */
const LEAST_EPOCHS = 5;

/** A loss that makes more than this share of its fall in its last quarter still falls. */
const STILL_FALLING = 0.05;

/** A validation loss this share above its lowest value has risen. */
const RISEN = 0.05;

/** Runs of one method with the same settings but for the seed. */
export interface RunGroup {
  readonly runs: readonly Run[];
  readonly epochs: number;
  /** Finished runs of the method with other settings. */
  readonly others: readonly string[];
}

/** Settings in which runs of a group differ, or which do not matter for the length. */
const OF_ONE_RUN = [
  "seed",
  "out",
  "init",
  "encoderCheckpoint",
  "commandLine",
  "dataSource",
  "started",
  "version",
  "deno",
  "adapter",
  "command",
];

/**
 * The method of a run, where it is one that is looked at: SimCLR and BYOL with all augmentations, and
 * classifiers trained from random weights by the rules of `train-supervised`.
 */
function retrainedMethod({ config }: Pick<Run, "config">): RetrainedMethod | undefined {
  if (config.command === "train-byol" && config.config === "full") return "byol";
  if (config.command === "train-simclr" && config.config === "full") return "simclr";
  const plain = config.method === "supervised" && config.architecture === "ECGClassifier" &&
    config.init === null && config.plateau === null && config.earlyStopping === null &&
    config.freezeEncoder === false && config.encoderCheckpoint === null;
  return plain ? "supervised" : undefined;
}

/**
 * Of the finished runs of a method with {@linkcode LEAST_EPOCHS} or more, the largest group that
 * differs in the seed alone; of groups of one size the one with more epochs.
 *
 * @returns Undefined where there are no such runs.
 */
export function largestGroup(runs: readonly Run[], method: RetrainedMethod): RunGroup | undefined {
  const epochs = ([{ config }]: readonly Run[]) => Number(config.epochs);
  const long = runs.filter((run) =>
    run.state === "finished" && retrainedMethod(run) === method && epochs([run]) >= LEAST_EPOCHS
  );
  const groups = Map.groupBy(long, ({ config }) =>
    canonicalJson(
      Object.fromEntries(Object.entries(config).filter(([name]) => !OF_ONE_RUN.includes(name))),
    ));
  const [largest, ...rest] = [...groups.values()].sort((a, b) =>
    b.length - a.length || epochs(b) - epochs(a)
  );
  const others = rest.flat().map(({ path }) => path).sort();
  return largest && { runs: largest, epochs: epochs(largest), others };
}

/** How many epochs a method should have; an entry of `retraining_recommendations.json`. */
export type EpochsRecommendation = {
  readonly current: number;
  readonly recommended: number;
  readonly source: "measured" | "default";
  readonly reason: string;
  /** Run folders that it was measured on. */
  readonly runs: readonly string[];
  /** Finished runs of the method with other settings. */
  readonly runs_with_other_settings: readonly string[];
  /** What the runs show; empty without runs. */
  readonly figures: JsonObject;
};

/** The reference's advice. */
const DOCUMENTED: Readonly<Record<RetrainedMethod, { current: number; recommended: number }>> = {
  byol: { current: 20, recommended: 30 },
  simclr: { current: 15, recommended: 15 },
  supervised: { current: 30, recommended: 20 },
};

/** From a group of runs, or the documented advice where there is none. */
export function recommendEpochs(
  method: RetrainedMethod,
  group: RunGroup | undefined,
): EpochsRecommendation {
  if (group === undefined) {
    return {
      ...DOCUMENTED[method],
      source: "default",
      reason: `The documented advice; there is no finished run with ${LEAST_EPOCHS} epochs or more`,
      runs: [],
      runs_with_other_settings: [],
      figures: {},
    };
  }
  return {
    current: group.epochs,
    source: "measured",
    ...(method === "supervised" ? classifierEvidence(group) : pretrainingEvidence(group)),
    runs: group.runs.map(({ path }) => path),
    runs_with_other_settings: group.others,
  };
}

/** How many epochs are right, and why. */
type Evidence = Pick<EpochsRecommendation, "recommended" | "reason" | "figures">;

/**
 * Epochs for a classifier: where most runs are best in their last tenth and nothing shows
 * over-fitting, half as many again; else a tenth more than nine of ten runs needed for their best
 * epoch, rounded up to 5, but not more than now.
 */
function classifierEvidence({ runs, epochs }: RunGroup): Evidence {
  const best = runs.map(({ result }) => Number(result!.best_epoch));
  const gaps = runs.map(({ epochRows }) =>
    overfittingGap({
      training: column(epochRows, "train_loss"),
      validation: column(epochRows, "validation_loss"),
      auroc: column(epochRows, "auroc_macro"),
    })
  );
  const average = (figure: keyof OverfittingGap) => meanOfFinite(gaps.map((gap) => gap[figure]));
  const [lowest, rise, fall] = [
    average("lowestLossEpoch"),
    average("validationLossRise"),
    average("trainingLossFall"),
  ];
  const overfitting = rise > RISEN && fall > 0;
  const verdict = overfitting ? "over-fitting" : "no over-fitting";
  return {
    recommended: recommend(best, epochs, !overfitting),
    reason:
      `${describeBest(best, epochs)}. Since its lowest value (epoch ${lowest.toFixed(1)} on ` +
      "average) the validation loss has " +
      (rise > RISEN
        ? `risen by ${percent(rise)} while the training loss changed by ${percent(-fall)}: `
        : `stayed within ${percent(RISEN)}: `) +
      verdict,
    figures: {
      n_runs: runs.length,
      best_epochs: best,
      overfitting,
      lowest_validation_loss_epoch: lowest,
      validation_loss_rise: rise,
      training_loss_fall: fall,
      best_validation_auroc_epoch: average("bestAurocEpoch"),
      validation_auroc_fall: average("aurocFall"),
    },
  };
}

/**
 * Epochs for pretraining. Where the runs have an online probe, by its best epoch, as for a classifier.
 * Else by the loss: half as many again where it still falls, else as many as now, since a loss that
 * has settled does not tell when the features were best.
 */
function pretrainingEvidence({ runs, epochs }: RunGroup): Evidence {
  const fall = meanOfFinite(
    runs.map(({ epochRows }) =>
      lateFall(column(epochRows.filter((row) => row.train_loss !== undefined), "train_loss"))
    ),
  );
  const figures = {
    n_runs: runs.length,
    late_loss_fall: fall,
    loss_still_falls: fall > STILL_FALLING,
    last_embedding_spread: meanOfFinite(
      runs.map(({ epochRows }) => column(epochRows, "embedding_spread").at(-1) ?? NaN),
    ),
  };
  const probed = runs.map(({ epochRows }) =>
    epochRows.filter(({ epoch, probe_auroc }) =>
      Number(epoch) > 0 && typeof probe_auroc === "number"
    )
  );
  if (probed.every((rows) => rows.length >= 3)) {
    const best = probed.map((rows) => {
      const auroc = column(rows, "probe_auroc");
      return Number(rows[auroc.indexOf(Math.max(...auroc))].epoch);
    });
    // Probed every k-th epoch, the best may be any epoch before the next probe.
    const step = Math.max(...probed.map(([first]) => Number(first.epoch)));
    return {
      recommended: recommend(best.map((epoch) => Math.min(epochs, epoch + step - 1)), epochs, true),
      reason: `${describeBest(best, epochs)}, by the online probe on fold 9`,
      figures: { criterion: "online probe", best_epochs: best, ...figures },
    };
  }
  return {
    recommended: fall > STILL_FALLING ? roundUpTo5(1.5 * epochs) : epochs,
    reason: Number.isNaN(fall)
      ? "The loss did not fall, which says nothing about the number of epochs"
      : `The loss made ${percent(fall)} of its fall in the last quarter of ${epochs} epochs: it ` +
        (fall > STILL_FALLING ? "still falls" : "has settled"),
    figures: { criterion: "training loss", ...figures },
  };
}

/** From the best epochs of some runs: more, fewer, or as many as now. */
function recommend(best: readonly number[], epochs: number, mayRaise: boolean): number {
  const late = best.filter((epoch) => epoch > 0.9 * epochs).length;
  if (mayRaise && 2 * late > best.length) return roundUpTo5(1.5 * epochs);
  const needed = quantile([...best].sort((a, b) => a - b), 0.9);
  return Math.min(epochs, roundUpTo5(1.1 * needed));
}

function describeBest(best: readonly number[], epochs: number): string {
  return best.length === 1
    ? `The best epoch of one run is ${best[0]} of ${epochs}`
    : `The best epochs of ${best.length} runs are between ${Math.min(...best)} and ` +
      `${Math.max(...best)} of ${epochs}, their median is ${median(best)}`;
}

function roundUpTo5(epochs: number): number {
  return 5 * Math.ceil(epochs / 5);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * `phase2_multiseed_results.json`: the documented keys, and what they leave out. Numbers that are not
 * defined are NaN here and null in the file.
 *
 * @module
 */

import { quantile } from "../stats/descriptive.ts";
import { meanInterval } from "../stats/mean_interval.ts";
import { pairedT } from "../stats/paired_t.ts";
import { pairedDifferences } from "../stats/samples.ts";
import type { Experiment } from "./experiment.ts";
import {
  type ClassifierCell,
  type ClassifierResult,
  configurationName,
  type EncoderCell,
  type MultiseedOptions,
} from "./multiseed.ts";

/** A classifier of the plan, as far as results tell it. */
type Trained = Pick<ClassifierCell, "configuration" | "seed" | "out" | "folder">;

/** A classifier that is done. */
export interface MultiseedRun extends Trained {
  readonly result: ClassifierResult;
}

/** The classifiers of an experiment; in the order of the plan. */
export interface MultiseedOutcome {
  readonly runs: readonly MultiseedRun[];
  readonly failures: readonly (Trained & { readonly error: string })[];
}

/** What is done and what failed so far. */
export function multiseedOutcome(
  experiment: Experiment<EncoderCell | ClassifierCell>,
): MultiseedOutcome {
  const classifiers = experiment.cells.filter((cell) => cell.kind === "classifier");
  return {
    runs: classifiers.flatMap((cell) => {
      const result = experiment.result(cell);
      return result ? [{ ...cell, result }] : [];
    }),
    failures: classifiers.flatMap((cell) => {
      const error = experiment.error(cell);
      return error ? [{ ...cell, error: error.message }] : [];
    }),
  };
}

/** What the file says besides the runs. */
export interface MultiseedFacts {
  readonly options: Pick<
    MultiseedOptions,
    "configurations" | "seeds" | "labelFraction" | "epochs" | "pretraining"
  >;
  readonly quick: boolean;
  /** Where the records come from. */
  readonly data: string;
  readonly classes: readonly string[];
}

/**
 * The content of the file. All but `timestamp` follows from settings and results.
 *
 * @param now Time of writing
 */
export function describeMultiseed(
  { runs, failures }: MultiseedOutcome,
  { options, quick, data, classes }: MultiseedFacts,
  now = new Date(),
) {
  const { configurations, seeds, labelFraction, epochs, pretraining } = options;
  const names = configurations.map(configurationName);
  const pairs = new Map(
    configurations.map(({ loss, balancing }) => [`${loss} ${balancing}`, [loss, balancing]]),
  );
  const distinct = (what: "adapter" | "version") =>
    [...new Set(runs.map(({ result }) => result[what]))].join("; ") || null;
  const significance = significanceOf(runs, names);
  return {
    timestamp: now.toISOString(),
    quick_mode: quick,
    configurations: [...pairs.values()],
    seeds,
    methods: Object.fromEntries(configurations.map(({ method, loss, balancing }, i) => [names[i], {
      method,
      loss,
      balance_strategy: balancing,
      label_fraction: labelFraction,
      epochs,
      pretrain_epochs: method === "supervised" ? null : pretraining.epochs,
      pretrain_once: method === "supervised" ? null : pretraining.once,
    }])),
    data,
    classes,
    adapter: distinct("adapter"),
    version: distinct("version"),
    individual_results: Object.fromEntries(
      names.map((name) => [name, runsOf(runs, name).map(describeRun)]),
    ),
    failures: failures.map(({ configuration, seed, error }) => ({
      configuration: configurationName(configuration),
      seed,
      error,
    })),
    statistics: {
      ...Object.fromEntries(
        names.map((name) => [name, runsOf(runs, name)] as const)
          .filter(([, own]) => own.length > 0)
          .map(([name, own]) => [name, summarizeConfiguration(own)]),
      ),
      ...(significance && { significance_test: significance }),
    },
  };
}

/** Runs of one configuration, in the order of the seeds. */
export function runsOf(runs: readonly MultiseedRun[], name: string): MultiseedRun[] {
  return runs.filter(({ configuration }) => configurationName(configuration) === name);
}

function describeRun({ seed, out, folder, result }: MultiseedRun) {
  const { best_epoch, validation, test, per_class } = result;
  const { auroc_macro, f1_macro, sensitivity_micro, specificity_micro } = test;
  return {
    seed,
    auroc_macro,
    f1_macro,
    sensitivity_micro,
    specificity_micro,
    checkpoint: out,
    best_epoch,
    validation: { ...validation },
    test: { ...test },
    per_class,
    run_folder: folder,
  };
}

/** What all seeds of a configuration give together: fold 10, and fold 9, which chose the epoch. */
export function summarizeConfiguration(runs: readonly MultiseedRun[]) {
  const metric = (
    part: "validation" | "test",
    name: Exclude<keyof ClassifierResult["test"], "loss">,
  ) => summarize(runs.map(({ result }) => result[part][name]));
  const { mean, std } = metric("test", "sensitivity_micro");
  const specificity = metric("test", "specificity_micro");
  return {
    auroc: metric("test", "auroc_macro"),
    f1: metric("test", "f1_macro"),
    sensitivity: { mean, std },
    specificity: { mean: specificity.mean, std: specificity.std },
    n_seeds: runs.length,
    validation: {
      auroc: metric("validation", "auroc_macro"),
      f1: metric("validation", "f1_macro"),
    },
  };
}

/** Mean, spread and range of a metric over the seeds. */
export type MetricSummary = ReturnType<typeof summarize>;

function summarize(results: readonly number[]) {
  const values = results.filter(Number.isFinite).sort((a, b) => a - b);
  const { mean, standardDeviation, low, high } = meanInterval(values);
  return {
    mean,
    /** With n − 1. */
    std: standardDeviation,
    min: values[0] ?? NaN,
    max: values.at(-1) ?? NaN,
    /** Documented name of the next. */
    ci_95: [low, high],
    /** Student's t interval of the mean. */
    t_interval_95: [low, high],
    /** 2.5 % and 97.5 % of the seeds' values, with linear interpolation. */
    percentile_interval_95: [quantile(values, 0.025), quantile(values, 0.975)],
  };
}

/** Of the first two configurations with two seeds in common, seed by seed; undefined without. */
export function significanceOf(runs: readonly MultiseedRun[], names: readonly string[]) {
  const scores = (name: string) =>
    new Map(
      runsOf(runs, name).map(({ seed, result }) => [seed, result.test.auroc_macro] as const)
        .filter(([, auroc]) => Number.isFinite(auroc)),
    );
  for (const [i, first] of names.entries()) {
    for (const second of names.slice(i + 1)) {
      const [a, b] = [scores(first), scores(second)];
      const seeds = [...a.keys()].filter((seed) => b.has(seed));
      if (seeds.length < 2) continue;
      const { n, t, pValue, cohensDz, meanDifference } = pairedT(
        pairedDifferences(
          seeds.map((seed) => b.get(seed)!),
          seeds.map((seed) => a.get(seed)!),
        ),
      );
      return {
        test: "paired t-test",
        configurations: [first, second],
        n,
        t_statistic: t,
        p_value: pValue,
        /** d_z: mean difference by the standard deviation of the differences. */
        cohens_d: cohensDz,
        significant: pValue < 0.05,
        /** Second minus first. */
        mean_difference: meanDifference,
      };
    }
  }
  return undefined;
}

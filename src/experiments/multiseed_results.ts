/**
 * `phase2_multiseed_results.json`: the documented keys, and beside them what they leave out.
 *
 * @module
 */

import { quantile } from "../stats/descriptive.ts";
import { meanInterval } from "../stats/mean_interval.ts";
import { pairedT } from "../stats/paired_t.ts";
import { pairedDifferences } from "../stats/samples.ts";
import { finiteOrNull } from "../results/finite_or_null.ts";
import type { MultiseedOutcome, MultiseedRun } from "./multiseed.ts";
import { configurationName, type MultiseedOptions } from "./multiseed_plan.ts";

/** Mean, spread and range of a metric over the seeds; null where not defined. */
export type MetricSummary = {
  readonly mean: number | null;
  /** With n − 1. */
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Same as `t_interval_95`. */
  readonly ci_95: readonly [number | null, number | null];
  /** Student's t interval of the mean. */
  readonly t_interval_95: readonly [number | null, number | null];
  /** 2.5 % and 97.5 % of the seeds' values, with linear interpolation. */
  readonly percentile_interval_95: readonly [number | null, number | null];
};

/** What all seeds of a configuration give together. */
export type ConfigurationSummary = {
  readonly auroc: MetricSummary;
  readonly f1: MetricSummary;
  readonly sensitivity: Pick<MetricSummary, "mean" | "std">;
  readonly specificity: Pick<MetricSummary, "mean" | "std">;
  readonly n_seeds: number;
  /** The same of fold 9, by which the epoch was chosen. */
  readonly validation: { readonly auroc: MetricSummary; readonly f1: MetricSummary };
};

/** Comparison of two configurations, seed by seed, in test AUROC. */
export type SignificanceTest = {
  readonly test: string;
  readonly configurations: readonly [string, string];
  /** Seeds that both have. */
  readonly n: number;
  readonly t_statistic: number | null;
  readonly p_value: number;
  /** d_z: mean difference by the standard deviation of the differences. Infinite ones are null. */
  readonly cohens_d: number | null;
  readonly significant: boolean;
  /** Second minus first. */
  readonly mean_difference: number;
};

/** What the file says besides the runs. */
export interface MultiseedFacts {
  readonly options: MultiseedOptions;
  readonly quick: boolean;
  /** Where the records come from. */
  readonly data: string;
  readonly classes: readonly string[];
}

type Metric = "auroc_macro" | "f1_macro" | "sensitivity_micro" | "specificity_micro";

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
  const { configurations, seeds } = options;
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
    methods: Object.fromEntries(
      configurations.map((configuration, i) => [names[i], describeMethod(configuration, options)]),
    ),
    data,
    classes,
    adapter: distinct("adapter"),
    version: distinct("version"),
    individual_results: Object.fromEntries(
      names.map((name) => [name, runsOf(runs, name).map(describeRun)]),
    ),
    failures: failures.map(({ task, error }) => ({
      configuration: configurationName(task.configuration),
      seed: task.seed,
      error,
    })),
    statistics: {
      ...Object.fromEntries(
        names.flatMap((name) => {
          const own = runsOf(runs, name);
          return own.length > 0 ? [[name, summarizeConfiguration(own)]] : [];
        }),
      ),
      ...(significance ? { significance_test: significance } : {}),
    },
  };
}

/** Runs of one configuration, in the order of the seeds. */
export function runsOf(runs: readonly MultiseedRun[], name: string): MultiseedRun[] {
  return runs.filter(({ task }) => configurationName(task.configuration) === name);
}

function describeMethod(
  { method, loss, balancing }: MultiseedOptions["configurations"][number],
  { labelFraction, epochs, pretraining }: MultiseedOptions,
) {
  const pretrained = method !== "supervised";
  return {
    method,
    loss,
    balance_strategy: balancing,
    label_fraction: labelFraction,
    epochs,
    pretrain_epochs: pretrained ? pretraining.epochs : null,
    pretrain_once: pretrained ? pretraining.once : null,
  };
}

function describeRun({ task, result }: MultiseedRun) {
  const { best_epoch, validation, test, per_class } = result;
  const { auroc_macro, f1_macro, sensitivity_micro, specificity_micro } = test;
  return {
    seed: task.seed,
    auroc_macro,
    f1_macro,
    sensitivity_micro,
    specificity_micro,
    checkpoint: task.out,
    best_epoch,
    validation,
    test,
    per_class,
    run_folder: task.runFolder,
  };
}

/** Summary of the runs of one configuration. */
export function summarizeConfiguration(runs: readonly MultiseedRun[]): ConfigurationSummary {
  const metric = (part: "validation" | "test", name: Metric) =>
    summarize(runs.map(({ result }) => result[part][name]));
  const brief = (name: Metric) => {
    const { mean, std } = metric("test", name);
    return { mean, std };
  };
  return {
    auroc: metric("test", "auroc_macro"),
    f1: metric("test", "f1_macro"),
    sensitivity: brief("sensitivity_micro"),
    specificity: brief("specificity_micro"),
    n_seeds: runs.length,
    validation: {
      auroc: metric("validation", "auroc_macro"),
      f1: metric("validation", "f1_macro"),
    },
  };
}

function summarize(results: readonly (number | null)[]): MetricSummary {
  const values = results.filter((value) => value !== null).sort((a, b) => a - b);
  const { mean, standardDeviation, low, high } = meanInterval(values);
  const interval = [finiteOrNull(low), finiteOrNull(high)] as const;
  return {
    mean: finiteOrNull(mean),
    std: finiteOrNull(standardDeviation),
    min: values[0] ?? null,
    max: values[values.length - 1] ?? null,
    ci_95: interval,
    t_interval_95: interval,
    percentile_interval_95: [
      finiteOrNull(quantile(values, 0.025)),
      finiteOrNull(quantile(values, 0.975)),
    ],
  };
}

/** Of the first two configurations that have two seeds in common; undefined where there are none. */
export function significanceOf(
  runs: readonly MultiseedRun[],
  names: readonly string[],
): SignificanceTest | undefined {
  const scores = (name: string) =>
    new Map(
      runsOf(runs, name).flatMap(({ task, result }) =>
        result.test.auroc_macro === null ? [] : [[task.seed, result.test.auroc_macro]]
      ),
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
        t_statistic: finiteOrNull(t),
        p_value: pValue,
        cohens_d: finiteOrNull(cohensDz),
        significant: pValue < 0.05,
        mean_difference: meanDifference,
      };
    }
  }
  return undefined;
}

/**
 * `phase2_multiseed_results.json`: the documented keys, and what they leave out. Numbers that are not
 * defined are NaN here and null in the file.
 */

import { quantile } from "../stats/descriptive.ts";
import { meanInterval } from "../stats/mean_interval.ts";
import { pairedT } from "../stats/paired_t.ts";
import { pairedDifferences } from "../stats/samples.ts";
import type { Experiment } from "./experiment.ts";
import { configurationName, type MultiseedCell, type MultiseedOptions } from "./multiseed.ts";

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
  experiment: Pick<Experiment<MultiseedCell>, "cells" | "result" | "error">,
  { options, quick, data, classes }: MultiseedFacts,
  now = new Date(),
) {
  const { configurations, seeds, labelFraction, epochs, pretraining } = options;
  const cells = experiment.cells.filter((cell) => cell.kind === "classifier");
  const named = <Value>(of: (configuration: typeof configurations[number]) => Value) =>
    Object.fromEntries(
      configurations.map((each) => [configurationName(each), of(each)]),
    ) as Record<string, Value>;
  const individual_results = named((wanted) =>
    cells.flatMap((cell) => {
      const result = experiment.result(cell);
      return result !== undefined &&
          configurationName(cell.configuration) === configurationName(wanted)
        ? [describeRun(cell, result)]
        : [];
    })
  );
  const pairs = new Map(
    configurations.map(({ loss, balancing }) => [`${loss} ${balancing}`, [loss, balancing]]),
  );
  const distinct = (what: "adapter" | "version") =>
    [...new Set(cells.flatMap((cell) => experiment.result(cell)?.[what] ?? []))].join("; ") || null;
  const { summaries, significance } = multiseedStatistics(individual_results);
  return {
    timestamp: now.toISOString(),
    quick_mode: quick,
    configurations: [...pairs.values()],
    seeds,
    methods: named(({ method, loss, balancing }) => ({
      method,
      loss,
      balance_strategy: balancing,
      label_fraction: labelFraction,
      epochs,
      pretrain_epochs: method === "supervised" ? null : pretraining.epochs,
      pretrain_once: method === "supervised" ? null : pretraining.once,
    })),
    data,
    classes,
    adapter: distinct("adapter"),
    version: distinct("version"),
    individual_results,
    failures: cells.flatMap((cell) => {
      const error = experiment.error(cell);
      const configuration = configurationName(cell.configuration);
      return error ? [{ configuration, seed: cell.seed, error: error.message }] : [];
    }),
    statistics: { ...summaries, ...(significance && { significance_test: significance }) },
  };
}

type Classifier = Extract<MultiseedCell, { kind: "classifier" }>;
type Result = Awaited<ReturnType<Classifier["run"]>>;
type Results = Readonly<Record<string, readonly ReturnType<typeof describeRun>[]>>;

function describeRun(
  { seed, out, folder }: Classifier,
  { best_epoch, validation, test, per_class }: Result,
) {
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

/** What the seeds give together: each configuration that has runs, and one test between two. */
export function multiseedStatistics(results: Results) {
  const done = Object.entries(results).filter(([, runs]) => runs.length > 0);
  return {
    summaries: Object.fromEntries(done.map(([name, runs]) => [name, summarizeRuns(runs)])),
    significance: significanceOf(done),
  };
}

/** Fold 10, and fold 9, which chose the epoch. */
function summarizeRuns(runs: Results[string]) {
  const metric = (
    part: "validation" | "test",
    name: Exclude<keyof Result["test"], "loss">,
  ) => summarize(runs.map((run) => run[part][name]));
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
function significanceOf(results: readonly [name: string, runs: Results[string]][]) {
  for (const [i, [first, before]] of results.entries()) {
    for (const [second, after] of results.slice(i + 1)) {
      const pairs = before.flatMap(({ seed, auroc_macro: a }) =>
        after.filter((run) => run.seed === seed).map(({ auroc_macro: b }) => [a, b])
      ).filter((pair) => pair.every(Number.isFinite));
      if (pairs.length < 2) continue;
      const { n, t, pValue, cohensDz, meanDifference } = pairedT(
        pairedDifferences(pairs.map(([, b]) => b), pairs.map(([a]) => a)),
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

/**
 * What was trained, configuration by configuration and seed by seed.
 *
 * @module
 */

import type { JsonValue } from "../../checkpoint/state_dict.ts";
import type { MultilabelMetrics } from "../../metrics/multilabel_metrics.ts";
import { basename, dirname, relative } from "node:path";
import type { Run } from "../read_run.ts";
import type { TestPredictions } from "../test_predictions.ts";
import { entriesAt, field, listAt, numberAt, textAt } from "./json_fields.ts";
import { findNotedRun, type ResultFile, type ResultsFolder } from "./results_folder.ts";

/** The four metrics; NaN where one is not there. */
export type Scores = Readonly<Record<keyof MultilabelMetrics, number>>;

/** Scores of a class on the test fold; NaN where one is not there. */
export interface ClassScores {
  readonly support: number;
  readonly auroc: number;
  readonly auprc: number;
  readonly f1: number;
}

/** One training of a classifier. */
export interface SeedResult {
  readonly seed: number;
  readonly bestEpoch: number;
  readonly validation: Scores;
  readonly test: Scores;
  /** By class name; empty where the run has none. */
  readonly perClass: ReadonlyMap<string, ClassScores>;
  /** Undefined where the folder is gone. */
  readonly run: Run | undefined;
  readonly predictions: TestPredictions | undefined;
}

/** Trainings that differ in the seed alone. */
export interface Configuration {
  readonly name: string;
  readonly seeds: readonly SeedResult[];
}

/** A training that failed. */
export interface Failure {
  readonly configuration: string;
  readonly seed: number;
  readonly error: string;
}

/** What a report is made of. */
export interface Material {
  readonly folder: ResultsFolder;
  /** The file of `train-multiseed`. */
  readonly multiseed: ResultFile | undefined;
  /** Of `multiseed`; without it every classifier's run is one. */
  readonly configurations: readonly Configuration[];
  /** Classifiers that belong to no experiment, where `multiseed` has the configurations. */
  readonly singles: readonly Configuration[];
  readonly failures: readonly Failure[];
}

/** The file that `train-multiseed` writes; others of its kind may lie beside it. */
const MULTISEED_FILE = "phase2_multiseed_results.json";

/** Puts a results folder in order. */
export function arrangeResults(folder: ResultsFolder): Material {
  const files = folder.files.filter(({ kind }) => kind === "train-multiseed");
  const multiseed = files.find(({ path }) => basename(path) === MULTISEED_FILE) ?? files[0];
  const configurations = multiseed === undefined ? [] : readConfigurations(multiseed, folder);
  const singles = singleRuns(folder, configurations);
  return {
    folder,
    multiseed,
    configurations: configurations.length > 0 ? configurations : singles,
    singles: configurations.length > 0 ? singles : [],
    failures: listAt(multiseed?.content, "failures").map((failure) => ({
      configuration: textAt(failure, "configuration") ?? "?",
      seed: numberAt(failure, "seed"),
      error: textAt(failure, "error") ?? "no reason noted",
    })),
  };
}

function readConfigurations({ content }: ResultFile, folder: ResultsFolder): Configuration[] {
  return entriesAt(content, "individual_results").flatMap(([name, results]) => {
    const seeds = listAt(results).map((result): SeedResult => {
      const noted = textAt(result, "run_folder");
      const run = noted === undefined ? undefined : findNotedRun(folder, noted);
      return {
        seed: numberAt(result, "seed"),
        bestEpoch: numberAt(result, "best_epoch"),
        validation: scoresOf(field(result, "validation")),
        // The documented keys stand for the test fold.
        test: scoresOf(field(result, "test") ?? result),
        perClass: classScoresOf(field(result, "per_class")),
        run,
        predictions: run && folder.predictions.get(run.path),
      };
    });
    return seeds.length > 0 ? [{ name, seeds }] : [];
  });
}

/** Finished classifiers that are no part of an experiment. */
function singleRuns(
  { root, runs, files, predictions }: ResultsFolder,
  configurations: readonly Configuration[],
): Configuration[] {
  const taken = new Set(
    configurations.flatMap(({ seeds }) => seeds.map(({ run }) => run?.path)),
  );
  const experiments = files.filter(({ kind }) => kind === "label-scarcity" || kind === "ablation")
    .map(({ path }) => dirname(path)).filter((folder) => folder !== root);
  return runs.flatMap((run): Configuration[] => {
    const test = field(run.result, "test");
    const part = experiments.some((folder) => !relative(folder, run.path).startsWith(".."));
    if (Number.isNaN(numberAt(test, "f1_macro")) || taken.has(run.path) || part) return [];
    return [{
      name: relative(root, run.path) || basename(run.path),
      seeds: [{
        seed: numberAt(run.config, "seed"),
        bestEpoch: numberAt(run.result, "best_epoch"),
        validation: scoresOf(field(run.result, "validation")),
        test: scoresOf(test),
        perClass: classScoresOf(field(run.result, "test_per_class")),
        run,
        predictions: predictions.get(run.path),
      }],
    }];
  });
}

function scoresOf(value: JsonValue | undefined): Scores {
  return {
    auroc_macro: numberAt(value, "auroc_macro"),
    f1_macro: numberAt(value, "f1_macro"),
    sensitivity_micro: numberAt(value, "sensitivity_micro"),
    specificity_micro: numberAt(value, "specificity_micro"),
  };
}

function classScoresOf(value: JsonValue | undefined): Map<string, ClassScores> {
  return new Map(
    entriesAt(value).map(([name, scores]) => [name, {
      support: numberAt(scores, "support"),
      auroc: numberAt(scores, "auroc"),
      auprc: numberAt(scores, "auprc"),
      f1: numberAt(scores, "f1"),
    }]),
  );
}

/** All classes that any of the configurations has, in their order. */
export function classesOf(configurations: readonly Configuration[]): string[] {
  return [
    ...new Set(configurations.flatMap(({ seeds }) => seeds.flatMap((s) => [...s.perClass.keys()]))),
  ];
}

/** Predictions of a configuration's runs that are there and of one shape. */
export function predictionsOf({ seeds }: Configuration): TestPredictions[] {
  const all = seeds.flatMap(({ predictions }) => predictions ?? []);
  return all.filter(({ ids, classNames }) =>
    ids.length > 0 && ids.join() === all[0].ids.join() &&
    classNames.join() === all[0].classNames.join()
  );
}

/** Patients as clusters; a record whose patient is not known stands for itself. */
export function clustersOf({ ids, patients }: TestPredictions): number[] {
  const numbers = new Map<string, number>();
  return ids.map((id, i) => {
    const name = patients[i] === "" ? `record ${id}` : `patient ${patients[i]}`;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}

/** Pieces of at most six, as many as colors can tell apart. */
export function inSixes<T>(values: readonly T[]): T[][] {
  return Array.from(
    { length: Math.ceil(values.length / 6) },
    (_, i) => values.slice(6 * i, 6 * i + 6),
  );
}

/** `name`, `name_2`, `name_3`, for the pieces of {@linkcode inSixes}. */
export function pieceName(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index + 1}`;
}

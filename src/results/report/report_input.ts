/** What a report is made of: what was trained, configuration by configuration and seed by seed. */

import { basename, dirname, relative } from "node:path";
import { SERIES_COLORS } from "../../plots/style.ts";
import type { Run } from "../read_run.ts";
import { MULTISEED_FILE, type multiseedResults } from "../schema/kinds.ts";
import type { ResultOf } from "../schema/result_file.ts";
import type { TestPredictions } from "../test_predictions.ts";
import { type FileOf, filesOf, findNotedRun, type ResultsFolder } from "./results_folder.ts";

type MultiseedRun = ResultOf<typeof multiseedResults>["individual_results"][string][number];

/** The four metrics of a fold; NaN where one is not defined. */
export type Scores = MultiseedRun["validation"];

/** One training of a classifier. */
export interface SeedResult {
  readonly seed: number;
  readonly bestEpoch: number;
  readonly validation: Scores;
  readonly test: Scores;
  /** By class name; empty where the run has none. */
  readonly perClass: MultiseedRun["per_class"];
  /** Undefined where the folder is gone. */
  readonly run: Run | undefined;
  readonly predictions: TestPredictions | undefined;
}

/** Trainings that differ in the seed alone. */
export interface Configuration {
  readonly name: string;
  readonly seeds: readonly SeedResult[];
}

/** What a report is made of. */
export interface ReportInput {
  readonly folder: ResultsFolder;
  /** The file of `train-multiseed`. */
  readonly multiseed: FileOf<"train-multiseed"> | undefined;
  /** Of `multiseed`; without it every classifier's run is one. */
  readonly configurations: readonly Configuration[];
  /** Classifiers that belong to no experiment, where `multiseed` has the configurations. */
  readonly singles: readonly Configuration[];
}

const NO_SCORES: Scores = {
  auroc_macro: NaN,
  f1_macro: NaN,
  sensitivity_micro: NaN,
  specificity_micro: NaN,
};

/** Puts a results folder in order. */
export function arrangeResults(folder: ResultsFolder): ReportInput {
  const files = filesOf(folder, "train-multiseed");
  const multiseed = files.find(({ path }) => basename(path) === MULTISEED_FILE) ?? files[0];
  const configurations = multiseed === undefined ? [] : readConfigurations(multiseed, folder);
  const singles = singleRuns(folder, configurations);
  return {
    folder,
    multiseed,
    configurations: configurations.length > 0 ? configurations : singles,
    singles: configurations.length > 0 ? singles : [],
  };
}

function readConfigurations(
  { content }: FileOf<"train-multiseed">,
  folder: ResultsFolder,
): Configuration[] {
  return Object.entries(content.individual_results).filter(([, results]) => results.length > 0)
    .map(([name, results]) => ({
      name,
      seeds: results.map((result) => {
        const run = result.run_folder && findNotedRun(folder, result.run_folder) || undefined;
        return {
          seed: result.seed,
          bestEpoch: result.best_epoch,
          validation: result.validation,
          test: result.test ?? result,
          perClass: result.per_class,
          run,
          predictions: run && folder.predictions.get(run.path),
        };
      }),
    }));
}

/** Finished classifiers that are no part of an experiment. */
function singleRuns(
  folder: ResultsFolder,
  configurations: readonly Configuration[],
): Configuration[] {
  const { root, runs, predictions } = folder;
  const taken = new Set(configurations.flatMap(({ seeds }) => seeds.map(({ run }) => run?.path)));
  const experiments = sweepFolders(folder).filter((path) => path !== root);
  return runs.flatMap((run): Configuration[] => {
    const { test, validation = NO_SCORES, best_epoch = NaN, test_per_class = {} } = run.result ??
      {};
    const part = experiments.some((path) => !relative(path, run.path).startsWith(".."));
    if (test === undefined || Number.isNaN(test.f1_macro) || taken.has(run.path) || part) return [];
    return [{
      name: relative(root, run.path) || basename(run.path),
      seeds: [{
        seed: run.config.seed ?? NaN,
        bestEpoch: best_epoch,
        validation,
        test,
        perClass: test_per_class,
        run,
        predictions: predictions.get(run.path),
      }],
    }];
  });
}

/** Runs that differ in the seed alone. */
export interface RunGroup {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** The runs of all classifiers and of all pretrainings that are there. */
export function runGroups(input: ReportInput): RunGroup[] {
  return [
    ...[...input.configurations, ...input.singles].map(({ name, seeds }) => ({
      name,
      runs: seeds.flatMap(({ run }) => run ?? []),
    })),
    ...pretrainingGroups(input),
  ].filter(({ runs }) => runs.length > 0);
}

/** Pretraining runs that are part of no sweep, by their folder without seed and date. */
export function pretrainingGroups({ folder }: ReportInput): RunGroup[] {
  const sweeps = sweepFolders(folder);
  const groups = new Map<string, Run[]>();
  for (const run of folder.runs) {
    const pretrains = run.epochRows.some((row) => "train_loss" in row) &&
      !run.epochRows.some((row) => "validation_loss" in row);
    if (!pretrains || sweeps.some((path) => run.path.startsWith(`${path}/`))) continue;
    const name = basename(run.path)
      .replace(/_seed\d+$/, "")
      .replace(/-\d{4}-\d\d-\d\dT[\d-]+$/, "");
    groups.set(name, [...groups.get(name) ?? [], run]);
  }
  return [...groups].map(([name, runs]) => ({ name, runs }));
}

/** Folders of experiments whose runs are not reported one by one. */
function sweepFolders(folder: ResultsFolder): string[] {
  return [...filesOf(folder, "label-scarcity"), ...filesOf(folder, "ablation")]
    .map(({ path }) => dirname(path));
}

/** All classes that any of the configurations has, in their order. */
export function classesOf(configurations: readonly Configuration[]): string[] {
  return [
    ...new Set(
      configurations.flatMap(({ seeds }) => seeds.flatMap((s) => Object.keys(s.perClass))),
    ),
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

/** Pieces with as many members as one chart can tell apart by color, named `name`, `name_2` … */
export function chartPieces<T>(name: string, members: readonly T[]): [name: string, piece: T[]][] {
  const size = SERIES_COLORS.length;
  return Array.from(
    { length: Math.ceil(members.length / size) },
    (_, i) => [pieceName(name, i), members.slice(size * i, size * (i + 1))],
  );
}

/** `name`, `name_2`, `name_3`. */
export function pieceName(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index + 1}`;
}

/**
 * Results of several methods with several seeds, from the file of `train-multiseed`, from CSV, or as
 * the summaries that a paper prints.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parseCsv } from "../data/files/csv.ts";
import { UserError } from "../errors.ts";
import { OVERALL_METRICS } from "../metrics/multilabel_metrics.ts";
import type { PublishedMethod } from "../stats/published_figures.ts";
import { decimal } from "../text/decimal.ts";
import { publishedFigures } from "./published_results.ts";
import { maybeMeasured, whole } from "./schema/fields.ts";
import { MULTISEED_FILE, multiseedResults } from "./schema/kinds.ts";
import { check, readText, recognizeResult, type ResultOf } from "./schema/result_file.ts";

/** One run of a configuration. */
export interface SeedRun {
  readonly seed: number;
  /** Metric → value; NaN where the run has none. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The run's folder as the file names it. */
  readonly runFolder?: string;
}

/** Runs that differ in their seed only. */
export interface SeedConfiguration {
  readonly name: string;
  /** Method, such as supervised or simclr. */
  readonly method: string;
  readonly runs: readonly SeedRun[];
}

/** Figures of one method of a paper. */
export interface PublishedConfiguration extends PublishedMethod {
  readonly name: string;
  readonly method: string;
}

/** What {@linkcode readSeedResults} finds: values of seeds, or summaries without them. */
export type SeedResults =
  & {
    /** The file that was read. */
    readonly path: string;
    /** Where the figures come from, if the file says so. */
    readonly source?: string;
  }
  & (
    | { readonly configurations: readonly SeedConfiguration[] }
    | {
      readonly published: readonly PublishedConfiguration[];
      /** Decimals of the printed numbers. */
      readonly decimals: number;
    }
  );

/**
 * Reads results. A folder means its `phase2_multiseed_results.json`; a name that ends in `.csv`
 * is a table with the columns `method`, `seed`, one a metric, and `run_folder` if there are any; else
 * the file is JSON, with `individual_results` as `train-multiseed` writes them or with
 * `published_figures` (docs/published-figures.json is an example).
 *
 * A file need not say the method of a configuration. Then it is the first word of its name
 * (`simclr_focal_oversample`) where that is one of `pretraining`, else `supervised`.
 *
 * @param pretraining Names of the pretraining methods
 * @throws {UserError} When there is no such file, or it holds anything else.
 */
export function readSeedResults(path: string, pretraining: readonly string[] = []): SeedResults {
  const file = fileOf(path);
  const methodOf: MethodOf = (name) => {
    const [first] = name.toLowerCase().split(/[^a-z]+/);
    return first === "ssl" || pretraining.includes(first) ? first : "supervised";
  };
  if (file.toLowerCase().endsWith(".csv")) {
    return { path: file, configurations: fromCsv(file, methodOf) };
  }
  const read = recognizeResult(file, [multiseedResults, publishedFigures]);
  if (read === undefined) fail(file, "it has neither individual_results nor published_figures");
  const { source } = read.content;
  return "individual_results" in read.content
    ? { path: file, source, configurations: fromMultiseed(read.content, file, methodOf) }
    : { path: file, source, ...fromPublished(read.content, methodOf) };
}

type MethodOf = (configuration: string) => string;

function fail(file: string, what: string): never {
  throw new UserError(`Cannot use ${file}: ${what}`);
}

function fileOf(path: string): string {
  const facts = { remedy: "seed-results", file: MULTISEED_FILE };
  if (!existsSync(path)) throw new UserError(`There is no ${path}`, facts);
  if (!statSync(path).isDirectory()) return path;
  const file = join(path, MULTISEED_FILE);
  if (!existsSync(file)) throw new UserError(`${path} holds no ${MULTISEED_FILE}`, facts);
  return file;
}

function fromMultiseed(
  { methods, individual_results }: ResultOf<typeof multiseedResults>,
  file: string,
  methodOf: MethodOf,
): SeedConfiguration[] {
  return checked(
    Object.entries(individual_results).map(([name, rows]) => ({
      name,
      method: methods[name]?.method ?? methodOf(name),
      runs: rows.map(({ seed, run_folder: runFolder, ...row }) => ({
        seed,
        metrics: Object.fromEntries(OVERALL_METRICS.map((metric) => [metric, row[metric]])),
        runFolder,
      })),
    })),
    file,
  );
}

function fromCsv(file: string, methodOf: MethodOf): SeedConfiguration[] {
  const [head = [], ...rows] = parseCsv(readText(file), file);
  const titles = head.map((title) => title.trim());
  const metrics = titles.filter((title) => !["", "method", "seed", "run_folder"].includes(title));
  if (!titles.includes("method") || !titles.includes("seed") || metrics.length === 0) {
    const found = titles.join(", ") || "none";
    fail(file, `its columns are ${found}. Need method, seed, and one or more metrics`);
  }
  if (new Set(titles).size < titles.length) fail(file, "two columns have one name");
  const schema = v.object({
    seed: whole,
    ...Object.fromEntries(metrics.map((metric) => [metric, maybeMeasured])),
  });
  const byName = new Map<string, SeedRun[]>();
  for (const [i, row] of rows.entries()) {
    const place = `${file}, line ${i + 2}`;
    if (row.length !== head.length) {
      fail(place, `it has ${row.length} cells, the first line ${head.length}`);
    }
    const cells = Object.fromEntries(titles.map((title, c) => [title, row[c].trim()]));
    const { method: name, run_folder: runFolder, ...values } = cells;
    if (name === "") fail(place, "it names no method");
    const numbers = Object.entries(values)
      .filter(([, cell]) => !/^(|nan|na|n\/a|null)$/i.test(cell))
      .map(([title, cell]) => [title, decimal(cell) ?? cell]);
    const { seed, ...scores } = check(schema, Object.fromEntries(numbers), place);
    const run = { seed, metrics: scores, ...(runFolder && { runFolder }) };
    byName.set(name, [...byName.get(name) ?? [], run]);
  }
  return checked(
    [...byName].map(([name, runs]) => ({ name, method: methodOf(name), runs })),
    file,
  );
}

function checked(configurations: SeedConfiguration[], file: string): SeedConfiguration[] {
  for (const { name, runs } of configurations) {
    const seeds = runs.map(({ seed }) => seed);
    const twice = seeds.find((seed, i) => seeds.indexOf(seed) < i);
    if (twice !== undefined) fail(file, `${name} has seed ${twice} twice`);
  }
  const filled = configurations.filter(({ runs }) => runs.length > 0);
  if (filled.length < 2) {
    const found = filled.map(({ name }) => name).join(", ") || "none";
    fail(file, `a comparison needs results of two methods or more, it has ${found}`);
  }
  return filled;
}

function fromPublished(
  { published_figures }: ResultOf<typeof publishedFigures>,
  methodOf: MethodOf,
): { published: PublishedConfiguration[]; decimals: number } {
  const published = Object.entries(published_figures).map(([name, figures]) => ({
    name,
    method: figures.method ?? methodOf(name),
    singleRun: figures.single_run,
    seeds: figures.seeds,
  }));
  const numbers = published.flatMap(({ singleRun, seeds }) => [
    ...Object.values(singleRun),
    ...Object.values(seeds).flatMap(({ mean, standardDeviation, interval = [] }) => [
      mean,
      standardDeviation,
      ...interval,
    ]),
  ]);
  const decimals = numbers.map((value) => String(value).split(".")[1]?.length ?? 0);
  return { published, decimals: Math.max(0, ...decimals) };
}

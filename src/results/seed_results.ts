/**
 * Results of several methods with several seeds, from the file of `train-multiseed`, from CSV, or as
 * the summaries that a paper prints.
 *
 * @module
 */

import { join } from "node:path";
import { parseCsv } from "../data/files/csv.ts";
import { UserError } from "../errors.ts";
import type { PublishedMethod, PublishedSummary } from "../stats/published_figures.ts";
import { OVERALL_METRICS } from "../metrics/multilabel_metrics.ts";

/** What `train-multiseed` writes into the results folder. */
export const MULTISEED_FILE = "phase2_multiseed_results.json";

/** One run of a configuration. */
export interface SeedRun {
  readonly seed: number;
  /** Metric → value; null where the run has none. */
  readonly metrics: Readonly<Record<string, number | null>>;
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
 * Reads results. A folder stands for its `phase2_multiseed_results.json`; a name that ends in `.csv`
 * is a table with the columns `method`, `seed`, one a metric, and `run_folder` if there are any; else
 * the file is JSON, with `individual_results` as `train-multiseed` writes them or with
 * `published_figures` (docs/published-figures.json is an example).
 *
 * @throws {UserError} When there is no such file, or it holds anything else.
 */
export function readSeedResults(path: string): SeedResults {
  const file = fileOf(path);
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    throw new UserError(`Cannot read ${file}: ${(error as Error).message}`);
  }
  if (file.toLowerCase().endsWith(".csv")) {
    return { path: file, configurations: fromCsv(parseCsv(text, file), file) };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read ${file}: it is not valid JSON (${(error as Error).message})`);
  }
  const read = new ResultsFile(file);
  const top = read.object(json, "The file");
  const source = typeof top.source === "string" ? { source: top.source } : {};
  if (top.published_figures !== undefined) {
    return { path: file, ...source, ...fromPublished(read, top.published_figures) };
  }
  if (top.individual_results === undefined) {
    read.fail(
      "it has neither individual_results, as train-multiseed writes, nor published_figures",
    );
  }
  return { path: file, ...source, configurations: fromMultiseed(read, top) };
}

function fileOf(path: string): string {
  let folder: boolean;
  try {
    folder = Deno.statSync(path).isDirectory;
  } catch {
    throw new UserError(
      `There is no ${path}. Give --results-dir the folder that holds ${MULTISEED_FILE} ` +
        `(train-multiseed writes results/), or a JSON or CSV file of results`,
    );
  }
  if (!folder) return path;
  const file = join(path, MULTISEED_FILE);
  try {
    Deno.statSync(file);
  } catch {
    throw new UserError(
      `${path} holds no ${MULTISEED_FILE}. Make it with train-multiseed, or name a JSON or CSV ` +
        `file of results`,
    );
  }
  return file;
}

function fromMultiseed(read: ResultsFile, top: Record<string, unknown>): SeedConfiguration[] {
  const methods = read.object(top.methods ?? {}, "methods");
  const results = read.object(top.individual_results, "individual_results");
  const configurations = Object.entries(results).map(([name, rows]) => {
    if (!Array.isArray(rows)) read.fail(`individual_results.${name} is not a list`);
    const runs = (rows as unknown[]).map((row, i): SeedRun => {
      const where = `individual_results.${name}[${i}]`;
      const run = read.object(row, where);
      const runFolder = run.run_folder;
      return {
        seed: read.seed(run.seed, where),
        metrics: Object.fromEntries(OVERALL_METRICS.map((metric) => [
          metric,
          read.score(run[metric], `${where}.${metric}`),
        ])),
        ...(typeof runFolder === "string" ? { runFolder } : {}),
      };
    });
    const about = methods[name] === undefined ? {} : read.object(methods[name], `methods.${name}`);
    const method = typeof about.method === "string" ? about.method : methodOf(name);
    return { name, method, runs };
  });
  return checked(configurations, read);
}

function fromCsv([head = [], ...rows]: string[][], file: string): SeedConfiguration[] {
  const read = new ResultsFile(file);
  const titles = head.map((title) => title.trim());
  const at = (title: string) => titles.indexOf(title);
  const metrics = titles.filter((title) => !["", "method", "seed", "run_folder"].includes(title));
  if (at("method") < 0 || at("seed") < 0 || metrics.length === 0) {
    read.fail(
      `its columns are ${titles.join(", ") || "none"}. Need method, seed, and one or more metrics`,
    );
  }
  if (new Set(titles).size < titles.length) read.fail(`two columns have one name`);
  const byName = new Map<string, SeedRun[]>();
  for (const [i, row] of rows.entries()) {
    const line = `line ${i + 2}`;
    if (row.length !== head.length) {
      read.fail(`${line} has ${row.length} cells, its first line ${head.length}`);
    }
    const name = row[at("method")].trim();
    if (name === "") read.fail(`${line} names no method`);
    const seed = row[at("seed")].trim();
    const runFolder = row[at("run_folder")]?.trim();
    const run: SeedRun = {
      seed: read.seed(seed === "" ? undefined : Number(seed), line),
      metrics: Object.fromEntries(metrics.map((metric) => {
        const cell = row[at(metric)].trim();
        const missing = cell === "" || /^(nan|na|n\/a|null)$/i.test(cell);
        return [metric, missing ? null : read.score(Number(cell), `${metric} in ${line}`, cell)];
      })),
      ...(runFolder ? { runFolder } : {}),
    };
    byName.set(name, [...byName.get(name) ?? [], run]);
  }
  const configurations = [...byName].map(([name, runs]) => ({
    name,
    method: methodOf(name),
    runs,
  }));
  return checked(configurations, read);
}

/** Of a name such as `simclr_focal_oversample`; losses stand first where training is supervised. */
function methodOf(name: string): string {
  const [first] = name.toLowerCase().split(/[^a-z]+/);
  return ["simclr", "byol", "masked", "contrastive", "ssl"].includes(first) ? first : "supervised";
}

function checked(configurations: SeedConfiguration[], read: ResultsFile): SeedConfiguration[] {
  for (const { name, runs } of configurations) {
    const seeds = runs.map(({ seed }) => seed);
    const twice = seeds.find((seed, i) => seeds.indexOf(seed) < i);
    if (twice !== undefined) read.fail(`${name} has seed ${twice} twice`);
  }
  const filled = configurations.filter(({ runs }) => runs.length > 0);
  if (filled.length < 2) {
    const found = filled.map(({ name }) => name).join(", ") || "none";
    read.fail(`a comparison needs results of two methods or more, it has ${found}`);
  }
  return filled;
}

function fromPublished(
  read: ResultsFile,
  figures: unknown,
): { published: PublishedConfiguration[]; decimals: number } {
  const numbers: number[] = [];
  const number = (value: unknown, where: string): number => {
    if (typeof value !== "number") return read.fail(`${where} is not a number`);
    numbers.push(value);
    return value;
  };
  const entries = Object.entries(read.object(figures, "published_figures"));
  const published = entries.map(([name, given]): PublishedConfiguration => {
    const where = `published_figures.${name}`;
    const about = read.object(given, where);
    const single = read.object(about.single_run ?? {}, `${where}.single_run`);
    const seeds = read.object(about.seeds ?? {}, `${where}.seeds`);
    return {
      name,
      method: typeof about.method === "string" ? about.method : methodOf(name),
      singleRun: Object.fromEntries(
        Object.entries(single).map(([metric, value]) => [
          metric,
          number(value, `${where}.single_run.${metric}`),
        ]),
      ),
      seeds: Object.fromEntries(
        Object.entries(seeds).map(([metric, value]) => {
          const at = `${where}.seeds.${metric}`;
          return [metric, summaryOf(read.object(value, at), at)];
        }),
      ),
    };
  });
  if (published.length < 2) read.fail("published_figures needs two methods or more");
  return { published, decimals: Math.max(0, ...numbers.map(decimalsOf)) };

  function summaryOf(given: Record<string, unknown>, where: string): PublishedSummary {
    const n = given.n;
    const standardDeviation = number(given.std, `${where}.std`);
    if (!Number.isInteger(n) || (n as number) < 2) {
      read.fail(`${where}.n is no whole number from 2`);
    }
    if (standardDeviation < 0) read.fail(`${where}.std is below 0`);
    const summary = {
      mean: number(given.mean, `${where}.mean`),
      standardDeviation,
      n: n as number,
    };
    if (given.ci_95 === undefined) return summary;
    const ends = given.ci_95;
    if (!Array.isArray(ends) || ends.length !== 2) return read.fail(`${where}.ci_95 is no pair`);
    const [low, high] = ends.map((end) => number(end, `${where}.ci_95`));
    if (!(low < high)) read.fail(`${where}.ci_95 does not ascend`);
    return { ...summary, interval: [low, high] };
  }
}

function decimalsOf(value: number): number {
  return /\.(\d+)$/.exec(String(value))?.[1].length ?? 0;
}

/** Asks for what is needed and says where it is not. */
class ResultsFile {
  constructor(readonly file: string) {}

  fail(what: string): never {
    throw new UserError(`Cannot use ${this.file}: ${what}`);
  }

  object(value: unknown, where: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.fail(`${where} is not an object`);
    }
    return value as Record<string, unknown>;
  }

  seed(value: unknown, where: string): number {
    if (!Number.isSafeInteger(value)) return this.fail(`${where} has no whole number as its seed`);
    return value as number;
  }

  /** A score or null; JSON has null for NaN. */
  score(value: unknown, where: string, given = JSON.stringify(value)): number | null {
    if (value === null || value === undefined) return null;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.fail(`${where} is ${given}: need a number, or nothing where there is none`);
  }
}

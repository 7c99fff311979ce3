/**
 * The folder of one run: settings, metrics as JSON lines, figures, state for resuming.
 *
 * @module
 */

import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { UserError } from "../errors.ts";

/** Settings of a run. */
export const CONFIG_FILE = "config.json";

/** Rows of metrics, one JSON object a line. */
export const METRICS_FILE = "metrics.jsonl";

/** What a finished run leaves. */
export const RESULT_FILE = "result.json";

/** One object of `metrics.jsonl`. */
export type MetricsRow = Readonly<Record<string, number | string | boolean | null>>;

/** A run's folder; lines are appended as they come. */
export class RunFolder {
  readonly #encoder = new TextEncoder();
  readonly #metrics: Deno.FsFile;

  private constructor(
    readonly path: string,
    /** Rows of an earlier part of the run, at the time of opening. */
    readonly kept: readonly MetricsRow[],
    metrics: Deno.FsFile,
  ) {
    this.#metrics = metrics;
  }

  /**
   * Makes the folder.
   *
   * @param keepEpochs Keep the metrics of so many epochs of an earlier run and append to them.
   * @throws {UserError} When the folder cannot be made or written.
   */
  static open(path: string, keepEpochs = 0): RunFolder {
    const file = join(path, METRICS_FILE);
    try {
      Deno.mkdirSync(path, { recursive: true });
      const kept = keepEpochs > 0 ? rowsUpTo(file, keepEpochs) : [];
      // An earlier run's result would make this one look finished.
      removeIfThere(join(path, RESULT_FILE));
      Deno.writeTextFileSync(file, lines(kept));
      const metrics = Deno.openSync(file, { write: true, append: true });
      return new RunFolder(path, kept, metrics);
    } catch (error) {
      throw new UserError(
        `Cannot write the run folder ${path}: ${
          (error as Error).message
        }. Choose another --run-dir`,
      );
    }
  }

  /** Path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes settings or results as JSON. */
  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomically(this.file(name), JSON.stringify(value, null, 2) + "\n");
  }

  /** Writes text, such as an SVG. */
  async writeText(name: string, text: string): Promise<void> {
    await writeFileAtomically(this.file(name), text);
  }

  /** Appends rows to `metrics.jsonl`. */
  append(rows: readonly MetricsRow[]): void {
    if (rows.length === 0) return;
    const bytes = this.#encoder.encode(lines(rows));
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#metrics.writeSync(bytes.subarray(done));
      }
    } catch (error) {
      throw new UserError(
        `Cannot write ${this.file(METRICS_FILE)}: ${(error as Error).message}`,
      );
    }
  }

  /** Closes the metrics file. */
  close(): void {
    this.#metrics.close();
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The rows of a metrics file that belong to the first epochs. */
function rowsUpTo(file: string, epochs: number): MetricsRow[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const row = JSON.parse(line) as MetricsRow;
      return Number(row.epoch) <= epochs ? [row] : [];
    } catch {
      return []; // torn by a kill, or the empty end
    }
  });
}

function lines(rows: readonly MetricsRow[]): string {
  return rows.map((row) => JSON.stringify(row, finiteOrNull) + "\n").join("");
}

/** JSON has no NaN. */
function finiteOrNull(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/** `results/<name>-<date>T<time>`, for runs that name no folder. */
export function defaultRunFolder(name: string, now = new Date()): string {
  return join("results", `${name}-${now.toISOString().slice(0, 19).replaceAll(":", "-")}`);
}

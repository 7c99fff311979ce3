/**
 * The folder of one run: settings, metrics as JSON lines and as TensorBoard's events, figures, state
 * for resuming.
 */

import { stringify } from "@std/yaml";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import type { Event } from "./tensorboard/event.ts";
import { EventFile } from "./event_file.ts";
import { flattenSettings } from "../results/flat_settings.ts";
import { jsonText } from "../results/schema/result_file.ts";
import { keptEvents, rowEvent, startEvent } from "./run_events.ts";
import { CONFIG_FILE, METRICS_FILE, type MetricsRow, RESULT_FILE } from "../results/run_files.ts";

/** A run's folder; lines are appended as they come. */
export class RunFolder {
  private constructor(
    readonly path: string,
    readonly started: Date,
    /** Rows of an earlier part of the run, at the time of opening. */
    readonly kept: readonly MetricsRow[],
    private readonly metrics: Deno.FsFile,
    private readonly events: EventFile,
  ) {}

  /**
   * Makes the folder.
   *
   * @param keepEpochs Keep the metrics of so many epochs of an earlier part of the run.
   * @param started When the run began, its earlier parts included.
   * @throws {UserError} When the folder cannot be made or written.
   */
  static async open(
    path: string,
    { keepEpochs = 0, started = new Date() }: { keepEpochs?: number; started?: Date } = {},
  ): Promise<RunFolder> {
    const file = join(path, METRICS_FILE);
    let metrics: Deno.FsFile | undefined;
    try {
      Deno.mkdirSync(path, { recursive: true });
      const kept = keepEpochs > 0 ? rowsUpTo(file, keepEpochs) : [];
      // An earlier run's result would make this one look finished.
      rmSync(join(path, RESULT_FILE), { force: true });
      await writeFileAtomically(file, lines(kept));
      metrics = Deno.openSync(file, { write: true, append: true });
      // The metrics are the truth: the events of what is kept are made from them.
      const events = EventFile.open(path, keptEvents(kept, started.getTime() / 1000));
      return new RunFolder(path, started, kept, metrics, events);
    } catch (error) {
      metrics?.close();
      throw new UserError(
        `Cannot write the run folder ${path}: ${(error as Error).message}`,
        { remedy: "other-run-folder" },
      );
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes settings or results as JSON. */
  async writeJson(name: string, value: unknown): Promise<void> {
    await this.writeText(name, jsonText(value));
  }

  /** Writes text, such as an SVG. */
  async writeText(name: string, text: string): Promise<void> {
    await writeFileAtomically(this.file(name), text);
  }

  /** Writes the run's settings: `config.json`, `hparams.yaml`, and for TensorBoard's HPARAMS page. */
  async writeConfig(config: Readonly<Record<string, JsonValue>>): Promise<void> {
    await this.writeJson(CONFIG_FILE, config);
    const flat = flattenSettings(config);
    // Quotes texts that YAML 1.1 would take for something else.
    await this.writeText("hparams.yaml", stringify(flat, { lineWidth: -1 }));
    this.#appendEvents([startEvent(flat, this.started.getTime() / 1000)]);
  }

  /** Appends rows to `metrics.jsonl` and to the event file. */
  append(rows: readonly MetricsRow[]): void {
    if (rows.length === 0) return;
    const bytes = new TextEncoder().encode(lines(rows));
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.metrics.writeSync(bytes.subarray(done));
      }
    } catch (error) {
      throw new UserError(
        `Cannot write ${this.file(METRICS_FILE)}: ${(error as Error).message}`,
      );
    }
    const now = Date.now() / 1000;
    this.#appendEvents(rows.map((row) => rowEvent(row, now)));
  }

  /**
   * Notes a result for TensorBoard alone, as `section/name`.
   *
   * @param section Such as `test`
   * @param epoch The epoch whose weights were measured
   */
  noteResult(section: string, metrics: Readonly<Record<string, number>>, epoch: number): void {
    const values = Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [`${section}/${name}`, value]),
    );
    this.#appendEvents([{ kind: "scalars", wallTime: Date.now() / 1000, step: epoch, values }]);
  }

  /** Notes for TensorBoard that the run is finished. */
  noteEnd(): void {
    this.#appendEvents([{ kind: "session end", wallTime: Date.now() / 1000 }]);
  }

  close(): void {
    this.metrics.close();
    this.events.close();
  }

  #appendEvents(events: readonly Event[]): void {
    try {
      this.events.append(events);
    } catch (error) {
      throw new UserError(`Cannot write ${this.events.path}: ${(error as Error).message}`);
    }
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
  return rows.map((row) => JSON.stringify(row) + "\n").join("");
}

/** `results/<name>-<date>T<time>`, for runs that name no folder. */
export function defaultRunFolder(name: string, now = new Date()): string {
  return join("results", `${name}-${now.toISOString().slice(0, 19).replaceAll(":", "-")}`);
}

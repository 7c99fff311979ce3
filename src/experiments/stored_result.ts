/**
 * The result of a cell in its folder: `started.json` while it runs, `done.json` afterwards. A number
 * that is not defined is NaN in memory and null in the file.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../checkpoint/metadata.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import { readJson, writeJson } from "../results/schema/result_file.ts";
import { isUnfinished } from "../results/run_files.ts";

const STARTED_FILE = "started.json";
const DONE_FILE = "done.json";

/** What a result depends on. */
export type CellSettings = Readonly<Record<string, JsonValue>>;

/**
 * The result that an earlier run of a cell left; undefined where it is still to be done, from the
 * start or from where it stopped.
 *
 * @throws {UserError} When the folder holds a run with other settings, or a damaged result.
 */
export function storedResult(folder: string, settings: CellSettings): unknown {
  const done = read(join(folder, DONE_FILE));
  if (done !== undefined) {
    if (done.result === undefined) throw notAResult(join(folder, DONE_FILE));
    assertSame(folder, done.settings, settings);
    return parseNumbers(JSON.stringify(done.result));
  }
  // Without a saved state the run starts again from the beginning, with any settings.
  const started = isUnfinished(folder) ? read(join(folder, STARTED_FILE)) : undefined;
  if (started !== undefined) assertSame(folder, started.settings, settings);
  return undefined;
}

/** Notes what a run is started with. */
export async function storeStart(folder: string, settings: CellSettings): Promise<void> {
  await writeJson(join(folder, STARTED_FILE), { settings });
}

/** Keeps a result; gives it as it will be read back. */
export async function storeResult(
  folder: string,
  settings: CellSettings,
  result: unknown,
): Promise<unknown> {
  await writeJson(join(folder, DONE_FILE), { settings, result });
  await Deno.remove(join(folder, STARTED_FILE));
  return storedResult(folder, settings);
}

/** JSON with NaN for null. */
export function parseNumbers(text: string): unknown {
  return JSON.parse(text, (_key, value) => value ?? NaN);
}

function assertSame(folder: string, before: CellSettings, now: CellSettings): void {
  const show = (value: JsonValue | undefined) =>
    value === undefined ? "none" : canonicalJson(value);
  const differing = Object.keys({ ...before, ...now }).filter((name) =>
    show(before[name]) !== show(now[name])
  );
  if (differing.length === 0) return;
  throw new UserError(
    `The run in ${folder} had other settings: ${
      differing.map((name) => `${name} ${show(before[name])}, now ${show(now[name])}`).join("; ")
    }. Give the same, or another folder for the results`,
  );
}

function read(path: string): { settings: CellSettings; result?: unknown } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const content = readJson(path) as { settings?: CellSettings };
    if (typeof content.settings === "object" && content.settings !== null) {
      return content as { settings: CellSettings };
    }
  } catch {
    // The error below says so.
  }
  throw notAResult(path);
}

function notAResult(path: string): UserError {
  return new UserError(`Cannot read ${path}: it is not a run's result. Remove it to run again`);
}

/**
 * Many runs in one folder, of which those that are done already are not done again.
 *
 * @module
 */

import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { canonicalJson } from "../checkpoint/metadata.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import { isUnfinished } from "../runs/run_state.ts";

const STARTED_FILE = "started.json";
const DONE_FILE = "done.json";

/** What a result depends on. */
export type RunSettings = Readonly<Record<string, JsonValue>>;

/**
 * Gives the result of a run: from its folder, where the run has ended before; else by running it.
 *
 * @param folder The run's own folder.
 * @param settings What the result depends on.
 * @param run Does the run; a part of it may be in the folder already.
 * @param usable False where a stored result is of no more use, such as that the file it tells of has
 * gone: then the run is done again. Default: it always is.
 * @throws {UserError} When the folder holds a run with other settings, or a damaged result.
 */
export async function runOnce<Result extends JsonValue>(
  folder: string,
  settings: RunSettings,
  run: () => Promise<Result>,
  usable: (result: Result) => boolean | Promise<boolean> = () => true,
): Promise<{ result: Result; fresh: boolean }> {
  const stored = earlierResult<Result>(folder, settings);
  if (stored !== undefined && await usable(stored)) return { result: stored, fresh: false };
  const started = join(folder, STARTED_FILE);
  await writeFileAtomically(started, JSON.stringify({ settings }, null, 2) + "\n");
  const result = await run();
  await writeFileAtomically(
    join(folder, DONE_FILE),
    JSON.stringify({ settings, result }, null, 2) + "\n",
  );
  await Deno.remove(started);
  return { result, fresh: true };
}

/**
 * The result of a run that has ended before; undefined where it is still to be done, from the start
 * or from where it stopped.
 *
 * @throws {UserError} When the folder holds a run with other settings, or a damaged result.
 */
export function earlierResult<Result extends JsonValue>(
  folder: string,
  settings: RunSettings,
): Result | undefined {
  const done = read(join(folder, DONE_FILE));
  if (done !== undefined) {
    if (done.result === undefined) throw notARun(join(folder, DONE_FILE));
    assertSame(folder, done.settings, settings);
    return done.result as Result;
  }
  // Without a state on disk the run begins anew, and nothing of it is lost.
  if (isUnfinished(folder)) {
    const started = read(join(folder, STARTED_FILE));
    if (started !== undefined) assertSame(folder, started.settings, settings);
  }
  return undefined;
}

function assertSame(folder: string, before: RunSettings, now: RunSettings): void {
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

function read(path: string): { settings: RunSettings; result?: JsonValue } | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    const content = JSON.parse(text);
    if (typeof content.settings === "object" && content.settings !== null) return content;
  } catch {
    // said below
  }
  throw notARun(path);
}

function notARun(path: string): UserError {
  return new UserError(`Cannot read ${path}: it is not a run's result. Remove it to run again`);
}

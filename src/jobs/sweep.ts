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

const DONE_FILE = "done.json";

/**
 * Gives the result of a run: from its folder, where the run has ended before; else by running it.
 *
 * @param folder The run's own folder.
 * @param settings What the result depends on.
 * @param run Does the run; a part of it may be in the folder already.
 * @throws {UserError} When the folder holds a run with other settings, or a damaged result.
 */
export async function runOnce<Result extends JsonValue>(
  folder: string,
  settings: JsonValue,
  run: () => Promise<Result>,
): Promise<{ result: Result; fresh: boolean }> {
  const path = join(folder, DONE_FILE);
  const stored = readDone(path);
  if (stored !== undefined) {
    if (canonicalJson(stored.settings) !== canonicalJson(settings)) {
      throw new UserError(
        `The run in ${folder} had other settings: ${canonicalJson(stored.settings)}. ` +
          `Give the same, or another folder for the results`,
      );
    }
    return { result: stored.result as Result, fresh: false };
  }
  const result = await run();
  await writeFileAtomically(path, JSON.stringify({ settings, result }, null, 2) + "\n");
  return { result, fresh: true };
}

function readDone(path: string): { settings: JsonValue; result: JsonValue } | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    const { settings, result } = JSON.parse(text);
    if (settings !== undefined && result !== undefined) return { settings, result };
  } catch {
    // said below
  }
  throw new UserError(`Cannot read ${path}: it is not a run's result. Remove it to run again`);
}

/** Errors of files, in words. */

import { type ErrorFacts, UserError } from "../../errors.ts";

/** Why a folder cannot be read that is missing. */
export const NO_FOLDER = "there is no such folder";

/** Makes the errors of one file from a reason. */
export type Fail = (reason: string, facts?: ErrorFacts) => UserError;

/** Errors of the form `Cannot read FILE: REASON`. */
export function cannotRead(file: string): Fail {
  return (reason, facts) => new UserError(`Cannot read ${file}: ${reason}`, facts);
}

/** A short reason for a failed file operation, for people. */
export function fileErrorReason(error: unknown, missing = "the file is missing"): string {
  if (error instanceof Deno.errors.NotFound) return missing;
  if (error instanceof Deno.errors.PermissionDenied) return "permission is denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is not a folder";
  return error instanceof Error ? error.message : String(error);
}

/** What a reader's error says without its first words, for lists: `a.dat: the file is missing`. */
export function readFailureReason(error: UserError): string {
  return error.message.replace(/^Cannot (read|use) /, "");
}

/** What `read` gives; what it throws becomes the error that `fail` makes of the reason. */
export function reading<Result>(read: () => Result, fail: Fail, missing?: string): Result {
  try {
    return read();
  } catch (error) {
    throw fail(fileErrorReason(error, missing));
  }
}

/** Names and kinds of the entries of a folder. */
export function listFolder(path: string): Deno.DirEntry[] {
  return reading(() => [...Deno.readDirSync(path)], cannotRead(path), NO_FOLDER);
}

/** What `action` gives, or the {@linkcode UserError} that it throws. */
export function attempt<Result>(action: () => Result): Result | UserError {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

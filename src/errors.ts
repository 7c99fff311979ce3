/**
 * Errors that are meant to be read by the person at the keyboard.
 *
 * @module
 */

/**
 * Something the user can act on: a missing file, a damaged record, a batch that does not fit.
 * The command line prints its message without a stack trace and exits with code 1.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { UserError } from "ssrl-ecg";
 * const error = new UserError("Cannot read a.dat: file is missing. Check --data-root");
 * assert(error.exitCode === 1);
 * ```
 */
export class UserError extends Error {
  override name = "UserError";
  /** Exit code of the process when this error ends it. */
  readonly exitCode: number = 1;
}

/**
 * A wrong flag or flag value. The command line prints the message and exits with code 2.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { UsageError } from "ssrl-ecg";
 * assert(new UsageError("Unknown flag --epoch: use --epochs").exitCode === 2);
 * ```
 */
export class UsageError extends UserError {
  override name = "UsageError";
  override readonly exitCode = 2;
}

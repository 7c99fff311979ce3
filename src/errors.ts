/** Errors that are meant to be read by the person at the keyboard. */

/**
 * What could be changed so that an error does not come again, with the facts for it: the largest batch
 * that fits, say. The rooms below the console know no flags; `src/console/advice.ts` makes a sentence
 * of it that names them.
 */
export interface ErrorFacts {
  readonly remedy: string;
  readonly [fact: string]: string | number | boolean | undefined;
}

/**
 * Something the user can act on: a missing file, a damaged record, a batch that does not fit.
 * The command line prints its message without a stack trace and exits with code 1.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { UserError } from "ssrl-ecg";
 * const error = new UserError("Cannot read a.dat: there is no such file");
 * assert(error.exitCode === 1);
 * ```
 */
export class UserError extends Error {
  override name = "UserError";
  /** @param facts What could be changed, for whoever shows the error. */
  constructor(message: string, readonly facts?: ErrorFacts, options?: ErrorOptions) {
    super(message, options);
  }
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

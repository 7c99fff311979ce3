/** Assertions about errors that a person reads. */

import { assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";

/** Asserts that an action throws a {@linkcode UserError} whose message includes a text. */
export function assertUserError(action: () => unknown, message?: string): UserError {
  return assertThrows(action, UserError, message);
}

/** The same of an action that takes its time. */
export function rejectsUserError(
  action: () => Promise<unknown>,
  message?: string,
): Promise<UserError> {
  return assertRejects(action, UserError, message);
}

/** Runs an action that may throw a {@linkcode UserError}, but nothing else. */
export function allowUserError(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

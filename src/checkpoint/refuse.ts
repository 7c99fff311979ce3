import { UserError } from "../errors.ts";

/** Ends the reading of a checkpoint with a {@linkcode UserError} that names the file. */
export type Refuse = (problem: string) => never;

/** @param source Named in the errors, usually the path */
export function refuser(source: string): Refuse {
  return (problem) => {
    throw new UserError(`Cannot read checkpoint "${source}": ${problem}`);
  };
}

import { UserError } from "../errors.ts";
import { recognizeArchitecture } from "./registry.ts";
import { elementCount, type StateDict } from "../checkpoint/state_dict.ts";

/** How many offenders of each kind a message names. */
const NAMED = 5;

/** A tensor that a model needs. */
export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Checks strictly that a state dict fits a model: every tensor there, none too many, every shape
 * equal. (A scalar `[]` and `[1]` count as different, as in PyTorch.)
 *
 * @param expected What the model needs
 * @param given What the file holds
 * @param what What the model is and where the tensors come from, for the message, e.g.
 * `ECGClassifier from section "model" of a.pt`
 * @throws {UserError} If anything differs: lists the first five of each kind, with totals, and says
 * which architecture the file seems to hold
 */
export function matchStateDict(
  expected: readonly ExpectedTensor[],
  given: StateDict,
  what: string,
): void {
  const known = new Set(expected.map(({ name }) => name));
  const missing = expected.filter(({ name }) => !given.has(name)).map(({ name }) => name);
  const unexpected = [...given.keys()].filter((name) => !known.has(name));
  const misshapen: string[] = [];
  for (const { name, shape } of expected) {
    const found = given.get(name)?.shape;
    if (found !== undefined && found.join() !== shape.join()) {
      misshapen.push(`${name} needs [${shape.join(", ")}], got [${found.join(", ")}]`);
    }
  }
  const problems = [
    list("missing", missing),
    list("unexpected", unexpected),
    list("of another shape", misshapen),
  ].filter((line) => line !== "");
  if (problems.length === 0) return;
  throw new UserError(
    `Cannot load weights into ${what}: the file holds ${recognizeArchitecture(given)}\n` +
      problems.join("\n"),
  );
}

function list(kind: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const rest = names.length > NAMED ? `, and ${names.length - NAMED} more` : "";
  return `  ${names.length} ${kind}: ${names.slice(0, NAMED).join(", ")}${rest}`;
}

/** Number of values in all tensors of a state dict. */
export function countValues(tensors: StateDict): number {
  let total = 0;
  for (const { shape } of tensors.values()) total += elementCount(shape);
  return total;
}

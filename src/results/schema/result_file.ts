/**
 * Writing and reading JSON files of results.
 *
 * Each kind of file is declared once, as a schema with a name (`kinds.ts`, or next to its writer):
 *
 *     export const ablationResults = resultKind("ablation", {
 *       reference: v.string(),
 *       deltas: v.record(v.string(), delta),
 *       command_line: v.optional(v.nullable(v.string())),
 *     });
 *
 *     await writeResult(path, ablationResults, { reference, deltas, command_line });
 *     const { deltas } = readResult(path, ablationResults);
 *
 * A number that may be undefined is a `measured` of `fields.ts`: NaN in memory, null in the file. So
 * writers hand over their numbers as they are, and readers need not ask for null.
 *
 * Written files say what they are in `kind`. Older ones do not: they are recognized by having all
 * fields that their schema requires. Fields that a schema does not name are ignored, and kept in the
 * file. A JSON file that this program never reads back needs no schema: {@linkcode writeJson}.
 */

import * as v from "valibot";
import { writeFileAtomically } from "../../checkpoint/atomic_write.ts";
import { UserError } from "../../errors.ts";

/** A kind of file. */
export interface ResultKind<Name extends string, Schema extends v.GenericSchema> {
  /** The command that writes such files. */
  readonly kind: Name;
  readonly schema: Schema;
  /** Fields without which a file is not of this kind. */
  readonly required: readonly string[];
}

/** Any kind. */
export type AnyResultKind = ResultKind<string, v.GenericSchema>;

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

/** What a file of a kind holds: NaN for null. */
export type ResultOf<Kind extends AnyResultKind> = Frozen<v.InferOutput<Kind["schema"]>>;

/** What is written to a file of a kind: NaN or null where a number is not defined. */
export type WrittenResult<Kind extends AnyResultKind> =
  & Frozen<v.InferInput<Kind["schema"]>>
  & Readonly<Record<string, unknown>>;

/** A file of one of some kinds, told apart by `kind`. */
export type RecognizedResult<Kind extends AnyResultKind> = Kind extends AnyResultKind ? {
    readonly path: string;
    readonly kind: Kind["kind"];
    readonly content: ResultOf<Kind>;
  }
  : never;

/** Declares a kind of file. */
export function resultKind<const Name extends string, Entries extends v.ObjectEntries>(
  kind: Name,
  entries: Entries,
): ResultKind<Name, v.ObjectSchema<Entries, undefined>> {
  const required = Object.keys(entries).filter((key) => entries[key].type !== "optional");
  return { kind, schema: v.object(entries), required };
}

/**
 * Writes a file whole or not at all, with its kind as first field.
 *
 * @throws {TypeError} When the value is not what the schema says
 * @throws {UserError} When the file cannot be written
 */
export async function writeResult<Kind extends AnyResultKind>(
  path: string,
  { kind, schema }: Kind,
  value: WrittenResult<Kind>,
): Promise<void> {
  const text = jsonText({ kind, ...value });
  const { issues } = v.safeParse(schema, JSON.parse(text));
  if (issues) throw new TypeError(`Not a result of ${kind}: ${describeIssue(issues[0])}`);
  await writeFileAtomically(path, text);
}

/** Writes a JSON file that is not read back. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, jsonText(value));
}

/** JSON as all files have it: two spaces, null for what is not a finite number. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/**
 * Reads a file of a known kind.
 *
 * @throws {UserError} When it cannot be read or holds anything else; names file, field, what is there
 * and what is needed
 */
export function readResult<Kind extends AnyResultKind>(path: string, kind: Kind): ResultOf<Kind> {
  return check(kind.schema, readJson(path), path) as ResultOf<Kind>;
}

/**
 * Reads a file of any of some kinds.
 *
 * @returns Undefined where it is JSON of another kind
 * @throws {UserError} When it cannot be read, or is of a kind and damaged
 */
export function recognizeResult<Kind extends AnyResultKind>(
  path: string,
  kinds: readonly Kind[],
): RecognizedResult<Kind> | undefined {
  const content = readJson(path);
  if (typeof content !== "object" || content === null || Array.isArray(content)) return undefined;
  const found = kinds.find(({ kind }) => "kind" in content && content.kind === kind) ??
    kinds.find(({ required }) => required.every((key) => key in content));
  if (found === undefined) return undefined;
  const { kind, schema } = found;
  return { path, kind, content: check(schema, content, path) } as RecognizedResult<Kind>;
}

/** @throws {UserError} When the file cannot be read or is not JSON */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot use ${path}: it is not valid JSON (${(error as Error).message})`);
  }
}

/** @throws {UserError} When the file cannot be read */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    throw new UserError(
      `Cannot read ${path}: ${missing ? "it is not there" : (error as Error).message}`,
    );
  }
}

/**
 * A value of a schema.
 *
 * @param path The file, or the file and the place in it
 * @throws {UserError} When it is not one
 */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  path: string,
): v.InferOutput<Schema> {
  if (Array.isArray(value)) throw new UserError(`Cannot use ${path}: it is a list: need an object`);
  const { issues, output } = v.safeParse(schema, value);
  if (issues) throw new UserError(`Cannot use ${path}: ${describeIssue(issues[0])}`);
  return output as v.InferOutput<Schema>;
}

/** Words for the types of valibot. */
const WORDS: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "an object",
  boolean: "true or false",
  number: "a number",
  string: "a text",
};

/** `runs[2].seed is "x": need a number`; messages of own checks say what is needed. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const place = (issue.path ?? []).map(({ key }) =>
    typeof key === "number" ? `[${key}]` : `.${key}`
  )
    .join("").replace(/^\./, "");
  if (issue.received === "undefined") return `${place} is missing`;
  const found = WORDS[issue.received] ?? issue.received;
  const needed = issue.kind === "validation"
    ? issue.message
    : WORDS[issue.expected ?? ""] ?? issue.expected;
  return `${place || "it"} is ${found}: need ${needed}`;
}

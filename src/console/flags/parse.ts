/**
 * Reads a command line against a table of flags.
 *
 * Own code, since neither `@std/cli` nor `node:util` takes the `-1e-3` of `--lr -1e-3` for a value,
 * checks values, or knows which flag was meant.
 */

import { UsageError } from "../../errors.ts";
import { nearest } from "../../text/nearest.ts";
import type { FlagTable, Options, Positionals } from "./command.ts";

/** A command line that was understood. */
export interface ParsedCommandLine<Flags extends FlagTable> {
  /** Whether `--help` or `-h` is anywhere in it. The other fields are then not to be used. */
  readonly help: boolean;
  readonly options: Options<Flags>;
  /** Names of the flags on the command line, as written in the table. */
  readonly given: ReadonlySet<keyof Flags & string>;
  readonly positionals: readonly string[];
  /** What is to be said about it: a flag was given by another name. */
  readonly remarks: readonly string[];
}

/** `"batch-size"` → `"batchSize"`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Understands `--flag value`, `--flag=value` and switches, with `-` or `_` in the name. A flag given
 * twice: the last one wins, lists collect. Where a command takes flags only, all values that follow
 * a list belong to it.
 *
 * @throws {UsageError} Unknown flag (with the nearest one), missing or bad value, missing required
 * flag, positional argument where none is declared
 */
export function parseCommandLine<Flags extends FlagTable>(
  flags: Flags,
  args: readonly string[],
  positionals?: Positionals,
): ParsedCommandLine<Flags> {
  const { help, texts, rest, remarks } = split(flags, args, positionals === undefined);
  const options: Record<string, unknown> = {};
  if (!help) {
    checkPositionals(rest, flags, positionals);
    for (const [name, flag] of Object.entries(flags)) {
      const given = texts.get(name);
      if (given === undefined && flag.required) {
        throw new UsageError(`--${name} is missing: give ${flag.allowed} (${flag.description})`);
      }
      options[camelCase(name)] = given === undefined ? flag.absent : flag.read(given, name);
    }
  }
  return {
    help,
    options: options as Options<Flags>,
    given: new Set(texts.keys()),
    positionals: rest,
    remarks,
  };
}

/** Texts by the name of their flag, and what belongs to none. */
function split(flags: FlagTable, args: readonly string[], longLists: boolean) {
  const texts = new Map<string, string[]>();
  const rest: string[] = [];
  const remarks: string[] = [];
  let help = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === "--") {
      rest.push(...args.slice(at + 1));
      break;
    }
    if (arg === "-h" || arg === "--help") {
      help = true;
      continue;
    }
    if (!/^--?[a-z]/i.test(arg)) {
      rest.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const typed = equals < 0 ? arg : arg.slice(0, equals);
    const { name, remark } = findFlag(flags, typed);
    if (remark !== undefined) remarks.push(`${typed} is --${name}: ${remark}`);
    const flag = flags[name];
    const values = equals < 0 ? [] : [arg.slice(equals + 1)];
    if (equals < 0 && flag.placeholder === "") values.push("true");
    const most = values.length > 0 ? 0 : flag.list && longLists ? Infinity : 1;
    // "--epochs --seed 1": the next flag is no value, though "-1e-3" is. A value that really begins
    // with two dashes is written --flag=--value.
    while (values.length < most && at + 1 < args.length && !/^--|^-[a-z]/i.test(args[at + 1])) {
      values.push(args[++at]);
    }
    if (values.length === 0) throw new UsageError(`${typed} has no value: give ${flag.allowed}`);
    texts.set(name, [...texts.get(name) ?? [], ...values]);
  }
  return { help, texts, rest, remarks };
}

/** The name in the table, and what is to be said where it was given by another name. */
function findFlag(flags: FlagTable, typed: string): { name: string; remark?: string } {
  const bare = typed.replace(/^--?/, "").replaceAll("_", "-");
  if (typed.startsWith("--")) {
    if (Object.hasOwn(flags, bare)) return { name: bare };
    for (const [name, { aliases }] of Object.entries(flags)) {
      if (Object.hasOwn(aliases, bare)) return { name, remark: aliases[bare] };
    }
  }
  const names = [...Object.keys(flags), "help"];
  // A switch has one direction only: --shuffle where there is --no-shuffle, and the reverse.
  const opposite = names.find((name) => name === `no-${bare}` || bare === `no-${name}`);
  const near = nearest(bare, names) ?? opposite;
  const advice = near === undefined ? "See --help for the flags" : `Is --${near} meant?`;
  throw new UsageError(`Unknown flag ${typed}. ${advice}`);
}

function checkPositionals(
  rest: readonly string[],
  flags: FlagTable,
  positionals: Positionals | undefined,
): void {
  const minimum = positionals?.minimum ?? 0;
  const maximum = positionals === undefined ? 0 : positionals.maximum ?? Infinity;
  if (rest.length > maximum) {
    const extra = rest[maximum];
    const hint = Object.hasOwn(flags, extra) ? `. Is --${extra} meant?` : "";
    throw new UsageError(
      positionals === undefined
        ? `Unexpected argument ${extra}: this command takes flags only${hint}`
        : `Unexpected argument ${extra}: at most ${maximum} ${positionals.name} can be given${hint}`,
    );
  }
  if (rest.length < minimum && positionals !== undefined) {
    throw new UsageError(`${positionals.name} is missing: ${positionals.description}`);
  }
}

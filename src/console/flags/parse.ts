/**
 * Reads a command line against a table of flags.
 *
 * `@std/cli` splits it. Before that, every known flag gets its value attached, under a name in camel
 * case: by itself the parser would take the `-1e-3` of `--lr -1e-3` for switches, give a flag
 * without a value the empty text, and read `--no-shuffle` as the opposite of a flag `shuffle`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { UsageError } from "../../errors.ts";
import type { FlagTable, Options, Positionals } from "./command.ts";
import { nearest } from "../../text/nearest.ts";

/** A command line that was understood. */
export interface ParsedCommandLine<Flags extends FlagTable> {
  /** Whether `--help` or `-h` stands anywhere. The other fields are then not to be used. */
  readonly help: boolean;
  readonly options: Options<Flags>;
  /** Names of the flags that stand on the command line, as written in the table. */
  readonly given: ReadonlySet<keyof Flags & string>;
  readonly positionals: readonly string[];
}

/** `"batch-size"` → `"batchSize"`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Understands `--flag value`, `--flag=value` and switches. A flag given twice: the last one wins,
 * lists collect.
 *
 * @throws {UsageError} Unknown flag (with the nearest one), missing or bad value, missing required
 * flag, positional argument where none is declared
 */
export function parseCommandLine<Flags extends FlagTable>(
  flags: Flags,
  args: readonly string[],
  positionals?: Positionals,
): ParsedCommandLine<Flags> {
  const names = Object.keys(flags);
  const keys = names.map(camelCase);
  const parsed = parseArgs(attachValues(flags, args), {
    string: [...keys, "_"],
    collect: keys,
    boolean: ["help"],
    alias: { help: "h" },
  });
  const help = parsed.help === true;
  const rest = parsed._.map(String);
  const texts = new Map<string, string[]>();
  for (const name of names) {
    const given = parsed[camelCase(name)] as string[];
    if (given.length > 0) texts.set(name, given);
  }
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
  };
}

/** `--batch-size 8 FILE --no-shuffle` → `--batchSize=8 --noShuffle=true -- FILE`. */
function attachValues(flags: FlagTable, args: readonly string[]): string[] {
  const attached: string[] = [];
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === "--") {
      positionals.push(...args.slice(at + 1));
      break;
    }
    if (arg === "-h" || arg === "--help") {
      attached.push(arg);
      continue;
    }
    if (!/^--?[a-z]/i.test(arg)) {
      positionals.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const typed = equals < 0 ? arg : arg.slice(0, equals);
    const name = typed.slice(2);
    if (!typed.startsWith("--") || !Object.hasOwn(flags, name)) {
      throw unknownFlag(typed, [...Object.keys(flags), "help"]);
    }
    const isSwitch = flags[name].placeholder === "";
    let value = equals < 0 ? undefined : arg.slice(equals + 1);
    if (value === undefined && isSwitch) value = "true";
    // "--epochs --seed 1": the next flag is no value, though "-1e-3" is. A value that really begins
    // with two dashes is written --flag=--value.
    if (value === undefined && at + 1 < args.length && !/^--|^-[a-z]/i.test(args[at + 1])) {
      value = args[++at];
    }
    if (value === undefined) {
      throw new UsageError(`--${name} has no value: give ${flags[name].allowed}`);
    }
    attached.push(`--${camelCase(name)}=${value}`);
  }
  return [...attached, "--", ...positionals];
}

function unknownFlag(typed: string, names: readonly string[]): UsageError {
  const bare = typed.replace(/^-+/, "").replaceAll("_", "-");
  // A switch has one direction only: --shuffle where there is --no-shuffle, and the reverse.
  const opposite = names.find((name) => name === `no-${bare}` || bare === `no-${name}`);
  const near = nearest(bare, names) ?? opposite;
  const advice = near === undefined ? "See --help for the flags" : `Is --${near} meant?`;
  return new UsageError(`Unknown flag ${typed}. ${advice}`);
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

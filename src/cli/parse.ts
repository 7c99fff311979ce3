/**
 * Reads a command line against a table of flags.
 *
 * Tokens come from Node's `util.parseArgs`, which Deno ships: unlike most parsers it keeps the
 * order and the exact texts, so a negative number is a value, a missing value is seen, and
 * nothing is converted behind our back.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import type { FlagTable, Options, Positionals } from "./command.ts";
import { nearest } from "./nearest.ts";

/** A command line that was understood. */
export interface ParsedCommandLine<Flags extends FlagTable> {
  /** Whether `--help` or `-h` stands anywhere. The other fields are then not to be used. */
  readonly help: boolean;
  readonly options: Options<Flags>;
  /** Names of the flags that stand on the command line, as written in the table. */
  readonly given: ReadonlySet<keyof Flags & string>;
  readonly positionals: readonly string[];
}

/**
 * `"batch-size"` → `"batchSize"`.
 *
 * @example
 * ```ts
 * import { camelCase } from "./parse.ts";
 * console.assert(camelCase("no-shuffle") === "noShuffle");
 * ```
 */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Understands `--flag value`, `--flag=value` and switches. A flag given twice: the last one wins,
 * lists collect.
 *
 * @throws {UsageError} Unknown flag (with the nearest one), missing or bad value, missing required
 * flag, positional argument where none is declared
 *
 * @example
 * ```ts
 * import { integerFlag } from "./flags.ts";
 * import { parseCommandLine } from "./parse.ts";
 * const flags = { "batch-size": integerFlag({ default: 64, description: "Records a step" }) };
 * console.assert(parseCommandLine(flags, ["--batch-size", "8"]).options.batchSize === 8);
 * ```
 */
export function parseCommandLine<Flags extends FlagTable>(
  flags: Flags,
  args: readonly string[],
  positionals?: Positionals,
): ParsedCommandLine<Flags> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...Object.entries(flags).map(([name, flag]) =>
        [name, { type: flag.placeholder === "" ? "boolean" : "string" }] as const
      ),
      ["help", { type: "boolean", short: "h" }] as const,
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const texts = new Map<string, string[]>();
  const rest: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") {
      help = true;
      continue;
    }
    if (!Object.hasOwn(flags, token.name) || !token.rawName.startsWith("--")) {
      // -lr arrives as -l and -r: name what was typed, not the first letter of it.
      const typed = args[token.index].split("=")[0];
      throw unknownFlag(typed, [...Object.keys(flags), "help"]);
    }
    texts.set(token.name, [...(texts.get(token.name) ?? []), valueOf(token, flags)]);
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

/** The text of one occurrence of a flag; a switch without one means true. */
function valueOf(
  token: { name: string; value?: string; inlineValue?: boolean },
  flags: FlagTable,
): string {
  const flag = flags[token.name];
  if (flag.placeholder === "") return token.value ?? "true";
  // "--epochs --seed 1": the next flag is no value, though "-1e-3" is. A value that really
  // begins with two dashes is written --flag=--value.
  const swallowedFlag = !token.inlineValue && token.value !== undefined &&
    /^--|^-[a-z]/i.test(token.value);
  if (token.value === undefined || swallowedFlag) {
    throw new UsageError(`--${token.name} has no value: give ${flag.allowed}`);
  }
  return token.value;
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

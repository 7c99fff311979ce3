/**
 * Commands: a name, a table of flags, and a function that does the work.
 *
 * Every script exports its command and ends with
 * `if (import.meta.main) await runCommand(command);`, so the same object serves `deno task`, the
 * tests and a single binary.
 */

import type { Flag } from "./flags.ts";

// deno-lint-ignore no-explicit-any -- a table holds flags of different types; Options restores them
export type FlagTable = Readonly<Record<string, Flag<any>>>;

/** `"batch-size"` → `"batchSize"`, for types. */
export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The options that follow from a table of flags. */
export type Options<Flags extends FlagTable> = {
  readonly [Name in keyof Flags & string as CamelCase<Name>]: Flags[Name] extends Flag<infer Value>
    ? Value
    : never;
};

/** Arguments without a flag that a command takes. */
export interface Positionals {
  /** Name in the help page, such as `FILE...`. */
  readonly name: string;
  readonly description: string;
  /** Default 0. */
  readonly minimum?: number;
  /** Default: any number. */
  readonly maximum?: number;
}

/** What `run` gets besides its options. */
export interface CommandContext {
  /** Aborted by the first Ctrl-C; its reason is an `Interrupted`. */
  readonly signal: AbortSignal;
  /** Names of the flags on the command line, such as `batch-size`. */
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** What followed the command's name. */
  readonly args: readonly string[];
  /** The command line as it can be pasted into a shell, for run records. */
  readonly commandLine: string;
  /** What is typed before a command's name: `./denow task`, `deno task` or `ssrl-ecg`. */
  readonly program: string;
}

/** One entry point. */
export interface Command<Flags extends FlagTable> {
  /** Kebab case, as in `deno task NAME`. */
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** More paragraphs for the help page. */
  readonly description?: readonly string[];
  readonly flags: Flags;
  readonly positionals?: Positionals;
  readonly examples: readonly {
    /** What follows the command's name. */
    readonly args: string;
    /** What the example does. */
    readonly about: string;
  }[];
  run(options: Options<Flags>, context: CommandContext): void | Promise<void>;
  /** What is said after Ctrl-C where `run` says nothing of its own. Default: "Stopped before the end". */
  stopped?(options: Options<Flags>, context: CommandContext): string;
}

/** Kebab case, or one capital letter such as scikit-learn's C. */
const FLAG_NAME = /^([a-z][a-z0-9]*(-[a-z0-9]+)*|[A-Z])$/;

/**
 * Checks the flag names and lets TypeScript infer the options of `run`.
 *
 * @throws {TypeError} A flag name is not in kebab case, or is `help`
 */
export function defineCommand<const Flags extends FlagTable>(
  command: Omit<Command<Flags>, "examples"> & Partial<Pick<Command<Flags>, "examples">>,
): Command<Flags> {
  const aliases = Object.values(command.flags).flatMap((flag) => Object.keys(flag.aliases));
  for (const name of [...Object.keys(command.flags), ...aliases]) {
    if (!FLAG_NAME.test(name) || name === "help") {
      throw new TypeError(`Flag ${name} of ${command.name}: use kebab case, and not "help"`);
    }
  }
  return { ...command, examples: command.examples ?? [] };
}

/**
 * Commands: a name, a table of flags, and a function that does the work.
 *
 * Every script exports its command and ends with
 * `if (import.meta.main) await runCommand(command);`, so the same object serves `deno task`, the
 * tests and a single binary.
 *
 * @module
 */

import { UsageError, UserError } from "../errors.ts";
import type { Flag } from "./flags.ts";
import { renderHelp } from "./help.ts";
import { Interrupted, listenForInterrupt } from "./interrupt.ts";
import { parseCommandLine } from "./parse.ts";
import { styled, terminalWidth, usesColor } from "./terminal.ts";

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
  /** Aborted by the first Ctrl-C; its reason is an {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** Names of the flags that stand on the command line, such as `batch-size`. */
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** What followed the command's name. */
  readonly args: readonly string[];
  /** The command line as it can be pasted into a shell, for run records. */
  readonly commandLine: string;
  /** What stands before a command's name: `./denow task`, `deno task` or `ssrl-ecg`. */
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
}

/** Where a command's own messages go. */
export interface CommandOutput {
  out(text: string): void;
  error(text: string): void;
}

const FLAG_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Checks the flag names and lets TypeScript infer the options of `run`.
 *
 * @throws {TypeError} A flag name is not in kebab case, or is `help`
 *
 * @example
 * ```ts
 * import { defineCommand } from "./command.ts";
 * import { integerFlag } from "./flags.ts";
 * export const command = defineCommand({
 *   name: "train",
 *   summary: "Train a model",
 *   flags: {
 *     "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records a step" }),
 *   },
 *   examples: [{ args: "--batch-size 8", about: "With little memory" }],
 *   run(options) {
 *     const size: number = options.batchSize;
 *     console.log(size);
 *   },
 * });
 * ```
 */
export function defineCommand<const Flags extends FlagTable>(
  command: Omit<Command<Flags>, "examples"> & Partial<Pick<Command<Flags>, "examples">>,
): Command<Flags> {
  for (const name of Object.keys(command.flags)) {
    if (!FLAG_NAME.test(name) || name === "help") {
      throw new TypeError(`Flag ${name} of ${command.name}: use kebab case, and not "help"`);
    }
  }
  return { ...command, examples: command.examples ?? [] };
}

/** How this process was started, as a person would type it. */
export function programName(): string {
  return Deno.env.get("SSRL_ECG_PROGRAM") || "deno task";
}

/** Quotes an argument for a POSIX shell when it needs it. */
export function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

const consoleOutput: CommandOutput = {
  out: (text) => console.log(text),
  error: (text) => console.error(text),
};

/**
 * Runs a command in this process and returns its exit code: 0 done, 1 failed, 2 wrong usage,
 * 130 interrupted. Never throws for what the command throws.
 *
 * @param signal Aborts the run; {@link runCommand} ties it to Ctrl-C
 *
 * @example
 * ```ts
 * import { defineCommand, executeCommand } from "./command.ts";
 * const command = defineCommand({ name: "nothing", summary: "Do nothing", flags: {}, run() {} });
 * console.assert(await executeCommand(command, []) === 0);
 * ```
 */
export async function executeCommand<Flags extends FlagTable>(
  command: Command<Flags>,
  args: readonly string[],
  output: CommandOutput = consoleOutput,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const program = programName();
  try {
    const parsed = parseCommandLine(command.flags, args, command.positionals);
    if (parsed.help) {
      output.out(renderHelp(command, program, Math.min(100, terminalWidth())));
      return 0;
    }
    await command.run(parsed.options, {
      signal,
      given: parsed.given,
      positionals: parsed.positionals,
      args,
      commandLine: [program, command.name, ...args.map(quote)].join(" "),
      program,
    });
    return signal.aborted ? 130 : 0;
  } catch (error) {
    return reportError(error, command.name, output);
  }
}

/**
 * Prints an error in the way its kind deserves and returns the exit code: {@link UserError} its
 * message alone, {@link UsageError} also where the flags are listed, anything else with its stack
 * and a request to report it.
 */
export function reportError(error: unknown, name: string, output: CommandOutput): number {
  // A reader such as `head` has seen enough; there is nobody left to tell.
  if (error instanceof Deno.errors.BrokenPipe) return 0;
  const errors = error instanceof AggregateError && error.errors.length > 0
    ? error.errors as unknown[]
    : [error];
  if (errors.every((each) => each instanceof UserError)) {
    const users = errors as UserError[];
    const color = usesColor(Deno.stderr);
    for (const each of users) {
      const label = each instanceof Interrupted
        ? styled("stopped:", "yellow", color)
        : styled("error:", "red", color);
      output.error(`${label} ${each.message}`);
    }
    if (users.some((each) => each instanceof UsageError)) {
      output.error(`All flags: ${programName()} ${name} --help`);
    }
    if (Deno.env.get("SSRL_ECG_DEBUG")) { for (const each of users) output.error(describe(each)); }
    return Math.max(...users.map((each) => each.exitCode));
  }
  for (const each of errors) output.error(describe(each));
  output.error(
    `This is a bug in ${name}. Please report it with the lines above and the command line`,
  );
  return 1;
}

/** Stack and causes, as Deno prints an uncaught error. */
function describe(error: unknown): string {
  return error instanceof Error ? Deno.inspect(error) : `Thrown: ${Deno.inspect(error)}`;
}

/**
 * Runs a command as the main program: Ctrl-C aborts the signal that `run` gets, a second one ends
 * the process; errors become messages and exit codes. Does not return.
 *
 * @example
 * ```ts no-assert
 * import { defineCommand, runCommand } from "./command.ts";
 * const command = defineCommand({ name: "nothing", summary: "Do nothing", flags: {}, run() {} });
 * if (import.meta.main) await runCommand(command);
 * ```
 */
export async function runCommand<Flags extends FlagTable>(
  command: Command<Flags>,
  args: readonly string[] = Deno.args,
): Promise<never> {
  // A promise that nobody awaited is a bug as well, and gets the same message.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(reportError(event.reason, command.name, consoleOutput));
  });
  let code: number;
  {
    using interrupt = listenForInterrupt(consoleOutput.error);
    code = await executeCommand(command, args, consoleOutput, interrupt.signal);
  }
  // Workers and device handles must not keep a finished command alive.
  Deno.exit(code);
}

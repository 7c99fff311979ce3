/**
 * Runs commands: reads the command line, prints help, turns errors and Ctrl-C into messages and exit
 * codes.
 */

import { UsageError, UserError } from "../../errors.ts";
import { advised } from "../advice.ts";
import type { Command, FlagTable } from "./command.ts";
import { renderHelp } from "./help.ts";
import { Interrupted, listenForInterrupt } from "./interrupt.ts";
import { parseCommandLine } from "./parse.ts";
import { programName } from "./own_command.ts";
import { quote } from "../../text/shell_words.ts";
import { pageWidth, styled, usesColor } from "../terminal.ts";

/** Where a command's own messages go. */
export interface CommandOutput {
  out(text: string): void;
  error(text: string): void;
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
      output.out(renderHelp(command, program, pageWidth()));
      return 0;
    }
    for (const remark of parsed.remarks) output.error(`note: ${remark}`);
    const { options, given, positionals } = parsed;
    const commandLine = [program, command.name, ...args.map(quote)].join(" ");
    const context = { signal, given, positionals, args, commandLine, program };
    try {
      await command.run(options, context);
    } catch (error) {
      if (!signal.aborted || !command.stopped) throw error;
      throw new Interrupted(command.stopped(options, context));
    }
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
export function reportError(
  error: unknown,
  name: string,
  output: CommandOutput = consoleOutput,
): number {
  // A reader such as `head` has seen enough; there is nobody left to tell.
  if (error instanceof Deno.errors.BrokenPipe) return 0;
  const errors: unknown[] = error instanceof AggregateError && error.errors.length > 0
    ? error.errors
    : [error];
  if (errors.every((each) => each instanceof UserError)) {
    const users = errors as UserError[];
    for (const each of users) {
      const [label, color] = each instanceof Interrupted
        ? ["stopped:", "yellow"] as const
        : ["error:", "red"] as const;
      const text = advised(each.message, each.facts);
      output.error(`${styled(label, color, usesColor(Deno.stderr))} ${text}`);
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
 */
export async function runCommand<Flags extends FlagTable>(
  command: Command<Flags>,
  args: readonly string[] = Deno.args,
): Promise<never> {
  // A promise that nobody awaited is a bug as well, and gets the same message.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(reportError(event.reason, command.name));
  });
  let code: number;
  {
    using interrupt = listenForInterrupt(consoleOutput.error);
    code = await executeCommand(command, args, consoleOutput, interrupt.signal);
  }
  // Workers and device handles must not keep a finished command alive.
  Deno.exit(code);
}

import { parseArgs } from "@std/cli";
import config from "../deno.json" with { type: "json" };
import type { Command, FlagTable } from "../src/console/flags/command.ts";
import { renderReference } from "../src/console/flags/reference.ts";
import { reportError, runCommand } from "../src/console/flags/run_command.ts";
import { isTerminal } from "../src/console/terminal.ts";
import { UserError } from "../src/errors.ts";
import { didYouMean } from "../src/text/nearest.ts";
import { VERSION } from "../src/version.ts";

/** Summaries of all commands by name: the tasks of deno.json that start this script with a name. */
export const summaries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(config.tasks)
    .filter(([name, { command }]) => command.endsWith(`scripts/ssrl_ecg.ts ${name}`))
    .map(([name, { description }]) => [name, description]),
);

/**
 * Loads a command. Deno fetches the packages of all modules that it sees before it starts anything.
 * It does not see this path (it would see it as an argument of `import`), so that each command
 * fetches its own packages, and the wait can be explained.
 */
export async function loadCommand(name: string): Promise<Command<FlagTable>> {
  const path = `./${name.replaceAll("-", "_")}.ts`;
  return (await import(path)).command;
}

/** Explains a wait of more than two seconds: on a terminal with a clock, elsewhere with a line. */
async function explainWait<T>(loading: Promise<T>): Promise<T> {
  const text = "Fetching packages, once";
  const start = performance.now();
  const write = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(line));
  let said = false;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    if (isTerminal()) write(`\r${text}: ${seconds} s`);
    else if (!said) write(`${text}\n`);
    said = true;
  }, 2000);
  try {
    return await loading;
  } catch (error) {
    if (!(error instanceof TypeError && error.message.includes("npm package"))) {
      throw error;
    }
    // The causes are numbered lines; the place of the import is of no use here.
    const causes = error.message.replace(/\n\s*at .*/s, "").replaceAll(/\n\s*\d+: /g, ": ");
    throw new UserError(`Cannot fetch packages: ${causes}. Check the network`);
  } finally {
    clearInterval(timer);
    if (said && isTerminal()) write("\r\x1b[K");
  }
}

/** `ssrl-ecg NAME [flags]`: every command in one program. */
async function main(): Promise<void> {
  const [name, ...args] = Deno.args;
  const names = Object.keys(summaries);
  const { version, docs, help } = parseArgs(Deno.args.slice(0, 1), {
    boolean: ["version", "docs", "help"],
    alias: { help: "h" },
  });
  if (version) return console.log(`ssrl-ecg ${VERSION}`);
  if (docs) {
    return console.log(renderReference(await Promise.all(names.map(loadCommand))));
  }
  if (name === undefined || help) {
    console.log("Usage: ssrl-ecg COMMAND [flags]\n");
    const width = Math.max(...names.map((each) => each.length));
    for (const each of names) console.log(`  ${each.padEnd(width)}  ${summaries[each]}`);
    return console.log("\nFlags of a command: ssrl-ecg COMMAND --help");
  }
  if (!Object.hasOwn(summaries, name)) {
    console.error(`error: Unknown command ${name}${didYouMean(name, names) || ". Try --help"}`);
    Deno.exit(2);
  }
  if (Deno.build.standalone && !Deno.env.get("SSRL_ECG_PROGRAM")) {
    Deno.env.set("SSRL_ECG_PROGRAM", "ssrl-ecg");
  }
  let command: Command<FlagTable>;
  try {
    command = await explainWait(loadCommand(name));
  } catch (error) {
    Deno.exit(reportError(error, name));
  }
  await runCommand(command, args);
}

if (import.meta.main) await main();

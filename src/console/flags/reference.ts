/** The reference of all commands in Markdown, `docs/commands.md`. */

import type { Command, FlagTable } from "./command.ts";
import { describeFlag, usage } from "./help.ts";

/** What as many commands as this say of a flag is said once. */
const SHARED_BY = 4;
const PROGRAM = "deno task";

/** One section for each command, in the given order, then the flags that many of them have. */
export function renderReference(commands: readonly Command<FlagTable>[]): string {
  const shared = sharedItems(commands);
  return [
    "# Commands",
    "Made from the commands' own tables by `deno task docs`; `deno task NAME --help` shows the same.",
    "Names of flags may be written with `_` for `-`. A value follows its flag after a blank or `=`. " +
    "Lists are separated by commas, or the flag is given several times; where a command takes flags " +
    "only, blanks separate too: `--seeds 1 2 3`. `--flag=false` takes a switch back.",
    "Every command that trains a network writes settings (`config.json`, `hparams.yaml`), losses " +
    "(`metrics.jsonl`, an object a line) and figures into a run folder, stops cleanly on Ctrl-C, and " +
    "continues with `--resume --run-dir FOLDER` to the same bits. TensorBoard reads run folders, also " +
    "while they grow: `tensorboard --logdir results`. Exit codes: 0 done, 1 failed, 2 wrong usage, " +
    "130 stopped.",
    ...commands.map((command) => section(command, shared)),
    "## Shared flags",
    shared.toSorted().join("\n"),
  ].join("\n\n");
}

function section(command: Command<FlagTable>, shared: readonly string[]): string {
  const { name, summary, description = [], flags, positionals, examples } = command;
  const items = Object.entries(flags).map((entry) => ({ flag: entry[0], text: flagItem(entry) }));
  const rows = items.filter(({ text }) => !shared.includes(text)).map(({ text }) => text);
  if (positionals) rows.unshift(`- \`${positionals.name}\`: ${positionals.description}`);
  const others = items.filter(({ text }) => shared.includes(text)).map(({ flag }) =>
    `\`--${flag}\``
  );
  if (others.length > 0) rows.push(`- [shared flags](#shared-flags): ${others.join(", ")}`);
  const lines = examples.map(({ args, about }) =>
    `# ${about}\n${`${PROGRAM} ${name} ${args}`.trimEnd()}`
  );
  return [
    `## ${name}`,
    `${summary}.`,
    ...description,
    shell(usage(command, PROGRAM)),
    rows.join("\n"),
    ...lines.length === 0 ? [] : [shell(lines.join("\n"))],
  ].join("\n\n");
}

const shell = (lines: string) => "```sh\n" + lines + "\n```";

/** What most commands say of a flag, for each flag of which many say the same. */
function sharedItems(commands: readonly Command<FlagTable>[]): string[] {
  const entries = commands.flatMap(({ flags }) => Object.entries(flags));
  return [...Map.groupBy(entries, ([name]) => name).values()].flatMap((flags) => {
    const groups = [...Map.groupBy(flags, flagItem)].toSorted((a, b) => b[1].length - a[1].length);
    const [item, same] = groups[0];
    return same.length < SHARED_BY ? [] : [item];
  });
}

/** `- --epochs INTEGER: Passes over the data (an integer of at least 1; default: 20)`. */
function flagItem([name, flag]: [string, FlagTable[string]]): string {
  return `- \`--${`${name} ${flag.placeholder}`.trimEnd()}\`: ${describeFlag(flag)}`;
}

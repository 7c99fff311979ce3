/** The `--help` page of a command. */

import type { Command, FlagTable } from "./command.ts";
import { displayWidth, pad, wrap } from "../../text/width.ts";

/**
 * Renders summary, usage, one row a flag (type, default, choices, range), and examples.
 *
 * @param program What is typed before the command's name, such as `deno task`
 * @param width Columns to fill
 */
export function renderHelp(
  command: Command<FlagTable>,
  program: string,
  width: number,
): string {
  const { positionals } = command;
  const rows = Object.entries(command.flags).map(([name, flag]) => ({
    left: `--${name}${flag.placeholder === "" ? "" : ` ${flag.placeholder}`}`,
    right: describeFlag(flag),
  }));
  rows.push({ left: "--help", right: "Show this page" });
  if (positionals !== undefined) {
    rows.unshift({ left: positionals.name, right: positionals.description });
  }

  const leftWidth = Math.max(...rows.map((row) => displayWidth(row.left)));
  const rightWidth = Math.max(30, width - leftWidth - 4);
  const lines = [...wrap(command.summary, width), ""];
  for (const paragraph of command.description ?? []) lines.push(...wrap(paragraph, width), "");
  lines.push(`Usage: ${usage(command, program)}`, "", "Flags:");
  for (const row of rows) {
    const right = wrap(row.right, rightWidth);
    lines.push(`  ${pad(row.left, leftWidth)}  ${right[0]}`);
    for (const more of right.slice(1)) lines.push(`  ${pad("", leftWidth)}  ${more}`);
  }
  if (command.examples.length > 0) {
    lines.push("", "Examples:");
    for (const { args, about } of command.examples) {
      lines.push(`  ${about}`, `    ${`${program} ${command.name} ${args}`.trimEnd()}`);
    }
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The command line with what is required. */
export function usage(command: Command<FlagTable>, program: string): string {
  const required = Object.entries(command.flags).filter(([, flag]) => flag.required);
  return [
    `${program} ${command.name}`,
    ...required.map(([name, flag]) => `--${name} ${flag.placeholder}`),
    "[flags]",
    ...(command.positionals === undefined ? [] : [command.positionals.name]),
  ].join(" ");
}

/** Description, then what is allowed, the default and other names. */
export function describeFlag(flag: FlagTable[string]): string {
  const notes: string[] = [];
  if (flag.required) notes.push("required");
  // "an integer" alone repeats the placeholder; a range or a list of choices is news.
  const isNews = flag.choices !== undefined || /[\d,]/.test(flag.allowed);
  if (isNews && flag.placeholder !== "") notes.push(flag.allowed);
  if (flag.defaultText !== undefined) notes.push(`default: ${flag.defaultText}`);
  for (const [name, remark] of Object.entries(flag.aliases)) notes.push(`or --${name}: ${remark}`);
  return notes.length === 0 ? flag.description : `${flag.description} (${notes.join("; ")})`;
}

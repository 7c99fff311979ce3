/** Files that a command writes where a flag asks for them. */

import { assertFolderWritable } from "./console.ts";

const FLAGS = ["csv", "json", "figure", "predictions"] as const;

/** What the flags say that name files. */
export type OutputPaths = { readonly [Flag in typeof FLAGS[number]]?: string };

/** Checks before any work that every file can be written where its flag wants it. */
export function assertOutputs(paths: OutputPaths): void {
  for (const flag of FLAGS) {
    const path = paths[flag];
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
}

/**
 * A file: what its line begins with, where it goes (nowhere without a path), and what writes it.
 * `write` gives the reason where there is nothing to write.
 */
export type Output = readonly [
  label: string,
  path: string | undefined,
  write: (path: string) => Promise<string | void>,
];

/** Writes files in their order, and says a line for each. */
export async function writeOutputs(
  outputs: readonly Output[],
  say: (line: string) => void = console.log,
): Promise<void> {
  const wanted = outputs.filter(([, path]) => path !== undefined);
  const width = Math.max(...wanted.map(([label]) => label.length)) + 2;
  for (const [label, path, write] of wanted) {
    const none = await write(path!);
    say(label.padEnd(width) + (none === undefined ? path : `none: ${none}`));
  }
}

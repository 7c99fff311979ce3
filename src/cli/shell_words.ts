/**
 * Splits a command line into its words, the way back from `quote`.
 *
 * @module
 */

/**
 * Words of a POSIX command line: blanks part them, single quotes and backslashes protect. What `quote`
 * never writes (double quotes, variables) is taken as it stands.
 *
 * @example
 * ```ts
 * import { quote } from "ssrl-ecg/src/cli/command.ts";
 * import { shellWords } from "ssrl-ecg/src/cli/shell_words.ts";
 * const words = ["--data-root", "my data/it's here"];
 * console.assert(shellWords(words.map(quote).join(" ")).join("|") === words.join("|"));
 * ```
 */
export function shellWords(line: string): string[] {
  const parts = line.matchAll(/(\s+)|'([^']*)'|\\(.)|([^\s'\\]+)/gs);
  const words: string[] = [];
  let open = false;
  for (const [, blank, quoted, escaped, plain] of parts) {
    if (blank !== undefined) {
      open = false;
      continue;
    }
    const text = quoted ?? escaped ?? plain;
    if (open) words[words.length - 1] += text;
    else words.push(text);
    open = true;
  }
  return words;
}

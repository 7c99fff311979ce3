/**
 * Words of a POSIX shell: one quoted for a command line, and a command line split into its words.
 *
 * @module
 */

/** Quotes an argument for a POSIX shell when it needs it. */
export function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/**
 * Words of a POSIX command line: blanks part them, single quotes and backslashes protect. What `quote`
 * never writes (double quotes, variables) is taken as it stands.
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

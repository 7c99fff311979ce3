/**
 * Words of a POSIX command line: blanks part them, single quotes and backslashes protect. What `quote`
 * never writes (double quotes, variables) is taken literally.
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

/** Words of a POSIX shell. */

/** Quotes an argument for a POSIX shell when it needs it. */
export function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

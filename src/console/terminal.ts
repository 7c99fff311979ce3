/**
 * What the terminal can do: its width, whether it takes color, how wide a text is on it.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- an escape sequence starts with the control character ESC
const ANSI = /\x1b\[[0-9;]*[A-Za-z]/g;
const COMBINING = /^[\p{Mn}\p{Me}\u200b-\u200d\ufe00-\ufe0f]$/u;
// Blocks that terminals draw two cells wide (Unicode East Asian Width W and F, and emoji).
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns of the terminal; 80 when there is none. */
export function terminalWidth(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns || 80);
  } catch {
    return 80;
  }
}

/** Whether a stream is a terminal that understands cursor movement. */
export function isTerminal(stream: { isTerminal(): boolean } = Deno.stderr): boolean {
  return stream.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

/** Color only on a terminal, and never when `NO_COLOR` is set to anything (no-color.org). */
export function usesColor(stream: { isTerminal(): boolean } = Deno.stdout): boolean {
  return isTerminal(stream) && !Deno.env.get("NO_COLOR");
}

/** SGR codes of the few styles that the command line uses. */
const STYLES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33" } as const;

/** Wraps a text in a style when `enabled`. */
export function styled(
  text: string,
  style: keyof typeof STYLES,
  enabled: boolean = usesColor(),
): string {
  return enabled ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
}

function cellWidth(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * Cells that a text takes on a terminal: escape sequences and combining marks take none, East
 * Asian characters and emoji two.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ANSI, "")) width += cellWidth(character);
  return width;
}

/** Appends or (for numbers) prepends spaces up to `width` cells. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** Cuts a text without escape sequences to `width` cells; a cut is shown by `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let result = "";
  let used = 0;
  for (const character of text) {
    const cells = cellWidth(character);
    if (used + cells > width - 1) break;
    result += character;
    used += cells;
  }
  return width > 0 ? result + "…" : "";
}

/**
 * Breaks a text at spaces into lines of at most `width` cells; a longer word keeps its own line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines;
}

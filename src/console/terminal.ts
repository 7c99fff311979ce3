/** What the terminal can do: its width, and whether it takes color. */

import { styleText } from "node:util";

/** Columns of the terminal; 80 when there is none. */
export function terminalWidth(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns || 80);
  } catch {
    return 80;
  }
}

/** Columns of what is read like a page: those of the terminal, up to 100. */
export function pageWidth(): number {
  return Math.min(100, terminalWidth());
}

/** Whether a stream is a terminal that understands cursor movement. */
export function isTerminal(stream: { isTerminal(): boolean } = Deno.stderr): boolean {
  return stream.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

/** Color only on a terminal, and never when `NO_COLOR` is set to anything (no-color.org). */
export function usesColor(stream: { isTerminal(): boolean } = Deno.stdout): boolean {
  return isTerminal(stream) && !Deno.env.get("NO_COLOR");
}

/** Wraps a text in a style when `enabled`. */
export function styled(
  text: string,
  style: Parameters<typeof styleText>[0],
  enabled: boolean = usesColor(),
): string {
  return enabled ? styleText(style, text, { validateStream: false }) : text;
}

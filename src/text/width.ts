/** Texts in columns: how many cells of a terminal they take, padded, cut and wrapped. */

import truncatedWidth from "fast-string-truncated-width";
import { wrapAnsi } from "fast-wrap-ansi";

/**
 * Cells that a text takes on a terminal: escape sequences and combining marks take none, East
 * Asian characters and emoji two.
 */
export function displayWidth(text: string): number {
  return truncatedWidth(text).width;
}

/** Appends or (for numbers) prepends spaces up to `width` cells. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** Cuts a text without escape sequences to `width` cells; a cut is shown by `…`. */
export function truncate(text: string, width: number): string {
  const cut = truncatedWidth(text, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  return cut.truncated ? text.slice(0, cut.index) + (cut.ellipsed ? "…" : "") : text;
}

/** Breaks a text at spaces into lines of at most `width` cells; a longer word keeps its own line. */
export function wrap(text: string, width: number): string[] {
  return wrapAnsi(text.trim().replace(/\s+/g, " "), width).split("\n");
}

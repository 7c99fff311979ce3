/**
 * A report written once and rendered twice: aligned for the terminal, and as Markdown.
 *
 * @module
 */

import { renderTable } from "../../text/table.ts";
import { wrap } from "../../text/width.ts";
import { escapeMarkdown } from "./markdown.ts";

/** A piece of a report. */
export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | {
    readonly kind: "table";
    /** The first column is left-aligned, the others are right-aligned. */
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };

/** Columns that text is wrapped to; tables are as wide as they are. */
const WIDTH = 96;

/** The report for a terminal or a text file. */
export function renderText(blocks: readonly Block[]): string {
  return blocks.map((block) => {
    switch (block.kind) {
      case "heading":
        return `${block.text}\n${"=--"[block.level - 1].repeat(block.text.length)}`;
      case "paragraph":
        return wrap(block.text, WIDTH).join("\n");
      case "list":
        return block.items.map((item) =>
          wrap(item, WIDTH - 2).map((line, i) => (i === 0 ? "- " : "  ") + line).join("\n")
        ).join("\n");
      case "table":
        return renderTable(
          block.columns.map((title, i) => ({ title, align: i === 0 ? "left" : "right" })),
          block.rows,
        );
    }
  }).join("\n\n") + "\n";
}

/** The report as Markdown. */
export function renderMarkdown(blocks: readonly Block[]): string {
  return blocks.map((block) => {
    switch (block.kind) {
      case "heading":
        return `${"#".repeat(block.level)} ${escapeMarkdown(block.text)}`;
      case "paragraph":
        return escapeMarkdown(block.text);
      case "list":
        return block.items.map((item) => `- ${escapeMarkdown(item)}`).join("\n");
      case "table": {
        const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
        const rule = block.columns.map((_, i) => i === 0 ? ":--" : "--:");
        return [line(block.columns), `| ${rule.join(" | ")} |`, ...block.rows.map(line)].join("\n");
      }
    }
  }).join("\n\n") + "\n";
}

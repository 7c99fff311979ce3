/** A report as Markdown (GitHub's dialect, for its tables). */

import type { Block, Cell, ReportDocument, Table } from "./document.ts";

/** Text that Markdown shows as it is, on one line and in cells of tables. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(/[\\`*[\]|~]/g, "\\$&")
    // Within a word an underscore is itself.
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

/**
 * Writes a report. Pictures are links to files.
 *
 * @param pictures Folder of the pictures, as seen from the Markdown file
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { renderMarkdown } from "ssrl-ecg";
 * const text = renderMarkdown({
 *   title: "Results",
 *   subtitle: "n = 1",
 *   sections: [{ id: "a", title: "Table", blocks: [{ kind: "text", text: "One line." }] }],
 * }, "figures");
 * assertEquals(text, "# Results\n\nn = 1\n\n## Table\n\nOne line.\n");
 * ```
 */
export function renderMarkdown(
  { title, subtitle, sections }: ReportDocument,
  pictures = ".",
): string {
  const parts = [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(subtitle),
    ...sections.flatMap((section) => [
      `## ${escapeMarkdown(section.title)}`,
      ...section.blocks.map((block) => renderBlock(block, pictures)),
    ]),
  ];
  return parts.join("\n\n") + "\n";
}

function renderBlock(block: Block, pictures: string): string {
  switch (block.kind) {
    case "heading":
      return `### ${escapeMarkdown(block.text)}`;
    case "text":
      return escapeMarkdown(block.text);
    case "list":
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join("\n");
    case "table":
      return renderTable(block.table);
    case "picture": {
      // Title and caption are in the picture.
      const { name, title, caption } = block.picture;
      return `![${escapeMarkdown(`${title}. ${caption}`)}](${pictures}/${name}.svg)`;
    }
    case "commands":
      return fence(block.commands.join("\n"));
    case "missing": {
      const missing = `> Missing: ${escapeMarkdown(block.what)}`;
      if (block.command === undefined) return missing;
      return `${missing}. Make it with:\n>\n> ${fence(block.command).replaceAll("\n", "\n> ")}`;
    }
  }
}

/** A code block whose fence is longer than any in the code. */
function fence(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}sh\n${code}\n${ticks}`;
}

function renderTable({ caption, columns, rows }: Table): string {
  const text = (cell: Cell | string) => escapeMarkdown(typeof cell === "string" ? cell : cell.text);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const numeric = columns.map((_, c) =>
    rows.some((row) => typeof row[c] !== "string" && (row[c] as Cell).sort !== undefined)
  );
  return [
    escapeMarkdown(caption) + ":",
    "",
    line(columns.map(escapeMarkdown)),
    line(numeric.map((right) => right ? "---:" : "---")),
    ...rows.map((row) => line(row.map(text))),
  ].join("\n");
}

/** A report as plain text, for terminals and text files. Pictures are left out. */

import { renderTable } from "../../text/table.ts";
import { wrap } from "../../text/width.ts";
import type { Block, ReportDocument, Table } from "./document.ts";

/**
 * Writes a report.
 *
 * @param width Columns that text is wrapped to; tables are as wide as they are
 */
export function renderText({ title, subtitle, sections }: ReportDocument, width: number): string {
  const underlined = (text: string, line: string) => `${text}\n${line.repeat(text.length)}`;
  const paragraph = (text: string) => wrap(text, width).join("\n");
  const render = (block: Block): string[] => {
    switch (block.kind) {
      case "heading":
        return [underlined(block.text, "~")];
      case "text":
        return [paragraph(block.text)];
      case "list":
        return [
          block.items.map((item) =>
            wrap(item, width - 2).map((line, i) => (i === 0 ? "- " : "  ") + line).join("\n")
          ).join("\n"),
        ];
      case "table":
        return [paragraph(`${block.table.caption}:`), renderRows(block.table)];
      case "picture":
        return [];
      case "commands":
        return [block.commands.join("\n")];
      case "missing":
        return [paragraph(`Missing: ${block.what}`)];
    }
  };
  return [
    underlined(title, "="),
    paragraph(subtitle),
    ...sections.flatMap((section) => [
      underlined(section.title, "-"),
      ...section.blocks.flatMap(render),
    ]),
  ].join("\n\n") + "\n";
}

function renderRows({ columns, rows }: Table): string {
  return renderTable(
    columns.map((title, i) => ({ title, align: i === 0 ? "left" : "right" })),
    rows.map((row) => row.map((cell) => typeof cell === "string" ? cell : cell.text)),
  );
}

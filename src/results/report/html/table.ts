/**
 * A table inside a page.
 *
 * @module
 */

import type { Cell, Table } from "../document.ts";
import { escapeHtml } from "./escape.ts";

/** A table whose titles are buttons that sort it. */
export function renderHtmlTable({ caption, columns, rows }: Table): string {
  const head = columns.map((title) =>
    `<th scope="col"><button type="button">${escapeHtml(title)}</button></th>`
  );
  const body = rows.map((row) =>
    `<tr>${row.map((cell, c) => renderCell(cell, c === 0 ? "th" : "td")).join("")}</tr>`
  );
  return `<div class="table"><table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>`;
}

function renderCell(cell: Cell | string, tag: "th" | "td"): string {
  const { text, sort } = typeof cell === "string" ? { text: cell, sort: undefined } : cell;
  const scope = tag === "th" ? ' scope="row"' : "";
  const order = sort === undefined ? "" : ` data-sort="${sort}"`;
  return `<${tag}${scope}${order}>${escapeHtml(text)}</${tag}>`;
}

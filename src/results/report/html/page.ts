/** A report as one HTML file that needs no network and no server. */

import type { Block, Cell, Picture, ReportDocument, Section, Table } from "../document.ts";
import { renderChart } from "./chart.ts";
import { escapeHtml } from "./escape.ts";
// Static imports as text, so that a compiled binary carries them.
import script from "./report.js" with { type: "text" };
import style from "./report.css" with { type: "text" };
import { themeCss } from "./theme_css.ts";

/** Style and script are in the page; nothing else may be loaded, whatever a name in it says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** Gives the SVG of a picture on light paper; the page recolors it. */
type Draw = (picture: Picture) => string | Promise<string>;

/**
 * Writes a report: contents, tables that sort on a click, charts that show values under the pointer
 * (or with the arrow keys), light and dark by the system's setting or by a switch, and a style for
 * print.
 *
 * @param draw For pictures that have been drawn already
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { renderPage } from "ssrl-ecg";
 * const html = await renderPage({
 *   title: "Results",
 *   subtitle: "1 < 2",
 *   sections: [{ id: "a", title: "Table", blocks: [{ kind: "text", text: "One line." }] }],
 * });
 * assert(html.startsWith("<!doctype html>") && html.includes("1 &lt; 2"));
 * ```
 */
export async function renderPage(
  { title, subtitle, sections }: ReportDocument,
  draw: Draw = (picture) => picture.draw("light"),
): Promise<string> {
  const contents = sections.map((section) =>
    `<li><a href="#${escapeHtml(section.id)}">${escapeHtml(section.title)}</a></li>`
  );
  const body: string[] = [];
  for (const section of sections) body.push(await renderSection(section, draw));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(title)}</title>
<style>
${themeCss()}
${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
<button type="button" class="theme" hidden>Dark</button>
</header>
<nav aria-label="Contents"><ol>
${contents.join("\n")}
</ol></nav>
<main>
${body.join("\n")}
</main>
<div class="values" role="status" hidden></div>
<script>
${script}</script>
</body>
</html>
`;
}

async function renderSection({ id, title, blocks }: Section, draw: Draw): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) parts.push(await renderBlock(block, draw));
  return `<section id="${escapeHtml(id)}">
<h2>${escapeHtml(title)}</h2>
${parts.join("\n")}
</section>`;
}

async function renderBlock(block: Block, draw: Draw): Promise<string> {
  switch (block.kind) {
    case "heading":
      return `<h3>${escapeHtml(block.text)}</h3>`;
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("\n")}\n</ul>`;
    case "text":
      return `<p>${escapeHtml(block.text)}</p>`;
    case "table":
      return renderTable(block.table);
    case "picture":
      return renderChart(block.picture, await draw(block.picture));
    case "commands":
      return `<pre><code>${escapeHtml(block.commands.join("\n"))}</code></pre>`;
    case "missing": {
      const { what, command } = block;
      return `<div class="missing"><p>Missing: ${escapeHtml(what)}${
        command === undefined
          ? "</p>"
          : `. Make it with</p>\n<pre><code>${escapeHtml(command)}</code></pre>`
      }</div>`;
    }
  }
}

/** A table whose titles are buttons that sort it. */
function renderTable({ caption, columns, rows }: Table): string {
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

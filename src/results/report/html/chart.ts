/** A chart inside a page. */

import type { Picture } from "../document.ts";
import type { LinePanels } from "../../../plots/line_chart.ts";
import { escapeHtml, scriptJson } from "./escape.ts";

/** A figure and, for curves, the values that show under the pointer. Its caption is in the picture. */
export function renderChart({ name, title, caption, curves }: Picture, drawn: string): string {
  const svg = inlineSvg(drawn, name, `${title}. ${caption}`);
  const values = curves === undefined
    ? ""
    : `<script type="application/json">${scriptJson(valuesOf(curves))}</script>`;
  const focus = curves === undefined ? "" : ' tabindex="0" data-curves';
  return `<figure class="chart" id="figure-${escapeHtml(name)}"${focus}>
<div class="paper">${svg}</div>
${values}</figure>`;
}

/**
 * An SVG for a page of many: ids that no other picture has, no namespaces, a name for screen readers.
 *
 * @param name Begins the ids
 * @param text Read aloud in place of the marks
 */
function inlineSvg(svg: string, name: string, text: string): string {
  return svg
    .replace(/^<svg[^>]*>/, (tag) =>
      tag.replaceAll(/ (xmlns(:xlink)?|version)="[^"]*"/g, "")
        .replace("<svg", `<svg role="img" aria-label="${escapeHtml(text)}"`))
    .replaceAll(/(<[^>]* id="|url\(#)(?=clip|gradient)/g, `$1${escapeHtml(name)}-`);
}

/** Four significant digits are more than a screen shows. */
function valuesOf({ y, panels }: LinePanels) {
  const round = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
  const list = (values: ArrayLike<number> | undefined) =>
    values === undefined ? undefined : Array.from(values, round);
  return panels.map((panel) => ({
    x: panel.x.title,
    y: (panel.ownY ?? y).title,
    series: panel.series.map((series) => ({
      name: series.name,
      x: list(series.x),
      y: list(series.y),
      low: list(series.low),
      high: list(series.high),
    })),
  }));
}

/** Vega-Lite specifications to SVG text, without a browser. */

import type { TopLevelSpec } from "vega-lite";
import { chartColors, FONT, type Theme } from "./style.ts";

/** What every chart is told. */
export interface ChartText {
  readonly title: string;
  /** Where the numbers come from, what the intervals are, and n. */
  readonly caption?: string;
  readonly theme?: Theme;
}

/** Colors by the names in a field, as Vega-Lite takes them. */
export function colorBy(
  field: string,
  names: readonly string[],
  range: readonly string[],
  legend: object | null,
) {
  const scale = { domain: [...names], range: range.slice(0, names.length) };
  return { field, type: "nominal" as const, scale, legend };
}

/** Exported by Vega, but missing from its types. */
interface TextMetrics {
  width(item: { fontSize?: number }, text: unknown): number;
}

/**
 * Compiles and draws a specification in the house style. Vega is loaded on the first call (about
 * 0.1 s), so commands that draw nothing do not pay for it.
 */
export async function renderVegaLite(spec: TopLevelSpec, theme?: Theme): Promise<string> {
  const colors = chartColors(theme);
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  // Without a canvas Vega takes every character for 0.8 of the font size, which leaves pictures half
  // empty; 0.63 fits the wider faces of the house font, capitals included.
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => String(text ?? "").length * 0.63 * (item.fontSize ?? 11);
  // Numbers that are not defined (NaN) become null, which marks leave out.
  const compiled = vegaLite.compile(JSON.parse(JSON.stringify(spec)), {
    config: {
      background: colors.paper,
      padding: 16,
      font: FONT,
      view: { stroke: null },
      title: {
        anchor: "start",
        frame: "group",
        fontSize: 17,
        fontWeight: 600,
        color: colors.text,
        subtitleFontSize: 13,
        subtitleColor: colors.muted,
        subtitlePadding: 5,
        offset: 14,
      },
      axis: {
        labelFontSize: 13,
        titleFontSize: 13,
        titleFontWeight: 500,
        labelColor: colors.text,
        titleColor: colors.text,
        gridColor: colors.grid,
        domainColor: colors.axis,
        tickColor: colors.axis,
        titlePadding: 10,
        labelLimit: 260,
        labelFlush: false,
      },
      legend: {
        orient: "top",
        title: null,
        labelFontSize: 13,
        labelColor: colors.text,
        labelLimit: 240,
        symbolSize: 320,
        symbolStrokeWidth: 2.5,
        offset: 6,
      },
      range: { category: [...colors.series] },
    },
    // Warnings concern specifications written here, and tests look at the pictures.
    logger: vega.logger(vega.Error),
  }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Breaks a caption into lines that fit under a title. */
export function captionLines(caption: string | undefined, characters: number): string[] {
  const lines: string[] = [];
  // A number keeps its percent sign.
  for (const word of (caption ?? "").split(/\s+(?!%)/).filter((part) => part !== "")) {
    const line = lines[lines.length - 1];
    if (line === undefined || line.length + 1 + word.length > characters) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

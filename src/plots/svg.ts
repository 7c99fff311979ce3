/** Pieces of SVG that the hand-drawn pictures share. */

import { FONT, INK } from "./style.ts";

/** Text for SVG, in elements and in quoted attributes. */
function escapeSvg(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Three decimals: enough for a pattern of 250 tiles to end within a pixel. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A text element whose baseline starts at (x, y). */
export function svgText(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeSvg(content)}</text>`;
}

/** An element without content, its numbers rounded. */
export function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? round(value) : value}"`
  );
  return `<${name}${written.join("")}/>`;
}

/** A whole picture on white paper. @param unit Of width and height: `mm`, or none for pixels */
export function svgPicture(
  width: number,
  height: number,
  unit: string,
  title: string,
  body: readonly string[],
): string {
  const [w, h] = [round(width), round(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}${unit}" height="${h}${unit}" ` +
    `viewBox="0 0 ${w} ${h}" font-family="${FONT}" role="img" aria-label="${escapeSvg(title)}">`,
    `<rect width="100%" height="100%" fill="${INK.paper}"/>`,
    ...body,
    "</svg>",
  ].join("\n");
}

/**
 * Path data of a trace, broken where a sample is not finite. Points are rounded to whole numbers and
 * written as steps from the point before: about five characters a sample instead of twelve. The
 * rounding does not add up, since the steps are differences of rounded points.
 *
 * @param place Position of a sample, in the units that are rounded to
 * @returns For the attribute `d`; empty where there is nothing to draw
 */
export function tracePath(
  samples: ArrayLike<number>,
  first: number,
  last: number,
  place: (index: number, value: number) => readonly [x: number, y: number],
): string {
  let d = "";
  let pen = false;
  let [x, y] = [0, 0];
  for (let i = first; i <= Math.min(last, samples.length - 1); i++) {
    if (!Number.isFinite(samples[i])) {
      pen = false;
      continue;
    }
    const [nextX, nextY] = place(i, samples[i]).map(Math.round);
    const [right, down] = [nextX - x, nextY - y];
    // A minus sign separates numbers by itself; pairs after a move are lines.
    d += `${pen ? right < 0 ? "" : " " : "m"}${right}${down < 0 ? "" : " "}${down}`;
    [x, y] = [nextX, nextY];
    pen = true;
  }
  return d;
}

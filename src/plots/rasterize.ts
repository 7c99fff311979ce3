/**
 * SVG pictures as PNG, for programs that take no SVG: word processors, slides.
 *
 * Drawn by resvg (compiled to WebAssembly) with the DejaVu fonts, both from npm packages, so that a
 * picture is the same on every machine.
 */

/** How {@linkcode rasterize} draws. */
export interface RasterizeOptions {
  /**
   * Pixels for one unit of the SVG. The default, 3, prints a chart of 600 units at 300 dots per inch
   * over 15 cm.
   */
  readonly scale?: number;
}

/** What is loaded for the first picture and serves all others: 4 MB, about 0.2 s. */
let engine: ReturnType<typeof loadEngine> | undefined;

async function loadEngine() {
  // The JSON of the font package is imported so that a compiled binary carries the package.
  const [{ initWasm, Resvg }] = await Promise.all([
    import("@resvg/resvg-wasm"),
    import("dejavu-fonts-ttf/package.json", { with: { type: "json" } }),
  ]);
  const [wasm, ...fontBuffers] = await Promise.all([
    import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"),
    import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ].map((address) => Deno.readFile(new URL(address))));
  await initWasm(wasm);
  const font = {
    fontBuffers,
    defaultFontFamily: "DejaVu Sans",
    sansSerifFamily: "DejaVu Sans",
  };
  return (svg: string, options: { fitTo: { mode: "zoom"; value: number } }) =>
    new Resvg(svg, { ...options, font });
}

/**
 * Draws an SVG picture as PNG. What it shows comes from its text alone: no fonts of the machine, no
 * files, no network.
 *
 * @returns Content of a PNG file
 * @throws {RangeError} The scale is not above 0, or the text is no SVG
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { rasterize } from "ssrl-ecg";
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"></svg>';
 * const png = await rasterize(svg, { scale: 2 });
 * // Width and height are at byte 16.
 * const view = new DataView(png.buffer, png.byteOffset);
 * assert(view.getUint32(16) === 80 && view.getUint32(20) === 40);
 * ```
 */
export async function rasterize(
  svg: string,
  { scale = 3 }: RasterizeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`Cannot draw at scale ${scale}: need a number above 0`);
  }
  const open = await (engine ??= loadEngine());
  let picture;
  try {
    picture = open(svg, { fitTo: { mode: "zoom", value: scale } });
  } catch (error) {
    throw new RangeError(`Cannot draw a PNG: ${error instanceof Error ? error.message : error}`);
  }
  // Both live in WebAssembly's memory, which nothing collects.
  try {
    const pixels = picture.render();
    try {
      return Uint8Array.from(pixels.asPng());
    } finally {
      pixels.free();
    }
  } finally {
    picture.free();
  }
}

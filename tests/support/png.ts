/** The pixels of a PNG file, to look at in tests. */

import { decode } from "fast-png";

/** A picture. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Whether the pixel is darker than mid gray. */
  isDark(x: number, y: number): boolean;
  /** Share of dark pixels in a rectangle, in [0, 1]. */
  ink(x: number, y: number, width: number, height: number): number;
}

/** Decodes a PNG file of 8 bits a channel. */
export function readPng(file: Uint8Array): Pixels {
  const { width, height, channels, data } = decode(file);
  const isDark = (x: number, y: number) => {
    const at = (y * width + x) * channels;
    // Where nothing is drawn the picture is transparent: light.
    const opaque = channels === 4 ? data[at + 3] > 127 : true;
    return opaque && (data[at] + data[at + 1] + data[at + 2]) / 3 < 128;
  };
  return {
    width,
    height,
    isDark,
    ink(left, top, w, h) {
      let dark = 0;
      for (let y = top; y < top + h; y++) {
        for (let x = left; x < left + w; x++) dark += isDark(x, y) ? 1 : 0;
      }
      return dark / (w * h);
    },
  };
}

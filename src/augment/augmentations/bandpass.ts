/**
 * Band-pass filter of zero phase, −6 dB at both edges, mirrored at the ends. It is the pipeline's only
 * filter, with kernels of its own: `augment_spectrum`, `augment_baseline` and a part of `augment_finish`
 * in `kernels/input/`.
 */

import wgsl from "../../../kernels/augment/bandpass.wgsl" with { type: "text" };
import type { Augmentation, RecordExtent } from "../augmentation.ts";

/** Low edge of the band, Hz, uniform between the two. */
export const LOW_EDGE = [0.5, 1.5] as const;
/** High edge of the band, Hz, where the sampling rate allows. */
const HIGH_EDGE = [40, 60] as const;
/** Highest high edge, as a part of the sampling rate; the Nyquist frequency is 0.5. */
const HIGH_EDGE_LIMIT = 0.48;
/** Half length of the low-pass's impulse response, s; its transition is 1.5 / this wide, in Hz. */
const TAP_SECONDS = 0.12;

/** The filter's sizes for one length and sampling rate. */
export function bandpassExtents({ length, samplingRate }: RecordExtent): {
  /** Range of the high edge, Hz; empty (equal) where the sampling rate leaves no room for it. */
  readonly highEdge: readonly [number, number];
  /** Half length of the low-pass, samples. */
  readonly halfWidth: number;
  /** Cosines of the discrete cosine transform a hertz. */
  readonly binsPerHertz: number;
  /** Cosines that the high-pass may touch, rounded up to a multiple of 4. */
  readonly bins: number;
} {
  const limit = Math.min(HIGH_EDGE[1], HIGH_EDGE_LIMIT * samplingRate);
  const binsPerHertz = 2 * length / samplingRate;
  const touched = Math.ceil(1.5 * LOW_EDGE[1] * binsPerHertz);
  const halfWidth = Math.min(Math.round(TAP_SECONDS * samplingRate), Math.floor(length / 2));
  return {
    highEdge: [HIGH_EDGE[0], Math.max(HIGH_EDGE[0], limit)],
    halfWidth: Math.max(1, halfWidth),
    binsPerHertz,
    bins: 4 * Math.ceil((touched + 1) / 4),
  };
}

/** The band-pass filter. */
export const bandpass = {
  name: "bandpass",
  title: "Band-pass",
  explanation:
    "Low edge 0.5 to 1.5 Hz, high edge 40 to 60 Hz where the sampling rate allows; zero phase.",
  rate: 0.3,
  stage: "filter",
  position: 8,
  planVectors: 1,
  wgsl,
  dims(record) {
    const { highEdge, halfWidth, binsPerHertz } = bandpassExtents(record);
    return {
      low_from: LOW_EDGE[0],
      low_to: LOW_EDGE[1],
      high_from: highEdge[0],
      high_to: highEdge[1],
      bins_per_hertz: binsPerHertz,
      half_width: halfWidth,
    };
  },
  describe: ([, taps, low, high]) =>
    taps > 0 ? `${low.toFixed(2)} to ${high.toFixed(1)} Hz` : `from ${low.toFixed(2)} Hz on`,
} as const satisfies Augmentation;

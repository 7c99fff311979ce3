/**
 * One look for every picture: sizes, fonts, colors.
 *
 * Pictures carry their own paper, so they read the same on a light and on a dark page. Charts can
 * be drawn on dark paper too; commands draw them on light paper.
 */

/**
 * Okabe and Ito's colors (2008), told apart with every common color blindness; the yellow and
 * the black are left out since lines in them vanish on one paper or the other.
 */
export const SERIES_COLORS: readonly string[] = [
  "#0072B2", // blue
  "#D55E00", // vermilion
  "#009E73", // bluish green
  "#CC79A7", // reddish purple
  "#E69F00", // orange
  "#56B4E9", // sky blue
];

/** Dashes in the same order, so that a gray print tells the series apart as well. */
export const SERIES_DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [7, 4],
  [2, 3],
  [9, 3, 2, 3],
  [4, 2],
  [12, 4],
];

/** Text, paper and lines. */
export const INK = {
  text: "#1f2328",
  muted: "#59636e",
  grid: "#e4e7eb",
  axis: "#8c959f",
  paper: "#ffffff",
  border: "#d1d9e0",
} as const;

/** The paper that a chart is drawn on. */
export type Theme = "light" | "dark";

/** All colors of a chart; both themes have the same, so that one can take the other's place. */
export interface ChartColors {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  readonly paper: string;
  readonly border: string;
  /** In the order of {@linkcode SERIES_COLORS}. */
  readonly series: readonly string[];
}

const CHART_COLORS: Readonly<Record<Theme, ChartColors>> = {
  light: { ...INK, series: SERIES_COLORS },
  dark: {
    text: "#e6edf3",
    muted: "#9aa5b1",
    grid: "#262d37",
    axis: "#6e7781",
    paper: "#0d1117",
    border: "#30363d",
    // The hues of the light theme, light enough for dark paper.
    series: ["#4c9be8", "#ff8552", "#2fc296", "#e39ac6", "#f2b632", "#a5dcff"],
  },
};

/** Colors of a theme. */
export function chartColors(theme: Theme = "light"): ChartColors {
  return CHART_COLORS[theme];
}

/** ECG paper: light enough for print, and the trace upon it. */
export const ECG_PAPER = {
  paper: "#fffaf8",
  smallGrid: "#f9e1da",
  largeGrid: "#efbcae",
  trace: "#16181d",
} as const;

/** A stack that every system has a face of. */
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif";

/** Width of a chart's plotting area in pixels; the picture stays readable at 60 % of its size. */
export const PLOT_WIDTH = 560;
/** Height of a line chart's plotting area in pixels. */
export const PLOT_HEIGHT = 280;

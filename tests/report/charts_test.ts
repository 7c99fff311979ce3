import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { barChart } from "../../src/report/bar_chart.ts";
import { lineChart, linePanels } from "../../src/report/line_chart.ts";
import { SERIES_COLORS, SERIES_DASHES } from "../../src/report/style.ts";

const width = (svg: string) => Number(svg.match(/<svg [^>]*width="([\d.]+)"/)![1]);

Deno.test("line chart: every series has its colour, its dash and its name", async () => {
  const svg = await lineChart({
    title: "Loss",
    caption: "n = 1,200 records",
    x: { title: "Epoch" },
    y: { title: "Loss (nats)" },
    series: [
      { name: "training", x: [1, 2, 3], y: [3, 2, 1], low: [2, 1, 0], high: [4, 3, 2] },
      { name: "validation", x: [1, 2, 3], y: [3.5, 2.5, 2] },
    ],
  });
  for (const text of ["Loss", "n = 1,200 records", "Epoch", "Loss (nats)", "validation"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  for (const color of SERIES_COLORS.slice(0, 2)) assertStringIncludes(svg, `stroke="${color}"`);
  assertStringIncludes(svg, `stroke-dasharray="${SERIES_DASHES[1].join(",")}"`);
});

Deno.test("line chart: values that are not finite leave a gap", async () => {
  const svg = await lineChart({
    title: "Gap",
    x: { title: "x" },
    y: { title: "y" },
    series: [{ name: "a", x: [1, 2, 3, 4, 5], y: [1, 2, NaN, 2, 1] }],
  });
  const line = svg.match(/aria-roledescription="line mark"[^>]* d="([^"]*)"/)![1];
  assertEquals(line.match(/M/g)!.length, 2);
  assert(!svg.includes("NaN"));
});

Deno.test("line chart: a long caption wraps instead of widening the picture", async () => {
  const svg = await lineChart({
    title: "Title",
    caption: "a caption of many words ".repeat(12),
    x: { title: "x" },
    y: { title: "y" },
    series: [{ name: "a", x: [1, 2], y: [1, 2] }],
  });
  assert(width(svg) < 780, String(width(svg)));
});

Deno.test("line chart: refuses series that cannot be told apart or do not fit", () => {
  const series = Array.from({ length: 7 }, (_, i) => ({ name: `${i}`, x: [1], y: [1] }));
  const axes = { title: "t", x: { title: "x" }, y: { title: "y" } };
  assertThrows(() => void lineChart({ ...axes, series }), RangeError, "7 series");
  assertThrows(() => void lineChart({ ...axes, series: [] }), RangeError, "0 series");
  assertThrows(
    () => void lineChart({ ...axes, series: [{ name: "a", x: [1, 2], y: [1] }] }),
    RangeError,
    "Series a has 2 x values",
  );
});

Deno.test("line panels: one scale, so that equal values are equally high", async () => {
  const svg = await linePanels({
    title: "Robustness",
    y: { title: "AUROC" },
    points: true,
    panels: [
      { x: { title: "Noise" }, series: [{ name: "a", x: [0, 1, 2], y: [0.9, 0.8, 0.6] }] },
      { x: { title: "Gap" }, series: [{ name: "a", x: [0, 0.5], y: [0.9, 0.8] }] },
    ],
  });
  assertStringIncludes(svg, ">Noise</text>");
  assertStringIncludes(svg, ">Gap</text>");
  assertEquals(svg.match(/>AUROC<\/text>/g)!.length, 1, "the axis is named once");
  const heights = [
    ...svg.matchAll(/aria-roledescription="point" transform="translate\(([\d.]+),([\d.]+)\)"/g),
  ].map(([, , y]) => Number(y));
  assertEquals(heights.length, 5);
  assertEquals(heights.slice(3), heights.slice(0, 2));
  // A step of 0.2 is twice as high as one of 0.1; Vega rounds to thousandths of a pixel.
  assert(Math.abs((heights[2] - heights[1]) / (heights[1] - heights[0]) - 2) < 1e-3);
  assertThrows(
    () => void linePanels({ title: "t", y: { title: "y" }, panels: [] }),
    RangeError,
    "No panels",
  );
});

Deno.test("bar chart: lengths are proportional to the distance from the base", async () => {
  const svg = await barChart({
    title: "Probe",
    caption: "n = 150; 95 % bootstrap intervals",
    valueTitle: "Macro AUROC",
    base: 0.5,
    maximum: 1,
    bars: [
      { name: "Random encoder", value: 0.75, low: 0.7, high: 0.8 },
      { name: "SimCLR", value: 1, low: 0.9, high: 1 },
      { name: "SimCLR", value: 0.625 },
    ],
  });
  assertStringIncludes(svg, ">Random encoder</text>");
  assertEquals(svg.match(/>SimCLR<\/text>/g)!.length, 2);
  assertStringIncludes(svg, "0.750");
  assertStringIncludes(svg, "[0.700, 0.800]");
  // A bar is a path that starts at its left end and runs to the right by its length.
  const right = [
    ...svg.matchAll(
      /aria-label="[^"]*" role="graphics-symbol" aria-roledescription="bar"[^>]* d="([^"]*)"/g,
    ),
  ]
    .map((match) =>
      Math.max(...[...match[1].matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((m) => Number(m[1])))
    );
  assertEquals(right.length, 3);
  // Half and a quarter of the longest; Vega rounds to thousandths of a pixel.
  assert(Math.abs(right[0] / right[1] - 0.5) < 1e-3, String(right));
  assert(Math.abs(right[2] / right[1] - 0.25) < 1e-3, String(right));
});

Deno.test("bar chart: a score that is not defined is refused", () => {
  assertThrows(
    () => void barChart({ title: "", valueTitle: "", bars: [{ name: "HYP", value: NaN }] }),
    RangeError,
    "Bar HYP is NaN",
  );
});

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { confusionChart } from "../../src/plots/confusion_chart.ts";
import { intervalChart } from "../../src/plots/interval_chart.ts";
import { linePanels } from "../../src/plots/line_chart.ts";
import { performanceCurves } from "../../src/plots/performance_curves.ts";

Deno.test("interval chart: points and intervals lie where their values are, zero has a line", async () => {
  const svg = await intervalChart({
    title: "Differences",
    caption: "n = 10 seeds",
    valueTitle: "Difference of AUROC",
    rows: [
      { name: "a < b", value: 0.01, low: -0.02, high: 0.04 },
      { name: "a < b", value: -0.02, low: NaN, high: NaN },
    ],
  });
  for (const text of ["Differences", "n = 10 seeds", "Difference of AUROC"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  assertEquals(svg.match(/>a &lt; b</g)?.length, 2, "two rows of one name");
  assertStringIncludes(svg, "+0.010  [-0.020, +0.040]");
  assertStringIncludes(svg, ">-0.020<");
  const points = [
    ...svg.matchAll(/aria-roledescription="point" transform="translate\(([\d.]+),/g),
  ].map(([, x]) => Number(x));
  const [zero, interval] = [
    ...svg.matchAll(
      /aria-roledescription="rule mark" transform="translate\(([\d.]+),[\d.]+\)" x2="(-?[\d.]+)"/g,
    ),
  ].map(([, x, length]) => [Number(x), Number(x) + Number(length)]);
  // 0.01 and −0.02 on one scale with 0.
  const unit = points[0] - zero[0];
  assert(unit > 0);
  assert(Math.abs(zero[0] - points[1] - 2 * unit) < 0.01);
  assert(Math.abs(Math.abs(interval[1] - interval[0]) - 6 * unit) < 0.01);
});

Deno.test("interval chart: refuses what cannot be drawn", () => {
  const chart = { title: "t", valueTitle: "v" };
  assertThrows(() => void intervalChart({ ...chart, rows: [] }), RangeError, "No rows");
  assertThrows(
    () => void intervalChart({ ...chart, rows: [{ name: "a", value: NaN }] }),
    RangeError,
    "Row a is NaN",
  );
});

Deno.test("confusion chart: counts and shares of the truth, a table a class", async () => {
  const svg = await confusionChart({
    title: "Confusion",
    caption: "n = 150 records, threshold 0.5",
    classes: [
      { name: "MI", table: { tp: 30, fn: 10, fp: 11, tn: 99 } },
      { name: "HYP", table: { tp: 0, fn: 0, fp: 1.5, tn: 148.5 } },
    ],
  });
  for (const text of ["75%", "25%", "90%", "10%", "30", "99", "148.5", "none", "Has HYP"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  assertEquals(svg.match(/aria-roledescription="rect mark"/g)?.length, 8);
  assertThrows(() => void confusionChart({ title: "t", classes: [] }), RangeError, "No classes");
});

Deno.test("performance curves: three panels a row, axes from 0 to 1, the useless classifier", async () => {
  const series = [{ name: "a", x: [0, 0.5, 1], y: [0, 0.9, 1] }];
  const panels = ["A", "B", "C", "D"].map((heading) => ({ heading, series, prevalence: 0.25 }));
  const draw = (curve: "roc" | "precision" | "calibration") =>
    linePanels(performanceCurves({ title: "Curves", curve, panels }));
  for (const curve of ["roc", "precision", "calibration"] as const) {
    const svg = await draw(curve);
    const guides = [
      ...svg.matchAll(
        /aria-roledescription="rule mark" transform="translate\(0,([\d.]+)\)" x2="([\d.]+)" y2="(-?[\d.]+)"/g,
      ),
    ].map(([, y, x2, y2]) => [Number(y), Number(x2), Number(y2)]);
    assertEquals(guides.length, 4);
    // From the lower left corner to the upper right, or level at a quarter of the height.
    assertEquals(guides[0], curve === "precision" ? [180, 240, 0] : [240, 240, -240]);
    assertEquals(svg.includes('aria-roledescription="point"'), curve === "calibration");
  }
});

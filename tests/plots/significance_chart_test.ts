import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type SignificanceChart, significanceChart } from "../../src/plots/significance_chart.ts";

const row = {
  metric: "AUROC (macro)",
  improvement: 2,
  low: 1,
  high: 3,
  pValue: 0.001,
  pHolm: 0.002,
};

function chart(rows: SignificanceChart["comparisons"][number]["rows"], alpha = 0.05) {
  return significanceChart({
    title: "Improvement over supervised",
    caption: "n = 10 seeds",
    alpha,
    comparisons: [{ name: "simclr", rows }],
  });
}

/** Fill colors of the marks of points, in the order of the drawing. */
function pointColors(svg: string): string[] {
  return [...svg.matchAll(/aria-roledescription="point"[^>]*fill="(#\w+)"/g)].map(([, c]) => c);
}

Deno.test("names, n, line at alpha; color says side and significance", async () => {
  const svg = await chart([
    row,
    { ...row, metric: "worse", improvement: -2, low: -3, high: -1 },
    { ...row, metric: "open", pHolm: 0.06 },
    { ...row, metric: "untested", pValue: NaN, pHolm: NaN, low: NaN, high: NaN },
  ]);
  for (const text of ["simclr", "AUROC (macro)", "n = 10 seeds", "alpha = 0.05", "untested"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  for (const title of ["Improvement over the baseline (%)", "p-value (log scale)"]) {
    assertStringIncludes(svg, title);
  }
  assert(!/NaN|undefined|Infinity/.test(svg));
  const [blue, vermilion, gray] = ["#0072B2", "#D55E00", "#59636e"];
  // Four improvements on the left, three p-values on the right.
  assertEquals(pointColors(svg), [blue, vermilion, gray, gray, blue, vermilion, gray]);
});

Deno.test("p = 0 is drawn at the edge, with another alpha", async () => {
  const svg = await chart([{ ...row, pValue: 0, pHolm: 0 }], 0.01);
  assertStringIncludes(svg, ">alpha = 0.01</text>");
  assertStringIncludes(svg, ">1e-6</text>");
  assert(!/NaN|undefined|Infinity/.test(svg));
});

Deno.test("what cannot be drawn", () => {
  assertThrows(() => chart([]), RangeError, "No rows");
  assertThrows(() => chart([row], 1), RangeError, "Alpha is 1");
});

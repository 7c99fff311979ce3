import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { barChart } from "../../src/plots/bar_chart.ts";
import { type BarSeries, groupedBarChart } from "../../src/plots/grouped_bar_chart.ts";
import { heatMap } from "../../src/plots/heat_map.ts";
import { lineChart, linePanels } from "../../src/plots/line_chart.ts";
import { chartColors, SERIES_COLORS, SERIES_DASHES } from "../../src/plots/style.ts";
import { captionLines } from "../../src/plots/vega_chart.ts";
import { assertRefuses } from "../support/refuses.ts";

const width = (svg: string) => Number(svg.match(/<svg [^>]*width="([\d.]+)"/)![1]);

Deno.test("line chart: every series has its color, its dash and its name", async () => {
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

Deno.test("line chart: a whole axis has no ticks between whole numbers", async () => {
  const draw = (whole: boolean) =>
    lineChart({
      title: "Loss",
      x: { title: "Epoch", whole },
      y: { title: "Loss (nats)" },
      series: [{ name: "training", x: [1, 2, 3], y: [13, 12, 11] }],
    });
  const between = />[12]\.\d<\/text>/;
  assert(between.test(await draw(false)));
  const svg = await draw(true);
  for (const tick of [1, 2, 3]) assertStringIncludes(svg, `>${tick}</text>`);
  assert(!between.test(svg));
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

Deno.test("a caption's lines are as long as they may be, and a number keeps its percent sign", () => {
  assertEquals(captionLines("n = 10; 95 % intervals", 10), ["n = 10;", "95 %", "intervals"]);
  assertEquals(captionLines("n = 10; 95 % intervals", 12), ["n = 10; 95 %", "intervals"]);
  assertEquals(captionLines(undefined, 10), []);
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
  const uneven = [{ name: "a", x: [1, 2], y: [1] }];
  assertRefuses([
    [() => lineChart({ ...axes, series }), "7 series"],
    [() => lineChart({ ...axes, series: [] }), "0 series"],
    [() => lineChart({ ...axes, series: uneven }), "Series a has 2 x values"],
    [() => linePanels({ ...axes, panels: [] }), "No panels"],
  ]);
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
  const right = [...svg.matchAll(/aria-roledescription="bar"[^>]* d="([^"]*)"/g)].map(([, d]) =>
    Math.max(...[...d.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x)))
  );
  assertEquals(right.length, 3);
  // Half and a quarter of the longest; Vega rounds to thousandths of a pixel.
  assert(Math.abs(right[0] / right[1] - 0.5) < 1e-3, String(right));
  assert(Math.abs(right[2] / right[1] - 0.25) < 1e-3, String(right));
});

Deno.test("grouped bar chart: heights are proportional, groups and series keep their order", async () => {
  const svg = await groupedBarChart({
    title: "Counts",
    caption: "n = 9",
    groupTitle: "Sex",
    groups: ["male", "female"],
    valueTitle: "Records",
    series: [{ name: "NORM", values: [4, 2] }, { name: "MI", values: [1, 0] }],
  });
  for (const text of ["Counts", "n = 9", "Sex", "male", "female", "Records", "NORM", "MI"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  // A bar is a path: from its left end (M), then across (h) and down (v).
  const bars = [...svg.matchAll(
    /aria-roledescription="bar"[^>]* d="M([\d.]+),[\d.]+h[\d.]+v([\d.]+)/g,
  )].map(([, x, height]) => ({ x: Number(x), height: Number(height) }));
  assertEquals(bars.length, 4);
  const [normMale, normFemale, miMale, miFemale] = bars;
  assert(Math.abs(normMale.height / normFemale.height - 2) < 1e-3);
  assert(Math.abs(normMale.height / miMale.height - 4) < 1e-3);
  assertEquals(miFemale.height, 0);
  assert(normMale.x < miMale.x && miMale.x < normFemale.x && normFemale.x < miFemale.x);
});

Deno.test("grouped bar chart: scores from a base, up and down, with intervals", async () => {
  const svg = await groupedBarChart({
    title: "AUROC by class",
    groupTitle: "Class",
    groups: ["NORM", "HYP"],
    valueTitle: "AUROC",
    base: 0.5,
    maximum: 1,
    series: [
      { name: "BCE", values: [0.9, 0.4], low: [0.8, 0.3], high: [1, 0.6] },
      { name: "focal", values: [0.7, 0.5], low: [0.6, NaN], high: [0.8, NaN] },
    ],
  });
  const heights = [...svg.matchAll(
    /aria-roledescription="bar"[^>]* d="M[\d.]+,[\d.]+h[\d.]+v([\d.]+)/g,
  )].map(([, height]) => Number(height));
  assertEquals(heights.length, 4);
  // 0.4 above the base, 0.1 below it, 0.2 above it, on it.
  assert(Math.abs(heights[0] / heights[1] - 4) < 1e-3, String(heights));
  assert(Math.abs(heights[0] / heights[2] - 2) < 1e-3, String(heights));
  assertEquals(heights[3], 0);
  // A rule has no area: its ends are (0, 0) and (x2, y2), |y2| long. One interval is not defined.
  const rules = [...svg.matchAll(/<line [^>]*x2="([\d.-]+)" y2="([\d.-]+)"[^>]*stroke="#1f2328"/g)]
    .map(([, , y]) => Math.abs(Number(y)));
  assertEquals(rules.length, 3);
  assert(Math.abs(rules[0] / heights[0] - 0.5) < 1e-3, `0.2 and 0.4 long: ${rules}, ${heights}`);
  assert(!/NaN|undefined/.test(svg));
});

Deno.test("bar charts refuse what cannot be drawn", () => {
  const axes = { title: "t", groupTitle: "g", groups: ["x"], valueTitle: "v" };
  const one = { name: "a", values: [1] };
  const draw = (...series: BarSeries[]) => groupedBarChart({ ...axes, series });
  assertRefuses([
    [() => barChart({ ...axes, bars: [{ name: "HYP", value: NaN }] }), "HYP is NaN"],
    [() => groupedBarChart({ ...axes, groups: [], series: [one] }), "No groups"],
    [() => groupedBarChart({ ...axes, groups: ["x", "x"], series: [one] }), "apart: x, x"],
    ...[[], [1, 2], [NaN]].map((values) =>
      [() => draw({ name: "a", values }), "Series a needs 1 finite values"] as const
    ),
    [() => draw({ ...one, low: [] }), "Series a needs 1"],
    [() => draw(...Array(7).fill(one)), "7 series"],
  ]);
});

Deno.test("heat map: a cell for every pair, darker where the shade is deeper, first row on top", async () => {
  const svg = await heatMap({
    title: "Together",
    rowTitle: "has",
    rows: ["A", "B"],
    columnTitle: "also has",
    columns: ["A", "B"],
    shades: [[1, 0], [0.5, NaN]],
    labels: [["first", "second"], ["third", "fourth"]],
  });
  for (const text of ["Together", "has", "also has", "first", "second", "third", "fourth"]) {
    assertStringIncludes(svg, `>${text}</text>`);
  }
  // Text stands in the middle of its cell.
  const place = (text: string) => {
    const [, x, y] = svg.match(new RegExp(`translate\\(([\\d.]+),([\\d.]+)\\)"[^>]*>${text}<`))!;
    return [Number(x), Number(y)];
  };
  assert(place("first")[0] < place("second")[0] && place("first")[1] < place("third")[1]);
  // A text on the deepest shade is white; a cell without a shade is not drawn.
  assertEquals(svg.match(/fill="#ffffff">first</g)?.length, 1);
  const cells = [...svg.matchAll(/rect mark" d="[^"]*" fill="#0072B2" fill-opacity="([^"]+)"/g)]
    .map(([, opacity]) => Number(opacity));
  assertEquals(cells.length, 3);
  assert(cells[0] > cells[2] && cells[2] > cells[1], `less transparent is deeper: ${cells}`);
  assert(!svg.includes("NaN"));
});

Deno.test("heat map: refuses a matrix that does not fit", () => {
  const map = { title: "t", rowTitle: "r", rows: ["A"], columnTitle: "c", columns: ["A"] };
  const draw = (shades: number[][], labels: string[][]) => () =>
    heatMap({ ...map, shades, labels });
  assertRefuses([
    [draw([[1, 1]], [["a"]]), "do not fit 1 rows and 1 columns"],
    [draw([[1]], []), "do not fit"],
    [draw([[1.5]], [["a"]]), "Shade 1.5"],
    [() => heatMap({ ...map, rows: [], shades: [], labels: [] }), "No cells"],
  ]);
});

Deno.test("every chart has the same marks on dark paper, and no color of light paper", async () => {
  const light = chartColors("light");
  const dark = chartColors("dark");
  const x = [1, 2, 3];
  const draw = (theme: "light" | "dark") =>
    Promise.all([
      lineChart({
        title: "Lines",
        theme,
        x: { title: "x" },
        y: { title: "y" },
        guide: [[1, 1], [3, 3]],
        series: [{ name: "a", x, y: x, low: [0, 1, 2], high: [2, 3, 4] }, { name: "b", x, y: x }],
      }),
      barChart({
        title: "Bars",
        theme,
        valueTitle: "v",
        bars: [{ name: "a", value: 1, low: 0, high: 2, group: "g" }],
      }),
      groupedBarChart({
        title: "Groups",
        theme,
        groupTitle: "g",
        groups: ["a"],
        valueTitle: "v",
        series: [{ name: "s", values: [1], low: [0], high: [2] }],
      }),
      heatMap({
        title: "Cells",
        theme,
        rowTitle: "r",
        rows: ["A"],
        columnTitle: "c",
        columns: ["B"],
        shades: [[1]],
        labels: [["1"]],
      }),
    ]);
  const [pale, night] = await Promise.all([draw("light"), draw("dark")]);
  const pairs = Object.entries(light).flatMap(([role, color]) =>
    typeof color === "string"
      ? [[color, dark[role as "text"]]]
      : light.series.map((each, i) => [each, dark.series[i]])
  );
  for (const [i, picture] of pale.entries()) {
    // A color for a color: nothing is drawn in one that the theme does not know.
    const plain = (svg: string) => svg.replaceAll(/clip\d+/g, "clip");
    let expected = plain(picture);
    for (const [from, to] of pairs) expected = expected.replaceAll(`"${from}"`, `"${to}"`);
    assertEquals(plain(night[i]), expected);
    for (const [from] of pairs) assert(!night[i].includes(`"${from}"`), from);
  }
});

Deno.test("line panels: headings, axes of their own, a guide, and rows of panels", async () => {
  const panel = (heading: string) => ({
    heading,
    x: { title: "Epoch" },
    ownY: { title: `${heading} axis` },
    guide: [[0, 0], [2, 2]] as const,
    series: [{ name: "one", x: [0, 1, 2], y: [0, 1, 2] }, { name: "two", x: [0, 2], y: [1, 1] }],
  });
  const draw = (columns: number) =>
    linePanels({
      title: "Curves",
      columns,
      y: { title: "unused" },
      panels: [panel("Loss"), panel("AUROC"), panel("F1")],
    });
  const svg = await draw(2);
  for (const text of ["Loss", "AUROC axis", "F1"]) assertStringIncludes(svg, `>${text}</text>`);
  assert(!svg.includes("unused"));
  assertEquals(svg.match(/aria-roledescription="rule mark"/g)?.length, 3);
  assertEquals(svg.match(/aria-roledescription="line mark"/g)?.length, 6);
  assertEquals(svg.match(/>two<\/text>/g)?.length, 1, "one legend for panels of one kind");
  assert(width(svg) < width(await draw(3)));
});

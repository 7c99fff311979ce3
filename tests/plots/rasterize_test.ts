import { assert, assertEquals, assertRejects } from "@std/assert";
import { lineChart } from "../../src/plots/line_chart.ts";
import { rasterize } from "../../src/plots/rasterize.ts";
import { FONT } from "../../src/plots/style.ts";
import { readPng } from "../support/png.ts";

Deno.test("rasterize: size, ink and paper lie where the SVG has them", async () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40" viewBox="0 0 60 40">
    <rect width="60" height="40" fill="#fff"/><rect x="10" y="5" width="20" height="10"/></svg>`;
  const png = readPng(await rasterize(svg, { scale: 2 }));
  assertEquals([png.width, png.height], [120, 80]);
  assertEquals(png.ink(20, 10, 40, 20), 1);
  assertEquals(png.ink(0, 0, 120, 10), 0);
  assertEquals(png.ink(60, 0, 60, 80), 0);
  assertEquals(readPng(await rasterize(svg)).width, 180);
});

Deno.test("rasterize: text in the house font is drawn, in two weights, beyond ASCII too", async () => {
  const draw = async (text: string, weight: number) =>
    readPng(
      await rasterize(
        `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">
        <text x="5" y="30" font-family="${FONT}" font-size="28" font-weight="${weight}">${text}</text></svg>`,
        { scale: 1 },
      ),
    ).ink(0, 0, 200, 40);
  const regular = await draw("AUROC", 400);
  assert(regular > 0.03, String(regular));
  assert(await draw("AUROC", 600) > 1.2 * regular, "bold is not darker");
  // A missing character is drawn as a box, the same for all.
  const strange = await Promise.all(["±±±", "−−−", "κκκ", "≥≥≥"].map((text) => draw(text, 400)));
  assert(strange.every((ink) => ink > 0), strange.join());
  assertEquals(new Set(strange).size, strange.length);
});

Deno.test("rasterize: a chart has its curve and its title", async () => {
  const svg = await lineChart({
    title: "Loss",
    x: { title: "Epoch" },
    y: { title: "Loss (nats)" },
    series: [{ name: "a", x: [1, 2], y: [1, 2] }],
  });
  const png = readPng(await rasterize(svg, { scale: 1 }));
  assert(png.ink(60, 10, 100, 24) > 0.03, "no title");
  assert(png.ink(100, 60, 500, 250) > 0.001, "no curve");
});

Deno.test("rasterize: what is no SVG, and a scale of nothing, are refused", async () => {
  await assertRejects(() => rasterize("<p>no picture"), RangeError, "Cannot draw a PNG");
  await assertRejects(() => rasterize("<svg/>", { scale: 0 }), RangeError, "scale 0");
  // What was refused breaks nothing.
  await rasterize('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"></svg>');
});

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ecgChart } from "../../src/plots/ecg_chart.ts";
import { reconstructionChart } from "../../src/plots/reconstruction_chart.ts";

const LEADS = ["I", "II", "V1"];
const LENGTH = 500;

/** Lead c is the constant 0.1 (c + 1) mV. */
const input = Float32Array.from({ length: 3 * LENGTH }, (_, j) => 0.1 * (j % 3 + 1));
const stretches = [[0, 50], [200, 300]] as const;
const masked = input.map((value, j) =>
  stretches.some(([start, end]) => Math.floor(j / 3) >= start && Math.floor(j / 3) < end)
    ? 0
    : value
);
const chart = {
  title: "Epoch 3",
  caption: "Darker paper: masked.",
  samplingRate: 100,
  leads: LEADS,
  shown: ["II", "V1"],
  records: [
    { name: "record 7", input, masked, reconstruction: input.map((value) => -value), stretches },
    { name: "record 8", input, masked: input, reconstruction: input, stretches: [] },
  ],
};

Deno.test("reconstruction chart: every lead of every record, with a legend", () => {
  const svg = reconstructionChart(chart);
  for (const record of ["record 7", "record 8"]) {
    for (const lead of ["II", "V1"]) assertStringIncludes(svg, `>${record}, ${lead}</text>`);
  }
  for (const name of ["masked input", "hidden by the mask", "reconstruction"]) {
    assertStringIncludes(svg, `>${name}</text>`);
  }
  assert(!svg.includes("NaN"));
});

Deno.test("reconstruction chart: masked stretches lie on darker paper in both leads", () => {
  const shades = [
    ...reconstructionChart(chart).matchAll(
      /<rect x="([\d.]+)" width="([\d.]+)" height="[\d.]+" fill="#e3e6ea"\/>/g,
    ),
  ].map(([, x, width]) => [Number(x), Number(width)]);
  // 5 s are 860 pixels wide.
  assertEquals(shades, [[0, 86], [344, 172], [0, 86], [344, 172]]);
});

Deno.test("reconstruction chart: no record, or a lead that is not there, is an error", () => {
  assertThrows(() => reconstructionChart({ ...chart, records: [] }), RangeError, "No panels");
  assertThrows(
    () => reconstructionChart({ ...chart, shown: ["V9"] }),
    RangeError,
    "No lead V9 among I, II, V1",
  );
});

Deno.test("ecg chart: shading is cut at the stretch shown", () => {
  const samples = new Float32Array(1000);
  const svg = ecgChart({
    title: "t",
    samplingRate: 100,
    from: 2,
    seconds: 5,
    panels: [{
      label: "II",
      traces: [{ name: "record", samples }],
      shaded: [[0, 1], [1, 3], [6, 9], [8, 9]],
    }],
  });
  const shades = [...svg.matchAll(/<rect x="([\d.]+)" width="([\d.]+)"[^>]*#e3e6ea/g)]
    .map(([, x, width]) => [Number(x), Number(width)]);
  assertEquals(shades, [[0, 172], [688, 172]]);
});

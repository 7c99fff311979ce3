import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ecgChart, type EcgPanel } from "../../src/plots/ecg_chart.ts";
import { tracePoints } from "./trace_points.ts";

/** A flat line at 0 mV with one sample of 1 mV. */
function pulse(length: number, at: number): Float32Array {
  const samples = new Float32Array(length);
  samples[at] = 1;
  return samples;
}

/** Points of the first trace: [x, y] in pixels of its panel, one list a piece between gaps. */
function pieces(svg: string): [number, number][][] {
  const d = svg.match(/<path d="([^"]*)" stroke="#16181d"/)![1];
  return tracePoints(d).map((piece) => piece.map(([x, y]) => [x / 10, y / 10]));
}

const panel = (samples: ArrayLike<number>, label = "II") => ({
  label,
  traces: [{ name: "record", samples }],
});

Deno.test("ecg chart: proportions of ECG paper", () => {
  const svg = ecgChart({ title: "t", samplingRate: 100, panels: [panel(pulse(1000, 500))] });
  const [trace] = pieces(svg);
  assertEquals(trace.length, 1000);
  // 10 s over 860 pixels; coordinates are rounded to 0.1 pixel.
  assert(Math.abs(trace[500][0] - 430) <= 0.05);
  // 1 mV is as high as 0.4 s are long; two rounded coordinates differ by at most 0.1.
  assert(Math.abs(trace[0][1] - trace[500][1] - 86 * 0.4) <= 0.1);
});

Deno.test("ecg chart: a window starts at its own zero", () => {
  const svg = ecgChart({
    title: "t",
    samplingRate: 100,
    from: 2,
    seconds: 5,
    panels: [panel(pulse(1000, 300))],
  });
  const [trace] = pieces(svg);
  assertEquals(trace.length, 501);
  const top = trace.reduce((best, point) => point[1] < best[1] ? point : best);
  assert(Math.abs(top[0] - 860 / 5) <= 0.05); // second 3 of a window that starts at 2
});

Deno.test("ecg chart: gaps break the line, wild samples do not stretch the paper", () => {
  const samples = pulse(100, 50);
  samples[20] = NaN;
  samples[80] = 400;
  const svg = ecgChart({ title: "t", samplingRate: 100, panels: [panel(samples)] });
  assertEquals(pieces(svg).map((piece) => piece.length), [20, 79]);
  assert(!svg.includes("NaN"));
  // 0.5 mV of air below and 5 mV above: 5.5 or 6 mV of 344 pixels at 1 s a panel.
  const height = Number(svg.match(/<svg [^>]* height="(\d+)"/)![1]);
  assert(height < 6 * 344 + 200, String(height));
});

Deno.test("ecg chart: panels one below the other, texts escaped", () => {
  const leads = ["I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"];
  const svg = ecgChart({
    title: "a < b & c",
    samplingRate: 100,
    seconds: 2.5,
    panels: leads.map((lead) => panel(pulse(1000, 10), lead)),
  });
  for (const lead of leads) assertStringIncludes(svg, `>${lead}</text>`);
  assertStringIncludes(svg, "a &lt; b &amp; c</text>");
  const places = [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)/g)].map((m) => m.slice(1, 3));
  assertEquals(places.length, 12);
  assertEquals(new Set(places.map(([x]) => x)).size, 1);
  const heights = places.map(([, y]) => Number(y));
  assertEquals(heights, heights.toSorted((a, b) => a - b));
});

Deno.test("ecg chart: before and after have a legend", () => {
  const traces = ["before", "after"].map((name) => ({ name, samples: pulse(500, 9) }));
  const svg = ecgChart({ title: "t", samplingRate: 500, panels: [{ label: "II", traces }] });
  assertStringIncludes(svg, ">before</text>");
  assertStringIncludes(svg, ">after</text>");
});

Deno.test("ecg chart: nothing to draw is an error", () => {
  const draw = (samplingRate: number, panels: EcgPanel[], from = 0) => () =>
    ecgChart({ title: "", samplingRate, panels, from });
  assertThrows(draw(100, []), RangeError, "panels");
  assertThrows(draw(100, [panel(pulse(1000, 0))], 20), RangeError, "Nothing to show");
  assertThrows(draw(0, [panel(pulse(10, 0))]), RangeError, "samplingRate");
});

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readRecordSync } from "../../src/data/files/wfdb/read_record.ts";
import { physicalValues } from "../../src/data/files/wfdb/record.ts";
import { type ClinicalEcg, clinicalEcg } from "../../src/plots/clinical_ecg.ts";
import { testWithData } from "../support/shared_data.ts";
import { tracePoints } from "./trace_points.ts";

const NAMES = ["I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"];
/** Order in which the strips are drawn. */
const DRAWN = ["I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6", "II"];

/** A sheet of 0 mV, but for the leads given. */
function sheet(
  { seconds = 10, rate = 100, leads = {}, ...rest }: Partial<Omit<ClinicalEcg, "leads">> & {
    seconds?: number;
    rate?: number;
    leads?: Record<string, (t: number) => number>;
  } = {},
): string {
  return clinicalEcg({
    title: "Test",
    record: "r1",
    samplingRate: rate,
    leads: NAMES.map((name) => ({
      name,
      samples: Float64Array.from(
        { length: Math.round(seconds * rate) },
        (_, i) => leads[name]?.(i / rate) ?? 0,
      ),
    })),
    ...rest,
  });
}

/** Points of every strip in the order drawn, mm on the grid, gaps left out. */
function strips(svg: string): [number, number][][] {
  const [, drawn] = svg.split('transform="scale(0.01)"');
  return [...drawn.matchAll(/<path d="(m[^"hv]*|)"\/>/g)].map(([, d]) =>
    tracePoints(d).flat().map(([x, y]): [number, number] => [x / 100, y / 100])
  );
}

const footer = (svg: string) => svg.match(/>(25 mm\/s[^<]*)</)![1];

Deno.test("clinical ECG: a sheet in true millimeters with a line every millimeter", () => {
  const svg = sheet();
  const [, width, height, boxWidth, boxHeight] = svg.match(
    /width="([\d.]+)mm" height="([\d.]+)mm" viewBox="0 0 ([\d.]+) ([\d.]+)"/,
  )!;
  assertEquals([width, height], [boxWidth, boxHeight], "a unit is a millimeter");
  assert(Number(width) <= 279 && Number(height) <= 210, "fits A4 and US Letter on their side");
  const lines = [...svg.matchAll(/M(\d+) 0v155/g)].map(([, x]) => Number(x));
  assertEquals(lines.sort((a, b) => a - b), Array.from({ length: 266 }, (_, x) => x));
  assertEquals(svg.match(/M0 \d+h265/g)!.length, 156);
  // Four pulses of 10 mm (1 mV) and 5 mm (0.2 s), in hundredths.
  assertEquals(svg.match(/h250v-1000h500v1000h250/g)!.length, 4);
  assertEquals(footer(svg), "25 mm/s 10 mm/mV");
});

Deno.test("clinical ECG: columns follow each other in time, above ten seconds of lead II", () => {
  const svg = sheet({
    title: "a < b",
    leads: { V2: (t) => t === 6 ? 1 : 0, II: (t) => t === 6 ? -0.5 : 0 },
  });
  assertStringIncludes(svg, ">a &lt; b</text>");
  const labels = [...svg.matchAll(/paint-order="stroke"[^>]*>([^<]+)</g)].map(([, name]) => name);
  assertEquals(labels, DRAWN);
  const drawn = strips(svg);
  // The sample at 10 s would be the first of the next second.
  assertEquals(drawn.map((points) => points.length), [
    ...[0, 1, 2].flatMap(() => [251, 251, 251, 250]),
    1000,
  ]);
  assertEquals(drawn.map(([[x]]) => x), [
    ...[0, 1, 2].flatMap(() => [10, 72.5, 135, 197.5]),
    10,
  ]);
  assertEquals(drawn.map(([[, y]]) => y), [...[30, 65, 100].flatMap((y) => [y, y, y, y]), 135]);
  // Second 6 of V2, whose column begins at 5 s, and of the rhythm strip lie above each other.
  const tip = (points: [number, number][]) => points.find(([, y]) => y !== points[0][1])!;
  assertEquals(tip(drawn[DRAWN.indexOf("V2")]), [135 + 25, 65 - 10]);
  assertEquals(tip(drawn[12]), [10 + 150, 135 + 5]);
  // Lead II in its own column ends at 2.5 s.
  assert(drawn[DRAWN.indexOf("II")].every(([, y]) => y === 65));
});

Deno.test("clinical ECG: rates that do not divide the column end in time", () => {
  const [first] = strips(sheet({ rate: 257 }));
  assertEquals(first.length, 643); // floor(2.5 · 257) + 1
  assert(Math.abs(first[642][0] - (10 + 642 / 257 * 25)) <= 0.005, "rounding does not add up");
});

Deno.test("clinical ECG: large voltages halve the gain, and the sheet says so", () => {
  const beat = (height: number) => (t: number) => Math.abs(t % 1 - 0.5) < 0.005 ? height : 0;
  assertEquals(footer(sheet({ leads: { V5: beat(3.4) } })), "25 mm/s 10 mm/mV");
  const half = sheet({ leads: { V5: beat(4.2), V6: beat(2) } });
  assertEquals(footer(half), "25 mm/s 5 mm/mV · half gain for V5 (4.2 mV)");
  const tops = strips(half).map((points) => Math.min(...points.map(([, y]) => y)));
  assertEquals(tops[DRAWN.indexOf("V5")], 65 - 21);
  assertEquals(tops[DRAWN.indexOf("V6")], 100 - 10, "all leads share the gain");
  assertEquals(half.match(/h250v-500h500v500h250/g)!.length, 4, "the pulse as well");
  // The first row has 3 mV of paper above it, the rhythm strip 2 mV below.
  assertStringIncludes(footer(sheet({ leads: { V4: beat(3.2) } })), "half gain for V4 (3.2 mV)");
  assertStringIncludes(footer(sheet({ leads: { II: beat(-2.2) } })), "half gain for II (2.2 mV)");
  assertStringIncludes(
    footer(sheet({ leads: { V1: beat(400) } })),
    "half gain for V1 (400 mV) · cut off at the edge: V1",
  );
});

Deno.test("clinical ECG: an offset moves nothing, gaps stay gaps", () => {
  const svg = sheet({
    leads: { V3: () => 12, aVL: () => 0, V1: (t) => t > 6 && t < 7 ? NaN : 0, V6: () => NaN },
  });
  assertEquals(footer(svg), "25 mm/s 10 mm/mV");
  const drawn = strips(svg);
  assert(drawn[DRAWN.indexOf("V3")].every(([, y]) => y === 100));
  assertEquals(drawn[DRAWN.indexOf("V1")].length, 251 - 99);
  assertEquals(drawn[DRAWN.indexOf("V6")], []);
  assert(!svg.includes("NaN"));
});

Deno.test("clinical ECG: short records draw what there is, long ones from where asked", () => {
  const short = sheet({ seconds: 5 });
  assertStringIncludes(short, "100 Hz, 5 s</text>");
  assertEquals(footer(short), "25 mm/s 10 mm/mV · columns start at 0, 2.5, 2.5, 2.5 s");
  assertEquals(strips(short).map((points) => points.length), [
    ...[0, 1, 2].flatMap(() => [251, 250, 250, 250]),
    500,
  ]);
  const tiny = sheet({ seconds: 1.28 });
  assertEquals(footer(tiny), "25 mm/s 10 mm/mV · columns start at 0, 0, 0, 0 s");
  assertEquals(strips(tiny).map((points) => points.length), Array(13).fill(128));
  const long = sheet({ seconds: 30, from: 12 });
  assertStringIncludes(long, "100 Hz, 30 s, shown from 12 to 22 s</text>");
  assertEquals(footer(long), "25 mm/s 10 mm/mV");
  assertEquals(strips(long)[12].length, 1001);
});

Deno.test("clinical ECG: probabilities stand beside the title, in two columns if many", () => {
  const classes = Array.from(
    { length: 9 },
    (_, i) => ({ name: `class ${i}`, probability: i / 10 }),
  );
  const svg = sheet({ probabilities: { caption: "finetuned.pt", classes } });
  assertStringIncludes(svg, ">finetuned.pt</text>");
  const place = (text: string) =>
    svg.match(new RegExp(`x="([\\d.]+)" y="([\\d.]+)" [^>]*>${text}<`))!.slice(1).map(Number);
  assertEquals(place("class 5")[1], place("class 0")[1], "the second column begins");
  assert(place("class 5")[0] > place("class 0")[0]);
  assertEquals(place("0.800")[1], place("class 8")[1]);
  // The first bar of a pair is the whole, the second the probability.
  const bars = [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="2.4"/g)].map(([, w]) => +w);
  assertEquals(bars[17] / bars[16], 0.8);
});

Deno.test("clinical ECG: what cannot be drawn is refused", () => {
  assertThrows(
    () =>
      clinicalEcg({
        title: "",
        record: "",
        samplingRate: 100,
        leads: NAMES.slice(0, 10).map((name) => ({ name, samples: [0] })),
      }),
    RangeError,
    "V5, V6 missing, got I, II",
  );
  assertThrows(() => sheet({ samplingRate: 0 }), RangeError, "samplingRate is 0");
  assertThrows(() => sheet({ from: 10 }), RangeError, "Nothing to show from 10 s");
  assertThrows(() => sheet({ seconds: 0 }), RangeError, "the record has 0 s");
  const probabilities = { caption: "", classes: [{ name: "MI", probability: NaN }] };
  assertThrows(() => sheet({ probabilities }), RangeError, "Probability of MI is NaN");
});

testWithData(
  "clinical ECG: real records at 500 Hz keep their voltages and stay small",
  "challenge-2021/JS45543.hea",
  (path) => {
    const { header, signals } = readRecordSync(path);
    const leads = signals.map((signal) => ({
      name: signal.description,
      samples: physicalValues(signal),
    }));
    const svg = clinicalEcg({
      title: "JS45543",
      record: header.recordName,
      samplingRate: header.frameRate,
      leads,
    });
    assert(svg.length < 120_000, `${svg.length} characters`);
    assertStringIncludes(footer(svg), "half gain for V3 (4 mV)");
    const drawn = strips(svg)[DRAWN.indexOf("V3")];
    const samples = leads.find(({ name }) => name === "V3")!.samples.subarray(2500, 3751);
    const middle = samples.toSorted()[samples.length >> 1];
    assertEquals(drawn.length, samples.length);
    drawn.forEach(([x, y], i) => {
      // Half a hundredth of a millimeter of rounding.
      assert(Math.abs(x - (135 + i / 20)) <= 0.00501, `sample ${i} at ${x}`);
      assert(Math.abs(y - (100 - 5 * (samples[i] - middle))) <= 0.00501, `sample ${i} at ${y}`);
    });
  },
);

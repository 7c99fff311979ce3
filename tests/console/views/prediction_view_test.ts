import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/csv";
import {
  describeFacts,
  describePredictions,
  drawPrediction,
  figureFiles,
  predictionsTable,
  predictionTableCsv,
} from "../../../src/console/views/prediction_view.ts";
import { readEcgSignalsSync } from "../../../src/data/files/read_ecg.ts";
import type { EcgPrediction, EcgPredictions } from "../../../src/evaluation/predict.ts";
import { shortNames } from "../../../src/text/format.ts";
import { waveCsv, withFolder } from "../../data/files/record_files.ts";

function prediction(path: string, starts: readonly number[], probabilities: number[]) {
  const values = Float64Array.from(probabilities);
  const ecg = {
    samplingRate: 100,
    signalLength: 1000,
    sourceRate: 500,
    duration: 10,
    start: 0,
    cut: 0,
    padded: 0,
  };
  const windows = starts.map((start) => ({ start, probabilities: values }));
  return {
    name: path,
    kind: "csv",
    probabilities: values,
    windows,
    ecg,
    doubts: [],
  } as EcgPrediction;
}

function result(predictions: readonly EcgPrediction[]): EcgPredictions {
  const input = {
    classNames: ["AF", "a, b"],
    samplingRate: 100,
    signalLength: 1000,
    assumptions: [],
  };
  return { input, normalization: "none", adapter: "x", predictions, leftOut: [] };
}

Deno.test("predict report: names and files of pictures never meet", () => {
  assertEquals(shortNames(["x/a", "y/b.csv"]), ["a", "b.csv"]);
  assertEquals(shortNames(["x/a", "y/a"]), ["x/a", "y/a"]);
  assertEquals(figureFiles(["x/a", "y/A.csv", "z/a.mat", "a.b"], "out"), [
    "out/a.svg",
    "out/A-2.svg",
    "out/a-3.svg",
    "out/a.b.svg",
  ]);
});

Deno.test("predict report: table, CSV and JSON mark from the threshold on", async () => {
  const both = result([prediction("x/a", [0], [0.5, 0.25]), prediction("y/b", [0, 10], [0, 0.49])]);
  const lines = predictionsTable(both, ["a", "b"], 0.5).split("\n");
  assertEquals(lines[2], "a    0.500  0.250  AF");
  assertEquals(lines[3], "b    0.000  0.490  none");
  assertEquals(parse(predictionTableCsv(both, 0.25)), [
    ["file", "windows", "AF", "a, b", "marked"],
    ["x/a", "1", "0.5", "0.25", "AF; a, b"],
    ["y/b", "2", "0", "0.49", "a, b"],
  ]);
  await withFolder(async (folder) => {
    const checkpoint = `${folder}/c.pt`;
    Deno.writeTextFileSync(checkpoint, "weights");
    const settings = { checkpoint, windows: "all", threshold: 0.5 } as const;
    const leftOut = [{ name: "z", reason: "damaged" }];
    // deno-lint-ignore no-explicit-any -- looks at single fields
    const json = await describePredictions(both, leftOut, ["a.svg", "b.svg"], settings) as any;
    assertEquals(json.ecgs[0].probabilities, { AF: 0.5, "a, b": 0.25 });
    assertEquals(json.ecgs.map((each: { marked: unknown }) => each.marked), [["AF"], []]);
    assertEquals(json.ecgs[1].windows.map((each: { start: number }) => each.start), [0, 10]);
    assertEquals([json.ecgs[1].figure, json.ecgs[1].resampled], ["b.svg", true]);
    assertEquals(json.left_out, [{ file: "z", reason: "damaged" }]);
    assert(json.notice.includes("no medical device"));
  });
});

Deno.test("predict report: facts name windows, leads without names and doubts", () => {
  const one = prediction("a", [0], [0, 0]);
  assertEquals(describeFacts(one, 1000), "10 s at 500 Hz; resampled to 100 Hz; 12 leads by name");
  const three = prediction("a", [0, 10, 15], [0, 0]);
  const long = { ...three.ecg, signalLength: 2500, duration: 25 };
  assertEquals(
    describeFacts({ ...three, ecg: long, doubts: ["flat lead: V1"] }, 1000),
    "25 s at 500 Hz; resampled to 100 Hz; mean of 3 windows, the last from 15 s on; " +
      "12 leads by name; flat lead: V1",
  );
  const even = { ...three, ecg: { ...long, signalLength: 3000, duration: 30 } };
  assert(describeFacts(even, 1000).includes("; mean of 3 windows; "));
  const unnamed = describeFacts({ ...one, kind: "mat" }, 1000);
  assert(unnamed.includes("leads not named: taken as I II III AVR AVL AVF V1"));
});

Deno.test("predict report: the sheet shows the file at its own rate, and says what it is", () =>
  withFolder((folder) => {
    const path = `${folder}/a.csv`;
    Deno.writeTextFileSync(path, waveCsv(500, 10_000));
    const mean = prediction(path, [4, 10], [0.75, 0.125]);
    const signals = readEcgSignalsSync(path, { samplingRate: 500 });
    const svg = drawPrediction(mean, signals, ["AF", "PVC"], { name: "a.csv", caption: "c.pt" });
    for (
      const text of [
        "research software, no medical device",
        "Record a.csv",
        "500 Hz, 20 s, shown from 4 to 14 s",
        "c.pt, mean of 2 windows",
        "0.750",
        "PVC",
      ]
    ) {
      assert(svg.includes(text), text);
    }
    assert(!/NaN|undefined|Infinity/.test(svg));
  }));

import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  describeEcg,
  ecgWindow,
  readEcgSignalsSync,
  readEcgSync,
} from "../../../src/data/files/read_ecg.ts";
import { resample } from "../../../src/data/signals/resample.ts";
import { sharedData, testWithData } from "../../support/shared_data.ts";
import { waveAt, waveCsv, withFolder, writeWave } from "./record_files.ts";
import { assertUserError } from "../../support/user_errors.ts";

const TARGET = { targetRate: 100, targetLength: 1000 };

Deno.test("readEcgSync: every kind of file gives the same signal", () =>
  withFolder((folder) => {
    writeWave(folder, "a", 500, 5000);
    Deno.renameSync(`${folder}/a.dat`, `${folder}/a.mat`);
    const header = Deno.readTextFileSync(`${folder}/a.hea`).replaceAll("a.dat", "a.mat");
    Deno.writeTextFileSync(`${folder}/a.hea`, header);
    Deno.writeTextFileSync(`${folder}/b.csv`, waveCsv(500, 5000));
    const record = readEcgSync(`${folder}/a.mat`, TARGET);
    const facts = { sourceRate: 500, duration: 10, start: 0, cut: 0, padded: 0 };
    assertEquals({ ...record, signal: 0 }, {
      ...facts,
      samplingRate: 100,
      signalLength: 1000,
      signal: 0,
    });
    assertEquals(readEcgSync(`${folder}/a`, TARGET), record);
    assertEquals(readEcgSync(`${folder}/a.hea`, { ...TARGET, samplingRate: 500 }), record);
    assertEquals(readEcgSync(`${folder}/b.csv`, { ...TARGET, samplingRate: 500 }), record);
    for (const [t, lead] of [[0, 0], [17, 3], [500, 11], [900, 6]]) {
      // Half a digital unit of the file, and the ripple of the filter; mirrored at the ends, the
      // sine has a corner there.
      const tolerance = t === 0 ? 0.02 : 1e-3;
      assertAlmostEquals(record.signal[12 * t + lead], waveAt(t / 100, lead) / 1000, tolerance);
    }
  }));

Deno.test("readEcgSync: cuts, pads and begins where it is told, and says so", () =>
  withFolder((folder) => {
    writeWave(folder, "a", 100, 700);
    const whole = readEcgSync(`${folder}/a`, { ...TARGET, targetLength: 700 });
    assertEquals([whole.cut, whole.padded], [0, 0]);
    assertEquals(whole.signal[12 * 699 + 5], Math.fround(waveAt(6.99, 5) / 1000));

    const padded = readEcgSync(`${folder}/a`, TARGET);
    assertEquals([padded.cut, padded.padded, padded.duration], [0, 300, 7]);
    assertEquals(padded.signal.subarray(0, 8400), whole.signal);
    assert(padded.signal.subarray(8400).every((value) => value === 0));
    assertEquals(describeEcg(padded), "7 s at 100 Hz; 3 s of zeros added");

    const part = readEcgSync(`${folder}/a`, { targetRate: 100, targetLength: 200, start: 1.5 });
    assertEquals([part.cut, part.padded], [350, 0]);
    assertEquals(part.signal, whole.signal.slice(12 * 150, 12 * 350));
    assertEquals(describeEcg(part), "7 s at 100 Hz; 1.5 to 3.5 s taken");

    const faster = readEcgSync(`${folder}/a`, { targetRate: 250, targetLength: 1000 });
    assertEquals([faster.cut, faster.padded], [750, 0]);
    assertEquals(describeEcg(faster), "7 s at 100 Hz; resampled to 250 Hz; 0 to 4 s taken");
  }));

Deno.test("readEcgSignalsSync: a whole record at its own rate, of which readEcgSync takes a window", () =>
  withFolder((folder) => {
    writeWave(folder, "a", 500, 3000);
    const signals = readEcgSignalsSync(`${folder}/a.dat`);
    assertEquals([signals.kind, signals.samplingRate, signals.samples], ["wfdb", 500, 3000]);
    assertEquals(signals.leads[7][2999], waveAt(5.998, 7) / 1000);
    const window = { targetRate: 100, targetLength: 300, start: 2 };
    assertEquals(ecgWindow(signals, "a", window), readEcgSync(`${folder}/a`, window));
    assertUserError(() => ecgWindow(signals, "a", { ...window, start: -1 }), "0 s or more");
    assertThrows(() => ecgWindow(signals, "a", { ...window, targetLength: 0 }), RangeError);
    Deno.writeTextFileSync(`${folder}/b.csv`, waveCsv(500, 10));
    assertEquals(readEcgSignalsSync(`${folder}/b.csv`, { samplingRate: 250 }).kind, "csv");
  }));

Deno.test("readEcgSync: names the file and what is wrong with it", () =>
  withFolder((folder) => {
    const fails = (name: string, options: object, message: string) =>
      assertUserError(() => readEcgSync(`${folder}/${name}`, { ...TARGET, ...options }), message);
    writeWave(folder, "a", 100, 700);
    Deno.writeTextFileSync(`${folder}/b.csv`, waveCsv(500, 10));
    Deno.writeTextFileSync(`${folder}/c.csv`, "");
    Deno.writeTextFileSync(`${folder}/x.txt`, "");
    fails("none", {}, `Cannot read ${folder}/none.hea: the file is missing`);
    fails("none.csv", {}, `Cannot read ${folder}/none.csv: the file is missing`);
    fails("x.txt", {}, `Cannot read ${folder}/x.txt: need a WFDB record`);
    fails("", {}, "need a WFDB record");
    fails("b.csv", {}, `Cannot read ${folder}/b.csv: its sampling rate is not known`);
    fails("b.csv", { samplingRate: 0 }, "give a rate above 0");
    fails("c.csv", { samplingRate: 500 }, `Cannot read ${folder}/c.csv: the table is empty`);
    fails("a", { samplingRate: 360 }, "it states a rate of 100 Hz, not 360 Hz");
    fails("a", { start: 7 }, "it ends at 7 s, before 7 s");
    fails("a", { start: -1 }, "give 0 s or more");
    fails("a", { padding: "error" }, "it ends at 7 s, the window of 10 s from 0 s on is longer");
    assertEquals(
      readEcgSync(`${folder}/a`, { ...TARGET, targetLength: 700, padding: "error" }).padded,
      0,
    );
    Deno.truncateSync(`${folder}/a.dat`, 100);
    fails("a", {}, `Cannot read ${folder}/a.dat: the file is truncated`);
    assertThrows(() => readEcgSync("a", { targetRate: 100, targetLength: 0 }), RangeError);
  }));

testWithData("readEcgSync: fifteen challenge records of five sources", "challenge-2021", (data) => {
  for (const { name } of Deno.readDirSync(data)) {
    if (!name.endsWith(".mat")) continue;
    const ecg = readEcgSync(`${data}/${name}`, TARGET);
    assertEquals([ecg.sourceRate, ecg.padded, ecg.cut], [500, 0, name === "A0001.mat" ? 500 : 0]);
    // Einthoven: II = I + III, to 1 µV in the files. The weights of the filter add up to less than 3
    // in absolute value.
    for (let t = 0; t < 1000; t++) {
      const [one, two, three] = ecg.signal.subarray(12 * t, 12 * t + 3);
      assertLess(Math.abs(two - one - three), 0.003, `${name}, sample ${t}`);
    }
  }
});

testWithData(
  "readEcgSync: 500 Hz records become the published 100 Hz records",
  "ptb-xl",
  (data) => {
    for (const id of ["00001", "00002", "00003"]) {
      const published = readEcgSync(`${data}/records100/00000/${id}_lr`, TARGET).signal;
      const path = `${data}/records500/00000/${id}_hr`;
      const from = readEcgSync(path, TARGET).signal;
      const at5000 = readEcgSync(path, { targetRate: 5000, targetLength: 50_000 }).signal;
      let asItIs = 0;
      let ahead = 0;
      let power = 0;
      for (const lead of [0, 1, 7]) {
        const shifted = Float64Array.from(
          { length: 49_994 },
          (_, t) => at5000[12 * (t + 6) + lead],
        );
        const early = resample(shifted, 5000, 100);
        for (let t = 50; t < 950; t++) {
          const value = published[12 * t + lead];
          asItIs += (from[12 * t + lead] - value) ** 2;
          ahead += (early[t] - value) ** 2;
          power += value ** 2;
        }
      }
      // The published files run 1.25 ms ahead: up to an eighth of the signal. That apart, half a
      // digital unit and the edges of two filters make the difference.
      assertLess(Math.sqrt(asItIs / power), 0.125, id);
      assertLess(Math.sqrt(ahead / power), 0.01, id);
      const challenge = sharedData(`challenge-2021/HR${id}.mat`);
      if (challenge !== undefined) assertEquals(readEcgSync(challenge, TARGET).signal, from);
    }
  },
);

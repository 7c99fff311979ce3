import { assertAlmostEquals, assertEquals } from "@std/assert";
import { ecgFile, readLeads, readWfdbLeads } from "../../../src/data/files/twelve_leads.ts";
import { folderSource } from "../../../src/data/files/wfdb/file_source.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { testWithData } from "../../support/shared_data.ts";
import { waveAt, waveCsv, withFolder, writeWave } from "./record_files.ts";
import { memorySource } from "./memory_source.ts";
import { assertUserError } from "../../support/user_errors.ts";

Deno.test("ecgFile: tells kinds apart by ending and by the header beside", () => {
  const empty = new Uint8Array();
  const source = memorySource({ "a.hea": empty, "d/b.mat": empty, "c.edf": empty });
  const kind = (path: string) => Object.values(ecgFile(source, path)).join(" ");
  assertEquals(["a", "a.hea", "a.dat", "a.MAT"].map(kind), new Array(4).fill("wfdb a"));
  assertEquals(kind("d/b.mat"), "mat d/b.mat");
  assertEquals(kind("x.CSV"), "csv x.CSV");
  assertEquals(kind("patient.1/rec"), "wfdb patient.1/rec");
  assertUserError(() => ecgFile(source, "c.edf"), "Cannot read c.edf: need a WFDB record");
});

Deno.test("readLeads: a WFDB record and a table of the same ECG agree", () =>
  withFolder((folder) => {
    writeWave(folder, "a", 250, 20);
    Deno.writeTextFileSync(`${folder}/b.csv`, waveCsv(250, 20));
    const source = folderSource(folder);
    const record = readLeads(source, { kind: "wfdb", file: "a" });
    const table = readLeads(source, { kind: "csv", file: "b.csv" }, { sourceRate: 250 });
    assertEquals([record.samplingRate, record.samples], [250, 20]);
    assertEquals([table.samplingRate, table.samples], [250, 20]);
    record.leads.forEach((lead, index) => {
      lead.forEach((value, t) => {
        assertEquals(value, waveAt(t / 250, index) / 1000);
        // The decimal text gives the nearest double of the quotient.
        assertAlmostEquals(table.leads[index][t], value, 1e-15);
      });
    });
  }));

Deno.test("readLeads: a missing sample is NaN", () => {
  const names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
  const lines = names.map((name) => `a.dat 16 1/uV 16 0 0 0 0 ${name}`);
  const header = `a 12 100 1\n${lines.join("\n")}\n`.replaceAll(" 16 0 0 0 0", " 16 0");
  const data = new Uint8Array(new Int16Array(12).fill(500).with(2, -32768).buffer);
  const source = memorySource({ "a.hea": header, "a.dat": data });
  const { leads } = readLeads(source, { kind: "wfdb", file: "a" });
  assertEquals([leads[1][0], leads[2][0]], [0.5, NaN]);
});

/** A record in folder `f` with a header as the challenges write it; lead n has one sample, n + 1. */
function challenge(change: (header: string) => string = (header) => header) {
  const names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
  const lines = names.map((name, lead) =>
    `A1.mat 16+24 1000/mv 16 0 ${lead + 1} ${lead + 1} 0 ${name}`
  );
  const header = `A1 12 500 1 12-May-2020 12:33:59\n${lines.join("\n")}\n#Age: 7\n\n\n`;
  const data = new Uint8Array(24 + 24);
  LEADS.forEach((_, lead) => data[24 + 2 * lead] = lead + 1);
  return memorySource({ "f/A1.hea": change(header), "f/A1.mat": data });
}

Deno.test("readWfdbLeads: the header styles of the challenges", () => {
  const changes: ((header: string) => string)[] = [
    (header) => header,
    (header) => header.replaceAll(/ aV/g, " AV").replaceAll("1000/mv", "1000.0(0)/mV"),
    (header) => header.replaceAll(/ \d+ \d+ 0 (?=a?V|I)/g, " "), // no initial value, no checksum
    (header) => header.replaceAll(/ \d+ 0 (?=a?V|I)/g, " 0 "), // no checksum
    (header) => header.replaceAll("\n", "\r\n"),
    (header) => header.replaceAll("/mv", ""),
  ];
  for (const change of changes) {
    const { samplingRate, samples, signals } = readWfdbLeads(challenge(change), "f/A1");
    assertEquals([samplingRate, samples], [500, 1]);
    assertEquals(signals.map((signal) => signal.samples[0]), LEADS.map((_, lead) => lead + 1));
    assertEquals(signals.map(({ millivolts }) => millivolts), new Array(12).fill(1));
  }
});

Deno.test("readWfdbLeads: names what does not fit", () => {
  const fails = (from: string, to: string, message: string) =>
    assertUserError(
      () => readWfdbLeads(challenge((header) => header.replace(from, to)), "f/A1"),
      message,
    );
  fails("aVL", "aVX", "Cannot read f/A1.hea: it has no lead AVL");
  fails("1000/mv 16 0 3", "1000/mmHg 16 0 3", 'lead III is in "mmHg", need mV');
  fails("16 0 5 5 0", "16 0 5 6 0", "signal 4 (aVL) has checksum 5 in A1.mat, the header says 6");
  const empty = { "A1.mat": new Uint8Array(24), "A1.hea": challenge().read("f/A1.hea") };
  const withoutCount = new TextDecoder().decode(empty["A1.hea"])
    .replace("500 1 ", "500 ").replaceAll(/ \d+ \d+ 0 (?=a?V|I)/g, " ");
  const source = memorySource({ ...empty, "A1.hea": withoutCount });
  assertUserError(() => readWfdbLeads(source, "A1"), "A1.hea: it has no samples");
  fails("A1 12", "A1 13", "the record line names 13 signals, 12 follow");
  const doubled = (header: string) =>
    header.replace("A1 12", "A1 13").replace("#", "~ 0 1000/mV 16 0 0 0 0 Lead v1\n#");
  assertUserError(() => readWfdbLeads(challenge(doubled), "f/A1"), "it has lead V1 twice");
});

testWithData(
  "readWfdbLeads: fifteen challenge records, sums verified",
  "challenge-2021",
  (data) => {
    const source = folderSource(data);
    const names = [...Deno.readDirSync(data)].map(({ name }) => name)
      .filter((name) => name.endsWith(".hea"));
    assertEquals(names.length, 15);
    for (const name of names) {
      const { samplingRate, samples } = readWfdbLeads(source, name.replace(".hea", ""));
      assertEquals([samplingRate, samples], [500, name === "A0001.hea" ? 7500 : 5000]);
    }
  },
);

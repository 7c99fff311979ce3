import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { ecgFile, readLeads } from "../../../src/data/files/read_leads.ts";
import { folderSource, memorySource } from "../../../src/data/files/wfdb/file_source.ts";
import { waveAt, waveCsv, withFolder, writeWave } from "./record_files.ts";

Deno.test("ecgFile: tells kinds apart by ending and by the header beside", () => {
  const empty = new Uint8Array();
  const source = memorySource({ "a.hea": empty, "d/b.mat": empty, "c.edf": empty });
  const kind = (path: string) => Object.values(ecgFile(source, path)).join(" ");
  assertEquals(["a", "a.hea", "a.dat", "a.MAT"].map(kind), new Array(4).fill("wfdb a"));
  assertEquals(kind("d/b.mat"), "mat d/b.mat");
  assertEquals(kind("x.CSV"), "csv x.CSV");
  assertEquals(kind("patient.1/rec"), "wfdb patient.1/rec");
  assertThrows(() => ecgFile(source, "c.edf"), UserError, "Cannot read c.edf: need a WFDB record");
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
  const source = memorySource({ "a.hea": new TextEncoder().encode(header), "a.dat": data });
  const { leads } = readLeads(source, { kind: "wfdb", file: "a" });
  assertEquals([leads[1][0], leads[2][0]], [0.5, NaN]);
});

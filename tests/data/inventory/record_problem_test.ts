import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { recordProblem } from "../../../src/data/inventory/record_problem.ts";
import { writeRecordSync } from "../../../src/data/files/wfdb/write_record.ts";
import { flipBits, plainSignals, withFolder } from "../files/record_files.ts";
import { testWithData } from "../../support/shared_data.ts";

/** A folder with a record `sub/a` of two leads and 50 frames. */
function withRecord(body: (folder: string) => void): Promise<void> {
  return withFolder((folder) => {
    Deno.mkdirSync(`${folder}/sub`);
    writeRecordSync(`${folder}/sub`, {
      name: "a",
      samplingRate: 100,
      signals: plainSignals(["I", "II"]),
      samples: Int16Array.from({ length: 100 }, (_, i) => i),
    });
    body(folder);
  });
}

Deno.test("recordProblem() finds nothing wrong with a whole record", () =>
  withRecord((folder) => {
    for (const verify of [false, true]) {
      assertEquals(recordProblem(folder, "sub/a", verify), undefined);
      assertEquals(recordProblem(`${folder}/sub`, "a", verify), undefined);
    }
  }));

Deno.test("recordProblem() tells missing from damaged, and names the file", () =>
  withRecord((folder) => {
    assertEquals(recordProblem(folder, "sub/b", false), {
      kind: "missing",
      reason: "b.hea: the file is missing",
    });
    const dat = `${folder}/sub/a.dat`;
    const bytes = Deno.readFileSync(dat);
    Deno.truncateSync(dat, 199);
    assertEquals(recordProblem(folder, "sub/a", false), {
      kind: "damaged",
      reason: "a.dat: the file is truncated, 200 bytes are needed, it has 199",
    });
    Deno.removeSync(dat);
    assertEquals(recordProblem(folder, "sub/a", false)?.kind, "missing");
    Deno.mkdirSync(dat);
    assertEquals(recordProblem(folder, "sub/a", false), {
      kind: "damaged",
      reason: "a.dat: it is a folder",
    });
    Deno.removeSync(dat);
    Deno.writeFileSync(dat, bytes);
    flipBits(dat, 50);
    assertEquals(recordProblem(folder, "sub/a", false), undefined, "the size is right");
    assertStringIncludes(recordProblem(folder, "sub/a", true)!.reason, "checksum");
    Deno.writeTextFileSync(`${folder}/sub/a.hea`, "a two 100\n");
    assertStringIncludes(recordProblem(folder, "sub/a", false)!.reason, "a.hea, line 1");
  }));

Deno.test("recordProblem() follows no name out of the folder, and no segment into itself", () =>
  withRecord((folder) => {
    const header = `${folder}/sub/a.hea`;
    Deno.writeTextFileSync(header, "a 1 100 1\n../../secret.dat 16 200\n");
    assertStringIncludes(recordProblem(folder, "sub/a", false)!.reason, "in its own folder");
    Deno.writeTextFileSync(header, "a/2 1 100 4\na 2\na 2\n");
    assertStringIncludes(recordProblem(folder, "sub/a", false)!.reason, "segments of its own");
    Deno.writeTextFileSync(header, "a/2 1 100 4\nb 2\n~ 2\n");
    assertEquals(recordProblem(folder, "sub/a", false), {
      kind: "missing",
      reason: "b.hea: the file is missing",
    });
  }));

testWithData(
  "recordProblem(): real records of many formats and layouts",
  "wfdb-samples",
  (data) => {
    for (const name of ["binformats", "a103l", "s0010_re", "multi-segment/041s/041s"]) {
      assertEquals(recordProblem(data, name, true), undefined, name);
    }
    // Published with a faulty initial value, which only reading shows.
    assertEquals(recordProblem(data, "test01_00s_frame", false), undefined);
    assertStringIncludes(recordProblem(data, "test01_00s_frame", true)!.reason, "starts with -66");
    const flac = recordProblem(data, "flacformats", false);
    assert(flac?.kind === "damaged" && flac.reason.includes("FLAC"));
  },
);

import { assertEquals } from "@std/assert";
import { findHeaders, findRecords } from "../../../../src/data/files/wfdb/find_records.ts";
import { testWithData } from "../../../support/shared_data.ts";
import { withFolder } from "../record_files.ts";
import { assertUserError } from "../../../support/user_errors.ts";

Deno.test("findHeaders: all folders below, without hidden names and links", () =>
  withFolder((root) => {
    Deno.mkdirSync(`${root}/b/deep`, { recursive: true });
    Deno.mkdirSync(`${root}/.hidden`);
    for (const file of ["z.hea", "b/a.hea", "b/deep/c.hea", ".hidden/d.hea", ".e.hea", "b/f.dat"]) {
      Deno.writeTextFileSync(`${root}/${file}`, "");
    }
    // A link to a folder above would never end.
    Deno.symlinkSync(root, `${root}/b/loop`, { type: "dir" });
    assertEquals(findHeaders(root), {
      names: ["b/a", "b/deep/c", "z"],
      others: ["b/f.dat", "b/loop"],
      folders: ["", "b/", "b/deep/"],
    });
  }));

Deno.test("findHeaders: names a folder that is none", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/file`, "");
    assertUserError(() => findHeaders(`${root}/none`), "there is no such folder");
    assertUserError(() => findHeaders(`${root}/file`), `Cannot read ${root}/file: `);
  }));

Deno.test("findRecords: segments of a record in any folder are none, damaged headers are", () =>
  withFolder((root) => {
    Deno.mkdirSync(`${root}/b`);
    const files = {
      "a.hea": "a 0 100 10",
      "a_1.hea": "a_1 0 100 10",
      "b/a.hea": "a/3 1 100 30\na_1 10\n~ 10\na_2 10\n",
      "b/a_1.hea": "a_1 0 100 10",
      "b/a_2.hea": "a_2 0 100 10",
      "b/text.hea": "",
    };
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${root}/${name}`, text);
    }
    // a_1 beside the first record is another file than the segment of the same name.
    assertEquals(findRecords(root).names, ["a", "a_1", "b/a", "b/text"]);
  }));

testWithData("findRecords: a real multi-segment record", "wfdb-samples/multi-segment", (data) => {
  assertEquals(
    findRecords(data).names.filter((name) => name.startsWith("fixed1/")),
    ["fixed1/v102s"],
  );
});

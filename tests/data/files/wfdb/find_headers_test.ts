import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../../src/errors.ts";
import { findHeaders } from "../../../../src/data/files/wfdb/find_headers.ts";
import { withFolder } from "../record_files.ts";

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
      folders: ["", "b/", "b/deep/"],
    });
  }));

Deno.test("findHeaders: names a folder that is none", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/file`, "");
    assertThrows(() => findHeaders(`${root}/none`), UserError, "there is no such folder");
    assertThrows(() => findHeaders(`${root}/file`), UserError, `Cannot read ${root}/file: `);
  }));

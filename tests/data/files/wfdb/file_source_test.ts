import { assertEquals } from "@std/assert";
import { folderSource } from "../../../../src/data/files/wfdb/file_source.ts";
import { withFolder } from "../record_files.ts";
import { assertUserError } from "../../../support/user_errors.ts";

Deno.test("folderSource: read and exists agree, names that lead out are refused", () =>
  withFolder((folder) => {
    Deno.mkdirSync(`${folder}/in/sub`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/out`, "x");
    Deno.writeTextFileSync(`${folder}/in/sub/a`, "a");
    const source = folderSource(`${folder}/in`);
    assertEquals([source.exists("sub/a"), source.read("sub/a").length], [true, 1]);
    assertEquals(source.exists("sub/b"), false);
    assertUserError(() => source.read("sub/b"), "the file is missing");
    for (const name of ["../out", "/etc/passwd", "", "C:\\x", "sub/../../out", "a\0"]) {
      assertEquals(source.exists(name), false, name);
      assertUserError(() => source.read(name), "in its own folder");
    }
  }));

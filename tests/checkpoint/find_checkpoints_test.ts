import { assertEquals, assertThrows } from "@std/assert";
import { findCheckpointsSync } from "../../src/checkpoint/find_checkpoints.ts";
import { UserError } from "../../src/errors.ts";

Deno.test("findCheckpointsSync(): folders, files and globs", () => {
  const folder = Deno.makeTempDirSync({ prefix: "find_" });
  try {
    const at = (name: string) => `${folder}/${name}`;
    Deno.mkdirSync(at("deep/deeper"), { recursive: true });
    Deno.mkdirSync(at("empty"));
    Deno.mkdirSync(at("folder.pt"));
    for (
      const name of [
        "b.pt",
        "[1].pt",
        "deep/deeper/a.safetensors",
        "deep/notes.txt",
        ".b.pt.7-0.partial", // of a write that was killed
      ]
    ) Deno.writeTextFileSync(at(name), "");
    const all = ["[1].pt", "b.pt", "deep/deeper/a.safetensors"].map(at);
    assertEquals(findCheckpointsSync([folder]), all);
    assertEquals(findCheckpointsSync([`${folder}/`]), all);
    assertEquals(findCheckpointsSync([at("deep"), at("*.pt"), at("./b.pt")]), all, "each once");
    assertEquals(findCheckpointsSync([at("**/*.safetensors")]), [all[2]]);
    assertEquals(findCheckpointsSync([at("[1].pt")]), [all[0]], "a file, not a glob");
    // What is named is tried, whatever its name.
    assertEquals(findCheckpointsSync([at("deep/notes.txt")]), [at("deep/notes.txt")]);
    for (const nothing of ["none.pt", "none/*.pt", "deep/*.pt", "b.pt/c.pt"]) {
      assertThrows(
        () => findCheckpointsSync([folder, at(nothing)]),
        UserError,
        `Found no checkpoint ${at(nothing)}: give a folder, a file, or a glob`,
      );
    }
    for (const nothing of ["empty", "folder.pt"]) {
      assertThrows(
        () => findCheckpointsSync([at(nothing)]),
        UserError,
        `Found no .pt or .safetensors file in ${at(nothing)}`,
      );
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

import { assertEquals, assertThrows } from "@std/assert";
import { readNamedCheckpointsSync } from "../../src/checkpoint/named_checkpoints.ts";
import { UsageError, UserError } from "../../src/errors.ts";

Deno.test("readNamedCheckpointsSync(): names as given, else from the file, in the order given", () => {
  assertEquals(
    readNamedCheckpointsSync([
      "plain BCE=runs/b.pt",
      "checkpoints/supervised.pt",
      "a.v2.safetensors",
      "./runs/lr=0.1/best.pt",
      "x=y=z.pt",
    ]),
    [
      { name: "plain BCE", path: "runs/b.pt" },
      { name: "supervised", path: "checkpoints/supervised.pt" },
      { name: "a.v2", path: "a.v2.safetensors" },
      { name: "best", path: "runs/lr=0.1/best.pt" },
      { name: "x", path: "y=z.pt" },
    ],
  );
});

Deno.test("readNamedCheckpointsSync(): folders and globs stand for their files", () => {
  const folder = Deno.makeTempDirSync({ prefix: "named_" });
  try {
    for (const name of ["b.pt", "a.safetensors", "[1].pt"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
    }
    const names = (text: string) => readNamedCheckpointsSync([text]).map(({ name }) => name);
    assertEquals(names(folder), ["[1]", "a", "b"]);
    assertEquals(names(`${folder}/?.pt`), ["b"]);
    assertEquals(names(`${folder}/[1].pt`), ["[1]"], "a file, not a glob");
    assertEquals(names(`${folder}/missing.pt`), ["missing"]);
    assertThrows(() => names(`${folder}/*.txt`), UserError, "Found no checkpoint");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("readNamedCheckpointsSync(): refuses what cannot be told apart", () => {
  const cases: [string[], string][] = [
    [["a="], "a= names no file: give NAME=PATH"],
    [["=a.pt"], "=a.pt has no name"],
    [["a.pt", "a=b.pt"], "Cannot tell a.pt and b.pt apart: both are named a"],
    [["x/best.pt", "y/best.pt"], "both are named best. Give NAME=PATH"],
    [["a.pt", "b=./a.pt"], "a.pt was given twice"],
  ];
  for (const [texts, message] of cases) {
    assertThrows(() => readNamedCheckpointsSync(texts), UsageError, message);
  }
});

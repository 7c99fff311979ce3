import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import process from "node:process";
import { writeFileAtomically } from "../../src/checkpoint/atomic_write.ts";
import {
  assertCheckpointPath,
  readCheckpoint,
  writeCheckpoint,
} from "../../src/checkpoint/checkpoint_file.ts";
import { sha256OfBytes, sha256OfFile } from "../../src/checkpoint/sha256.ts";
import type { Checkpoint } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { assertSameCheckpoint } from "./arbitrary_checkpoint.ts";
import { float32Tensor } from "../support/tensors.ts";

async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const example = (value = 1): Checkpoint => ({
  sections: new Map([["encoder", new Map([["w", float32Tensor([1], Float32Array.of(value))]])]]),
  metadata: { method: "simclr", metrics: { auroc_macro: 0.87 } },
});

for (const extension of ["pt", "safetensors"]) {
  Deno.test(`writeCheckpoint() then readCheckpoint() is the identity for .${extension}`, () =>
    inTemporaryFolder(async (folder) => {
      const [a, b, c] = ["deep/a", "b", "c"].map((name) => `${folder}/${name}.${extension}`);
      await writeCheckpoint(a, example());
      assertSameCheckpoint(await readCheckpoint(a), example());
      // The same content again: the same bytes, whatever the time and the path.
      await writeCheckpoint(b, example());
      await writeCheckpoint(c, example(2));
      assertEquals(await sha256OfFile(a), await sha256OfFile(b));
      assertNotEquals(await sha256OfFile(a), await sha256OfFile(c));
      // Order of metadata fields is no content.
      const { method, metrics } = example().metadata;
      await writeCheckpoint(c, { ...example(), metadata: { metrics, method } });
      assertEquals(await sha256OfFile(c), await sha256OfFile(a));
      assertEquals(names(folder), [`b.${extension}`, `c.${extension}`, "deep"]);
    }));
}

Deno.test("writeCheckpoint() writes an undefined metric as null", () =>
  inTemporaryFolder(async (folder) => {
    const { sections } = example();
    await writeCheckpoint(`${folder}/a.pt`, { sections, metadata: { metrics: { x: NaN } } });
    assertEquals((await readCheckpoint(`${folder}/a.pt`)).metadata.metrics, { x: null });
  }));

Deno.test("readCheckpoint() and writeCheckpoint() refuse other extensions", async () => {
  await assertRejects(() => readCheckpoint("a.ckpt"), UserError, ".pt or .safetensors");
  await assertRejects(() => writeCheckpoint("a", example()), UserError, ".pt or .safetensors");
  assertThrows(() => assertCheckpointPath("a.pth"), UserError);
  assertCheckpointPath("A.PT");
});

Deno.test("readCheckpoint() names a missing file and a folder", () =>
  inTemporaryFolder(async (folder) => {
    await assertRejects(() => readCheckpoint(`${folder}/no.pt`), UserError, "no such file");
    Deno.mkdirSync(`${folder}/d.pt`);
    await assertRejects(() => readCheckpoint(`${folder}/d.pt`), UserError, "it is a folder");
  }));

Deno.test("writeFileAtomically() keeps the old file and leaves nothing behind when it fails", () =>
  inTemporaryFolder(async (folder) => {
    await writeFileAtomically(`${folder}/a`, "old");
    Deno.mkdirSync(`${folder}/b/c`, { recursive: true });
    await assertRejects(() => writeFileAtomically(`${folder}/b`, "new"), UserError, `${folder}/b`);
    await assertRejects(() => writeFileAtomically(`${folder}/a/x`, "new"), UserError, "is a file");
    assertEquals(Deno.readTextFileSync(`${folder}/a`), "old");
    assertEquals(names(folder), ["a", "b"]);
  }));

Deno.test({
  name: "writeFileAtomically() names a folder that nobody may write [needs Linux]",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const path = "/proc/nowhere/a.pt"; // refused to root as well
    const error = await assertRejects(() => writeFileAtomically(path, "x"), UserError);
    assert(error.message.startsWith(`Cannot write ${path}: `), error.message);
  },
});

Deno.test("writeFileAtomically() removes what a killed process left, and nothing else", () =>
  inTemporaryFolder(async (folder) => {
    const dead = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
    await dead.status;
    const old = new Date(Date.now() - 7_200_000);
    const stale = `.a.pt.${dead.pid}-0.partial`;
    const kept = [
      `.a.pt.${process.pid}-999.partial`, // of a living process
      `.b.pt.${dead.pid}-0.partial`, // of another file
    ];
    for (const name of [stale, ...kept]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
      Deno.utimeSync(`${folder}/${name}`, old, old);
    }
    Deno.writeTextFileSync(`${folder}/.a.pt.${dead.pid}-1.partial`, ""); // young
    await writeFileAtomically(`${folder}/a.pt`, "x");
    assertEquals(names(folder), [...kept, `.a.pt.${dead.pid}-1.partial`, "a.pt"].sort());
  }));

Deno.test("writeFileAtomically() gives one whole file when many write at once", () =>
  inTemporaryFolder(async (folder) => {
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomically(`${folder}/a`, text)));
    assert(texts.includes(Deno.readTextFileSync(`${folder}/a`)));
    assertEquals(names(folder), ["a"]);
  }));

Deno.test("sha256OfFile() agrees with FIPS 180-2, appendix B.1", () =>
  inTemporaryFolder(async (folder) => {
    const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    Deno.writeTextFileSync(`${folder}/abc`, "abc");
    assertEquals(await sha256OfFile(`${folder}/abc`), digest);
    assertEquals(sha256OfBytes(new TextEncoder().encode("abc")), digest);
    await assertRejects(() => sha256OfFile(`${folder}/none`), UserError, "Cannot read");
  }));

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { servePtbXl } from "../data/download/ptbxl_server.ts";
import { inRepository } from "../support/paths.ts";

/** Starts the script as a user does. */
function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      inRepository("deno.json"),
      inRepository("scripts/fetch_ptbxl.ts"),
      ...args,
    ],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function finish(
  child: Deno.ChildProcess,
): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fetch-ptbxl is stopped by Ctrl-C, goes on, and ends with a complete set", () =>
  inTemporaryFolder(async (folder) => {
    await using server = await servePtbXl(20);
    const args = ["--out", `${folder}/set`, "--base-url", server.url, "--jobs", "2"];
    const stuck = [...server.files.keys()].filter((n) =>
      n.startsWith("records100/") && n.endsWith(".dat")
    )[9];
    server.faults.silent.add(stuck);
    const child = start(...args);
    if (Deno.build.os !== "windows") {
      server.onRequest = (name) => {
        if (name === stuck) child.kill("SIGINT");
      };
      const stopped = await finish(child);
      assertEquals(stopped.code, 130, stopped.error);
      assertStringIncludes(stopped.error, "run the same command again");
    } else {
      child.kill();
      await child.output();
    }
    server.onRequest = undefined;
    server.faults.silent.clear();
    server.faults.drop.add(stuck);

    const before = server.requests.length;
    const { code, out, error } = await finish(start(...args));
    assertEquals(code, 0, error);
    assertStringIncludes(out, "verified");
    assertStringIncludes(out, "train-simclr --data-root");
    assert(server.requests.length - before < 44, "files of the first call were fetched again");
    const again = await finish(start(...args));
    assertStringIncludes(again.out, "All 44 files");

    // The table names all records of the source; the 20 that were served are there and whole.
    const set = await loadPtbXl(`${folder}/set`, { cache: false });
    assertEquals(set.ids.length, 20);
  }));

Deno.test("fetch-ptbxl tells what is wrong and ends with the right code", () =>
  inTemporaryFolder(async (folder) => {
    await using server = await servePtbXl(1);
    const help = await finish(start("--help"));
    assertEquals(help.code, 0);
    for (const word of ["--base-url", "--resolution", "--jobs", "--verify", "data/PTB-XL"]) {
      assertStringIncludes(help.out, word);
    }
    const usage = await finish(start("--resolution", "250"));
    assertEquals(usage.code, 2);
    assertStringIncludes(usage.error, "100, 500, both");
    const wrong = await finish(start("--out", `${folder}/x`, "--base-url", `${server.url}y`));
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.error, "404");
    await Deno.writeTextFile(`${folder}/file`, "");
    const blocked = await finish(start("--out", `${folder}/file/x`, "--base-url", server.url));
    assertEquals(blocked.code, 1);
    assertStringIncludes(blocked.error, `${folder}/file/x`);
  }));

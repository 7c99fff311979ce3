import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { inRepository } from "../support/paths.ts";

/** Runs the script as a user does. */
async function synthesize(
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      inRepository("deno.json"),
      inRepository("scripts/synthesize.ts"),
      ...args,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

Deno.test("synthesize writes a cohort that can be read, and says what comes next", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, out, error } = await synthesize(
      "--records",
      "30",
      "--seed",
      "5",
      "--out",
      `${folder}/c`,
    );
    assertEquals(code, 0, error);
    assertStringIncludes(out, "30 records");
    assertStringIncludes(out, "train-simclr --data-root");
    const set = await loadPtbXl(`${folder}/c`, { cache: false, strict: true });
    assertEquals(set.ids.length, 30);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("synthesize --help lists its flags; bad values and folders give clear errors", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const help = await synthesize("--help");
    assertEquals(help.code, 0);
    for (const word of ["--records", "--seed", "--out", "1000", "42", "data/synthetic"]) {
      assertStringIncludes(help.out, word);
    }
    const zero = await synthesize("--records", "0");
    assertEquals(zero.code, 2);
    assertStringIncludes(zero.error, "--records");
    await Deno.writeTextFile(`${folder}/ptbxl_database.csv`, "real data");
    const taken = await synthesize("--records", "2", "--out", folder);
    assertEquals(taken.code, 1);
    assertStringIncludes(taken.error, "another data set");
    assert(!taken.error.includes("at "), "no stack trace");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

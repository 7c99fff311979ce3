/** `deno task augmentations` as a user runs it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { command } from "../../scripts/augmentations.ts";
import { AUGMENTATIONS } from "../../src/augment/augmentations.ts";
import { executeCommand } from "../../src/console/flags/run_command.ts";
import { testWithData } from "../support/shared_data.ts";

/** Runs the command in this process: exit code and what it said. */
async function run(args: readonly string[]) {
  const said: string[] = [];
  const keep = (...parts: unknown[]) => void said.push(parts.join(" "));
  const { log, warn } = console;
  console.log = console.warn = keep;
  try {
    const code = await executeCommand(command, args, { out: keep, error: keep });
    return { code, said: said.join("\n") };
  } finally {
    Object.assign(console, { log, warn });
  }
}

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a synthetic record is drawn with every augmentation", () =>
  inFolder(async (folder) => {
    const out = `${folder}/new/pictures`;
    // The default of --data-root, which does not exist from here.
    const here = Deno.cwd();
    Deno.chdir(folder);
    let result;
    try {
      result = await run(["--out", out]);
    } finally {
      Deno.chdir(here);
    }
    assertEquals(result.code, 0, result.said);
    assertStringIncludes(result.said, "synthetic cohort");
    assertStringIncludes(result.said, `${AUGMENTATIONS.length + 1} pictures`);
    const page = await Deno.readTextFile(`${out}/index.html`);
    const names = [...AUGMENTATIONS, "two-views"].map((name, i) => `${i + 1}-${name}.svg`);
    for (const name of names) {
      assertStringIncludes(page, `src="${name}"`);
      const picture = await Deno.readTextFile(`${out}/${name}`);
      assert(picture.startsWith("<svg") && picture.endsWith("</svg>"), name);
      const text = picture.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
      assert(text.includes("synthetic cohort, record 1, seed 2"), `${name}: ${text.slice(0, 400)}`);
      assert(!/NaN|undefined|Infinity/.test(picture), name);
    }
    assertEquals([...Deno.readDirSync(out)].length, names.length + 1);
  }));

testWithData(
  "a record of PTB-XL is drawn by its number",
  "ptb-xl",
  (root) =>
    inFolder(async (folder) => {
      const missing = await run(["--data-root", root, "--record", "999999", "--out", folder]);
      assertEquals(missing.code, 1);
      assertStringIncludes(missing.said, "Found no record 999999");
      const file = `${folder}/file`;
      await Deno.writeTextFile(file, "");
      const blocked = await run(["--data-root", root, "--out", `${file}/pictures`]);
      assertEquals(blocked.code, 1);
      assertStringIncludes(blocked.said, "--out");
    }),
);

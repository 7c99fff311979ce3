/** The rules of docs/architecture.md that a machine can check. */

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path/posix";
import { loadCommand, summaries } from "../scripts/ssrl_ecg.ts";
import { renderReference } from "../src/console/flags/reference.ts";
import { inRepository } from "./support/paths.ts";

/** Rooms from the top to the bottom; each imports only from those below it. */
const ROOMS = [
  ...["scripts", "console", "bench", "experiments", "training", "evaluation", "runs"],
  // The engine: what runs on the GPU.
  ...["methods", "models", "losses", "augment", "optim", "layers", "gpu", "kernels"],
  // What knows no GPU.
  ...["results", "plots", "estimators", "metrics", "stats", "checkpoint", "data", "text", "random"],
  ...["errors.ts", "version.ts", "types"],
];
const ENGINE = ROOMS.slice(ROOMS.indexOf("methods"), ROOMS.indexOf("results"));
/** What the engine takes from below; types may come from anywhere below. */
const ENGINE_MAY_IMPORT = [...ENGINE, "checkpoint", "random", "errors.ts"];
/** Scripts that start others: all of them, and three one after the other. */
const STARTING_OTHERS = ["scripts/ssrl_ecg.ts", "scripts/reproduce.ts"];

/** `src/gpu/tensor.ts` → `gpu`, `scripts/runs.ts` → `scripts`. */
const roomOf = (path: string) => path.split("/")[path.startsWith("src/") ? 1 : 0];

/** Files below a folder of the repository, with paths from its root. */
function files(folder: string, extension = ".ts"): string[] {
  return [...Deno.readDirSync(inRepository(folder))].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? files(`${folder}/${name}`, extension)
      : name.endsWith(extension)
      ? [`${folder}/${name}`]
      : []
  ).sort();
}

const textOf = (path: string) => Deno.readTextFileSync(inRepository(path));

/** Fails with all lines at once; there must be none. */
const assertNone = (lines: readonly string[], rule: string) =>
  assertEquals(lines, [], `${rule}:\n${lines.join("\n")}\n`);

const code = [...files("src"), ...files("scripts")];

Deno.test("imports run downward", () => {
  const wrong: string[] = [];
  for (const path of code) {
    const room = roomOf(path);
    assert(ROOMS.includes(room), `${path}: its room is not in the list of tests/house_test.ts`);
    const imports = /(import type [^"]*?|)(?:from|import\()\s*"(\.[^"]+)"/g;
    for (const [, type, target] of textOf(path).matchAll(imports)) {
      const imported = join(dirname(path), target);
      if (imported === "deno.json") continue;
      const other = roomOf(imported);
      const allowed = room === other
        ? room !== "scripts" || STARTING_OTHERS.includes(path)
        : ROOMS.indexOf(other) > ROOMS.indexOf(room) &&
          (type !== "" || !ENGINE.includes(room) || ENGINE_MAY_IMPORT.includes(other));
      if (!allowed) wrong.push(`${path} imports ${imported}`);
    }
  }
  assertNone(wrong, "imports upward, or from a script");
});

/** Strings and templates of a TypeScript file, without its comments. */
function strings(source: string): string[] {
  const tokens =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)/g;
  return [...source.matchAll(tokens)].flatMap(([, text]) => text === undefined ? [] : [text]);
}

Deno.test("nothing below the console names a flag or a command", () => {
  const tasks = Object.keys(summaries).filter((name) => name.includes("-"));
  const wrong: string[] = [];
  for (const path of code.filter((path) => !["scripts", "console"].includes(roomOf(path)))) {
    // The peers are processes with command lines of their own; CSS has names that look like flags.
    if (/^src\/(bench\/peers|results\/report\/html)\//.test(path)) continue;
    for (const text of strings(textOf(path))) {
      const named = /(?<![-\w])--[a-z]/.test(text) || text.includes("deno task") ||
        // A name by itself is a value, such as the kind of a file; in a sentence it is advice.
        text.includes(" ") && tasks.some((name) => text.includes(name));
      if (named) wrong.push(`${path}: ${text}`);
    }
  }
  assertNone(wrong, "flags and commands below the console");
});

Deno.test("no folder holds more than 20 files", () => {
  const counts = new Map<string, number>();
  for (const path of [...files("src"), ...files("kernels", ".wgsl")]) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  const full = [...counts].filter(([, count]) => count > 20).map((entry) => entry.join(" "));
  assertNone(full, "full folders");
});

/** Names that a file exports. */
function exportsOf(source: string): string[] {
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(",").map((name) => name.trim().replace(/^type /, "").split(" as ").at(-1)!)
      .filter((name) => name !== "")
  );
  const declared = [
    ...source.matchAll(
      /^export (?:abstract |async )?(?:const|function\*?|class|interface|type) (\w+)/gm,
    ),
  ].map(([, name]) => name);
  return [...lists, ...declared];
}

Deno.test("mod.ts exports at most 200 names", () => {
  const names = exportsOf(textOf("mod.ts"));
  assert(names.length <= 200, `mod.ts exports ${names.length} names`);
});

Deno.test("the README has at most 180 lines", () => {
  const { length } = textOf("README.md").trimEnd().split("\n");
  assert(length <= 180, `${length} lines`);
});

Deno.test("flags and exports have American spelling", () => {
  const british = new RegExp(
    "colour|behaviour|favour|neighbour|centre|catalogue|metre(?!l)|labell|modell|" +
      "(?:normal|standard|summar|optim|recogn|initial|raster|digit|visual|general|random|serial|" +
      "token|synthes|character)is(?:e|ing|ation)|analys(?:e|ing)",
    "i",
  );
  const wrong: string[] = [];
  for (const path of code) {
    const source = textOf(path);
    const flags = [...source.matchAll(/^\s+"?([a-z][a-z0-9-]*)"?: \w*Flag\(/gm)].map(([, name]) =>
      name
    );
    for (const name of [...exportsOf(source), ...flags]) {
      if (british.test(name)) wrong.push(`${path}: ${name}`);
    }
  }
  assertNone(wrong, "British spelling");
});

Deno.test("docs/commands.md is what deno task docs writes", async () => {
  const reference = renderReference(await Promise.all(Object.keys(summaries).map(loadCommand)));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: inRepository("."),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(reference + "\n"));
  await writer.close();
  const { stdout } = await process.output();
  const fresh = textOf("docs/commands.md") === new TextDecoder().decode(stdout);
  assert(fresh, "docs/commands.md is stale: run deno task docs");
});

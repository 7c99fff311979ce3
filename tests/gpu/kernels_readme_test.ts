/** kernels/README.md lists every kernel, with its defines, and names only files that are there. */

import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { inRepository } from "../support/paths.ts";

const readme = Deno.readTextFileSync(inRepository("kernels/README.md"));

Deno.test("kernels/README.md: a row for every kernel, with its defines", () => {
  for (const { name: folder, isDirectory } of Deno.readDirSync(inRepository("kernels"))) {
    // One file an augmentation, by a rule of the page.
    if (!isDirectory || folder === "augment") continue;
    for (const { name } of Deno.readDirSync(inRepository(`kernels/${folder}`))) {
      const path = `${folder}/${name}`;
      const row = readme.split("\n").find((line) =>
        line.startsWith(`| [`) && line.includes(`(${path})`)
      );
      assert(row, `no row for ${path}`);
      if (folder === "shared") continue;
      const source = Deno.readTextFileSync(inRepository(`kernels/${path}`));
      const defines = [...source.matchAll(/#ifn?def (\w+)/g)].map(([, define]) => define);
      const written = row.split("|")[4].trim();
      assertEquals(written, [...new Set(defines)].sort().join(", ") || "–", path);
    }
  }
});

Deno.test("kernels/README.md: its links lead somewhere", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path);
  assert(links.length > 100);
  for (const path of links) assert(existsSync(inRepository(`kernels/${path}`)), path);
});

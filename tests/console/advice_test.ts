import { assert, assertEquals } from "@std/assert";
import { adviceFor } from "../../src/console/advice.ts";
import { UserError } from "../../src/errors.ts";
import { inRepository } from "../support/paths.ts";

Deno.test("an error's remedy becomes a sentence with flags", () => {
  assertEquals(
    adviceFor(new UserError("Too fast", { remedy: "smaller-learning-rate" })),
    "Use a smaller --lr",
  );
  const batch = (largestBatch?: number) =>
    adviceFor({ facts: { remedy: "smaller-batch", largestBatch } });
  assertEquals(batch(), "Use a smaller --batch-size");
  assertEquals(batch(16), "Use --batch-size 16 or less");
  assertEquals(batch(0), "Use shorter records (--signal-length): not even one fits");
  assertEquals(adviceFor(new UserError("Only a fact")), undefined);
});

Deno.test("every remedy that the source names has its advice", () => {
  const remedies = new Set<string>();
  for (const path of sourceFiles(inRepository("src"))) {
    for (
      const [, remedy] of Deno.readTextFileSync(path).matchAll(
        /\{\s*remedy: "([a-z]+(?:-[a-z]+)+)"/g,
      )
    ) {
      remedies.add(remedy);
    }
  }
  assert(remedies.size > 1);
  for (const remedy of remedies) {
    assert(adviceFor({ facts: { remedy } }), `no advice for ${remedy}`);
  }
});

function* sourceFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sourceFiles(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

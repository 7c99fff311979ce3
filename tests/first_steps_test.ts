import { assert, assertEquals, assertLess } from "@std/assert";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { inRepository } from "./support/paths.ts";

Deno.test("the program of docs/first-steps.md has at most 60 lines, learns and saves", async () => {
  const page = await Deno.readTextFile(inRepository("docs/first-steps.md"));
  const program = /```ts\n(.*?)```/s.exec(page)![1];
  assert(program.trimEnd().split("\n").length <= 60);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/first_steps.ts`, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", inRepository("deno.json"), "first_steps.ts"],
      cwd: folder,
    }).output();
    const out = new TextDecoder().decode(stdout);
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const losses = [...out.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    assertEquals(losses.length, 10);
    assertLess(losses[9], 0.9 * losses[0]);
    assertLess(0.6, Number(/test AUROC ([\d.]+)/.exec(out)![1]));
    const { sections } = await readCheckpoint(`${folder}/first_steps.pt`);
    assert(sections.get("model")!.has("convolution.weight"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

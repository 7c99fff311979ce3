/** Ctrl-C in the middle of a run, and the way on that it prints. */

import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { parse } from "node:path";
import { Playground, SMALL } from "./command_line.ts";
import { interrupt } from "./interrupt.ts";

for (
  const [script, signal] of [["train-simclr", "SIGINT"], ["train-supervised", "SIGTERM"]] as const
) {
  Deno.test({
    name: `${script} stopped by ${signal} says how to go on, and going on gives the same bytes`,
    // Windows has no way to send these to another process.
    ignore: Deno.build.os === "windows",
    fn: () =>
      Playground.with(async (ground) => {
        const args = [...SMALL, "--epochs", 4, "--out", "stopped.pt"];
        await Deno.writeTextFile(ground.path("stopped.pt"), "an older file");
        const { code, out, error } = await interrupt(ground, script, args, "Epoch 1/4", signal);
        assertEquals(code, 130, `${out}\n${error}`);
        assert(!/\n +at |This is a bug/.test(error), error);
        assertEquals(Deno.readTextFileSync(ground.path("stopped.pt")), "an older file");

        const line = /continue with: deno task (\S+) (.+)/.exec(error);
        assert(line, error);
        assertEquals(line[1], script);
        const again = line[2].trim().split(" ");
        assert(again.includes("--resume"), error);
        const run = again[again.indexOf("--run-dir") + 1];
        assertEquals(parse(run).dir, "results");
        assert(existsSync(ground.path(`${run}/metrics.jsonl`)));
        await ground.succeed(script, again);

        await ground.succeed(script, [...args, "--out", "unbroken.pt", "--run-dir", "unbroken"]);
        assertEquals(ground.bytes("stopped.pt"), ground.bytes("unbroken.pt"));
        const rows = (name: string) =>
          ground.metrics(name).map(({ epoch, step, loss }) => [epoch, step, loss]);
        assertEquals(rows(run), rows("unbroken"));
      }),
  });
}

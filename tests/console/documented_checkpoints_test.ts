import { assertEquals } from "@std/assert";
import { loadCommand, summaries } from "../../scripts/ssrl_ecg.ts";
import { parseCommandLine } from "../../src/console/flags/parse.ts";
import {
  BASELINE_CHECKPOINTS,
  commandThatMakes,
  LOSS_CHECKPOINTS,
} from "../../src/console/documented_checkpoints.ts";

Deno.test("the command that makes a documented checkpoint writes that file", async () => {
  for (const path of new Set([...BASELINE_CHECKPOINTS, ...LOSS_CHECKPOINTS])) {
    const [name, ...args] = commandThatMakes(path)!.split(" ");
    if (!Object.hasOwn(summaries, name)) continue;
    const { flags } = await loadCommand(name);
    const { out } = parseCommandLine(flags, args).options as { out?: string };
    assertEquals(out, path);
  }
  assertEquals(commandThatMakes("checkpoints/mine.pt"), undefined);
  assertEquals(commandThatMakes("constructor"), undefined);
});

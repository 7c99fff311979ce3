/** Every task is a script that explains itself. */

import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import type { Command, FlagTable } from "../../src/console/flags/command.ts";
import { parseCommandLine } from "../../src/console/flags/parse.ts";
import { inRepository } from "../support/paths.ts";
import { denoArguments } from "./command_line.ts";

const { tasks } = JSON.parse(Deno.readTextFileSync(inRepository("deno.json"))) as {
  tasks: Record<string, string>;
};

/** Tasks that start a script of this project; the others call Deno's own tools. */
const commands = Object.entries(tasks).flatMap(([task, line]) => {
  const script = /^deno run --allow-all (scripts\/\S+\.ts)$/.exec(line)?.[1];
  return script === undefined ? [] : [{ task, script }];
});

Deno.test("the documented entry points are tasks, each with the script of its name", () => {
  const names = commands.map(({ task }) => task);
  for (
    const name of [
      "train-simclr",
      "finetune",
      "train-supervised",
      "train-resnet1d",
      "train-improved-cnn",
      "train-traditional-ml",
      "train-multiseed",
      "evaluate",
      "retrain-with-enhanced-augmentations",
      "analyze-retraining-strategy",
      "reproduce",
      "transfer-mitbih",
      "evaluate-all",
      "statistical-tests",
      "linear-probe",
      "knn-probe",
      "embed",
      "compare-baselines",
      "compare-losses",
      "quick-compare",
      "per-class-analysis",
      "generate-publication-report",
      "generate-visualizations",
      "predict",
      "runs",
      "fetch-ptbxl",
      "fetch-mitbih",
      "synthesize",
      "analyze-datasets",
      "augmentations",
      "bench",
      "bench-peers",
    ]
  ) {
    assert(names.includes(name), `deno.json has a task ${name}`);
  }
  for (const { task, script } of commands) {
    assertEquals(script, `scripts/${task.replaceAll("-", "_")}.ts`);
    assert(existsSync(inRepository(script)), `${script} exists`);
  }
});

for (const { task, script } of commands) {
  Deno.test(`${task} --help lists every flag, and the examples parse`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: denoArguments(task, ["--help"]),
      cwd: inRepository("."),
      env: { NO_COLOR: "1" },
    }).output();
    const help = new TextDecoder().decode(stdout);
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(stderr.length, 0, "help needs no GPU and says nothing beside itself");
    const { command } = await import(`../../${script}`) as { command: Command<FlagTable> };
    assertEquals(command.name, task);
    for (const [name, flag] of Object.entries(command.flags)) {
      assert(help.includes(`--${name}`), `--${name} is in\n${help}`);
      const text = help.replaceAll(/\s+/g, " ");
      assert(text.includes(flag.description), `${flag.description} is in\n${help}`);
      if (flag.defaultText !== undefined && flag.placeholder !== "") {
        assert(text.includes(flag.defaultText), `${name}: ${flag.defaultText} is in\n${help}`);
      }
      for (const choice of flag.choices ?? []) assert(text.includes(choice), choice);
    }
    for (const { args, about } of command.examples) {
      const { help, given } = parseCommandLine(
        command.flags,
        args.split(" ").filter((word) => word !== ""),
        command.positionals,
      );
      assert(!help, about);
      for (const [name, { required }] of Object.entries(command.flags)) {
        assert(!required || given.has(name), `${about}: --${name} is given`);
      }
    }
  });
}

/** Every task is a script that explains itself. */

import { assert, assertEquals } from "@std/assert";
import { loadCommand, summaries } from "../../scripts/ssrl_ecg.ts";
import { parseCommandLine } from "../../src/console/flags/parse.ts";
import { inRepository } from "../support/paths.ts";
import { denoArguments } from "./command_line.ts";

const commands = Object.keys(summaries);

Deno.test("every script is a task, and the documented entry points are among them", () => {
  const scripts = [...Deno.readDirSync(inRepository("scripts"))]
    .map(({ name }) => name.replace(/\.ts$/, "").replaceAll("_", "-"));
  assertEquals(commands.toSorted(), scripts.filter((name) => name !== "ssrl-ecg").toSorted());
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
    assert(commands.includes(name), `deno.json has a task ${name}`);
  }
});

for (const task of commands) {
  Deno.test(`${task} --help lists every flag, and the examples parse`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: denoArguments(task, ["--help"]),
      cwd: inRepository("."),
      env: { NO_COLOR: "1" },
    }).output();
    const help = new TextDecoder().decode(stdout);
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(stderr.length, 0, "help needs no GPU and says nothing beside itself");
    const command = await loadCommand(task);
    assertEquals(command.name, task);
    assertEquals(command.summary, summaries[task], "the task's description in deno.json");
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

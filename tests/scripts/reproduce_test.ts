/** The stages of `reproduce`: which commands in which order, and what ends them. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  command,
  type CommandLoader,
  reproduce,
  reproduceStages,
  type Stage,
} from "../../scripts/reproduce.ts";
import { command as statisticalTests } from "../../scripts/statistical_tests.ts";
import { command as trainMultiseed } from "../../scripts/train_multiseed.ts";
import {
  type Command,
  type CommandContext,
  defineCommand,
  type FlagTable,
} from "../../src/console/flags/command.ts";
import { stringFlag } from "../../src/console/flags/flags.ts";
import { Interrupted } from "../../src/console/flags/interrupt.ts";
import { parseCommandLine } from "../../src/console/flags/parse.ts";
import { UserError } from "../../src/errors.ts";

const stagesOf = (...args: string[]): Stage[] => {
  const { options, given } = parseCommandLine(command.flags, args);
  return reproduceStages(options, given).stages;
};

/** The value of a flag of a stage. */
const flag = ({ args }: Stage, name: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;

Deno.test("training, tests and report use one folder; presets do not meet", () => {
  for (const [preset, folder] of [["quick", "/quick"], ["paper", ""]]) {
    const [training, tests, report] = stagesOf("--preset", preset);
    assertEquals([training.name, tests.name, report.name], [
      "train-multiseed",
      "statistical-tests",
      "generate-publication-report",
    ]);
    assertEquals(flag(training, "--method"), "simclr,byol,supervised");
    assertEquals(flag(training, "--label-fraction"), "0.1");
    assertEquals(training.args.includes("--quick"), preset === "quick");
    assertEquals(flag(training, "--seeds"), undefined, "those of train-multiseed");
    assertEquals(flag(training, "--out"), `results${folder}/phase2_multiseed_results.json`);
    assertEquals(flag(training, "--run-root"), `results${folder}/multiseed`);
    assertEquals(flag(training, "--checkpoint-dir"), `checkpoints${folder}`);
    for (const stage of [tests, report]) {
      assertEquals(flag(stage, "--results-dir"), `results${folder}`);
    }
    const statistics = `${flag(tests, "--output-dir")}/statistical_tests.json`;
    assertEquals(statistics, `results${folder}/statistical_tests/statistical_tests.json`);
    assertEquals(flag(report, "--statistics"), statistics);
    assertEquals(flag(report, "--output-dir"), `results${folder}/report`);
  }
});

Deno.test("training and tests understand what they are given, data and device as they were given", () => {
  const [training, tests] = stagesOf(
    ...["--data-root", "my data", "--signal-length", "128", "--strict", "--adapter", "llvm"],
    ...["--no-tune", "--seeds", "1,2", "--epochs", "3", "--pretrain-epochs", "2", "--jobs", "2"],
    ...["--results-dir", "r", "--normalize", "none", "--label-fraction", "1"],
  );
  const { options, given } = parseCommandLine(trainMultiseed.flags, training.args);
  const expected = {
    method: ["simclr", "byol", "supervised"],
    loss: "focal",
    balanceStrategy: "oversample",
    quick: true,
    seeds: [1, 2],
    epochs: 3,
    pretrainEpochs: 2,
    labelFraction: 1,
    jobs: 2,
    dataRoot: "my data",
    signalLength: 128,
    strict: true,
    adapter: "llvm",
    noTune: true,
    out: "r/phase2_multiseed_results.json",
    runRoot: "r/multiseed",
    normalize: "none",
  };
  assertEquals<unknown>({ ...options, ...expected }, options);
  assert(!given.has("resolution"), "what was not given keeps the default of the command");
  const tested = parseCommandLine(statisticalTests.flags, tests.args).options;
  assertEquals([tested.resultsDir, tested.baseline], ["r", "supervised"]);
});

/** Runs `reproduce` with commands that only note that they were run. */
async function pretend(
  ends: Partial<Record<string, (context: CommandContext) => void>>,
  controller = new AbortController(),
): Promise<string[]> {
  const ran: string[] = [];
  const load: CommandLoader = (name) => {
    const { args } = stagesOf("--preset", "paper").find((stage) => stage.name === name)!;
    const flags = Object.fromEntries(
      args.filter((arg) => arg.startsWith("--")).map((arg) => [
        arg.slice(2),
        stringFlag({ description: "Anything" }),
      ]),
    );
    const pretended = defineCommand({
      name,
      summary: "Pretend",
      flags,
      run(_options, context) {
        ran.push(name);
        ends[name]?.(context);
      },
    }) as Command<FlagTable>;
    return Promise.resolve(pretended);
  };
  const { options, given } = parseCommandLine(command.flags, ["--preset", "paper"]);
  const context = {
    signal: controller.signal,
    given,
    positionals: [],
    args: ["--preset", "paper"],
    commandLine: "deno task reproduce --preset paper",
    program: "deno task",
  };
  await reproduce(options, context, load);
  return ran;
}

Deno.test("all stages run in their order", async () => {
  assertEquals(await pretend({}), [
    "train-multiseed",
    "statistical-tests",
    "generate-publication-report",
  ]);
});

Deno.test("a stage that fails ends the rest, with the command that continues", async () => {
  const { message } = await assertRejects(
    () =>
      pretend({
        "statistical-tests": () => {
          throw new UserError("Too few seeds");
        },
        "generate-publication-report": () => {
          throw new Error("must not be reached");
        },
      }),
    UserError,
  );
  assertStringIncludes(message, "Stage 2 of 3, statistical-tests: it has failed");
  assertStringIncludes(message, "continues: deno task reproduce --preset paper");
});

Deno.test("Ctrl-C in a stage ends the rest, with the command that continues", async () => {
  const controller = new AbortController();
  const { message } = await assertRejects(
    () =>
      pretend({
        "train-multiseed": ({ signal }) => {
          controller.abort();
          signal.throwIfAborted();
        },
      }, controller),
    Interrupted,
  );
  assertEquals(message, "Stopped. The same command continues: deno task reproduce --preset paper");
});

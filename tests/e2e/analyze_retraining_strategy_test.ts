/** `analyze-retraining-strategy` as a user runs it: without runs, with runs, with an edited file. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { shellWords } from "../support/shell_words.ts";
import { Playground, SMALL } from "./command_line.ts";

const NAME = "analyze-retraining-strategy";
const FILE = "results/retraining_recommendations.json";

Deno.test("recommendations come from runs, their commands run as printed, edits are kept", () =>
  Playground.with(async (ground) => {
    await ground.succeed(NAME, []);
    const before = ground.json(FILE);
    for (
      const key of ["epochs_recommendation", "augmentation_recommendation", "experiments_to_run"]
    ) assert(key in before, key);
    assertEquals(Object.keys(before.epochs_recommendation), ["byol", "simclr", "supervised"]);
    assertEquals(before.epochs_recommendation.supervised.source, "default");
    for (const experiment of before.experiments_to_run) {
      for (const field of ["name", "command", "checkpoint", "expected_improvement"]) {
        assert(field in experiment, field);
      }
    }

    await ground.succeed("train-supervised", [
      ...SMALL,
      ...["--epochs", 6, "--label-fraction", 1, "--run-dir", "results/first", "--out", "a.pt"],
    ]);
    await Deno.mkdir(ground.path("results/broken"));
    await Deno.writeTextFile(ground.path("results/broken/config.json"), "{");
    const out = await ground.succeed(NAME, ["--experiment", "supervised"]);
    const { epochs_recommendation, experiments_to_run, unreadable_runs } = ground.json(FILE);
    const { supervised } = epochs_recommendation;
    assertEquals([supervised.source, supervised.current], ["measured", 6]);
    assertEquals(supervised.runs, ["results/first"]);
    const { best_epoch } = ground.json("results/first/result.json");
    assertEquals(supervised.figures.best_epochs, [best_epoch]);
    assertEquals(unreadable_runs.map((each: { path: string }) => each.path), ["results/broken"]);
    assertStringIncludes(out, "measured, 1 run");
    // The tiny cohort is learned to the end or by heart: either way the length changes or is right.
    for (const { command, checkpoint } of experiments_to_run) {
      assertStringIncludes(out, `\n  ${command}\n`);
      assertStringIncludes(command, "--batch-size 16 ");
      assertStringIncludes(command, " --data-root cohort --signal-length 128");
      const [, , script, ...args] = shellWords(command);
      await ground.succeed(script, args);
      assert(ground.bytes(checkpoint).length > 0);
    }

    // As written it is overwritten; edited only when told so.
    const edited = Deno.readTextFileSync(ground.path(FILE)).replace("measured", "guessed");
    await Deno.writeTextFile(ground.path(FILE), edited);
    const refused = await ground.run(NAME, []);
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.error, `${FILE} was changed since this command wrote it`);
    assertEquals(Deno.readTextFileSync(ground.path(FILE)), edited);
    await ground.succeed(NAME, ["--force"]);
    assertEquals(ground.json(FILE).epochs_recommendation.supervised.source, "measured");

    await ground.refusesWith(NAME, [], [
      [["--experiment", "bjol"], 2, "Is byol meant?"],
      [["--results-dir", "nowhere"], 1, "There is no folder nowhere"],
      [["--results-dir", "a.pt"], 1, "a.pt"],
    ]);
  }));

Deno.test("the documented commands run on a small cohort", () =>
  Playground.with(async (ground) => {
    await ground.succeed(NAME, ["--experiment", "simclr"]);
    const { experiments_to_run } = ground.json(FILE);
    assertEquals(experiments_to_run.length, 2, "pretraining, then fine-tuning on what it wrote");
    for (const { command, checkpoint } of experiments_to_run) {
      const [, , script, ...args] = shellWords(command);
      await ground.succeed(script, [...args, ...SMALL, "--epochs", 1]);
      assert(ground.bytes(checkpoint).length > 0);
    }
  }));

/** `reproduce` as a user runs it: stopped in the training, resumed, and done at once the third time. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { Playground } from "./command_line.ts";
import { interrupt } from "./interrupt.ts";

const ARGS = [
  ...["--data-root", "cohort", "--signal-length", 128, "--no-tune"],
  ...["--seeds", "1,2", "--epochs", 1, "--pretrain-epochs", 1, "--label-fraction", 1],
];

Deno.test({
  name: "reproduce continues after a stop, from the training to the report, and does nothing twice",
  ignore: Deno.build.os === "windows",
  fn: () =>
    Playground.with(async (ground) => {
      const stopped = await interrupt(ground, "reproduce", ARGS, "seed 1  validation", "SIGINT");
      assertEquals(stopped.code, 130, `${stopped.out}\n${stopped.error}`);
      assertStringIncludes(stopped.error, `continues: deno task reproduce ${ARGS.join(" ")}`);
      assert(!stopped.error.includes("deno task train-multiseed"), "one way on, not two");

      const out = await ground.succeed("reproduce", ARGS);
      assertStringIncludes(out, "done before");
      for (const stage of ["train-multiseed", "statistical-tests", "generate-publication-report"]) {
        assert(new RegExp(`Stage \\d of 3, ${stage}`).test(out), stage);
      }
      const { individual_results } = ground.json("results/quick/phase2_multiseed_results.json");
      for (
        const method of ["simclr_focal_oversample", "byol_focal_oversample", "focal_oversample"]
      ) {
        assertEquals(individual_results[method].map((run: { seed: number }) => run.seed), [1, 2]);
      }
      assert(existsSync(ground.path("results/quick/statistical_tests/statistical_tests.json")));

      const again = await ground.succeed("reproduce", ARGS);
      assertEquals(again.match(/done before/g)?.length, 6, again);

      const other = await ground.run("reproduce", [...ARGS, "--epochs", 2]);
      assertEquals(other.code, 1);
      assertStringIncludes(other.error, "had other settings");
      assertStringIncludes(other.error, "Stage 1 of 3, train-multiseed: it has failed");
    }),
});

/** The four-step pipeline as a user runs it: stopped, resumed, repaired, and refused. */

import { assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Playground, SMALL } from "./command_line.ts";
import { interrupt } from "./interrupt.ts";

const NAME = "retrain-with-enhanced-augmentations";
const DATA = SMALL.filter((_, i) => SMALL[i] !== "--batch-size" && SMALL[i - 1] !== "--batch-size");
const EPOCHS = ["--byol-epochs", 1, "--simclr-epochs", 2, "--finetune-epochs", 1] as const;
const ARGS = [...DATA, ...EPOCHS, "--label-fraction", 1, "--out", "runs"];

Deno.test({
  name: `${NAME} stopped continues to the files that the single commands write, and keeps them`,
  ignore: Deno.build.os === "windows",
  fn: () =>
    Playground.with(async (ground) => {
      const stopped = await interrupt(ground, NAME, ARGS, "Epoch 1/2", "SIGINT");
      assertEquals(stopped.code, 130, `${stopped.out}\n${stopped.error}`);
      assertStringIncludes(
        stopped.error,
        `The same command continues: deno task ${NAME} ${ARGS.join(" ")}`,
      );
      const out = await ground.succeed(NAME, ARGS);
      assertMatch(out, /^BYOL pretraining: .*done before$/m);
      assertStringIncludes(out, "continues after epoch 1");

      // The documented settings: the same bytes come from the documented commands.
      const single = [...DATA, "--seed", 42, "--no-tune"];
      await ground.succeed("train-simclr", [
        ...single,
        ...["--epochs", 2, "--batch-size", 128, "--temperature", 0.07, "--out", "simclr.pt"],
      ]);
      const encoder = "checkpoints/ssl_simclr_enhanced.pt";
      assertEquals(ground.bytes(encoder), ground.bytes("simclr.pt"));
      await ground.succeed("finetune", [
        ...single,
        ...["--ssl-checkpoint", encoder, "--epochs", 1, "--label-fraction", 1],
        ...["--out", "finetuned.pt"],
      ]);
      const finetuned = "checkpoints/ssl_simclr_enhanced_finetuned.pt";
      assertEquals(ground.bytes(finetuned), ground.bytes("finetuned.pt"));

      const summary = "runs/retrain_with_enhanced_augmentations.json";
      const { steps, comparison } = ground.json(summary);
      assertEquals(
        steps.map((step: { name: string; checkpoint: string }) => [step.name, step.checkpoint]),
        [
          ["byol", "checkpoints/ssl_byol_enhanced.pt"],
          ["simclr", encoder],
          ["finetune_byol", "checkpoints/ssl_byol_enhanced_finetuned.pt"],
          ["finetune_simclr", finetuned],
        ],
      );
      assertEquals(steps.map((step: { epochs: number }) => step.epochs), [1, 2, 1, 1]);
      const { byol, simclr } = comparison.classifiers;
      // The comparison is of the very files: its metrics are those of the trainings.
      assertEquals(byol.metrics, steps[2].test);
      assertEquals(simclr.metrics, steps[3].test);
      const [{ changed, baseline, auroc_macro }] = comparison.differences;
      assertEquals([changed, baseline], ["simclr", "byol"]);
      assertAlmostEquals(
        auroc_macro.estimate,
        simclr.metrics.auroc_macro - byol.metrics.auroc_macro,
        1e-12,
      );

      // A checkpoint that is gone is made again, to the same bytes; the others are left alone.
      const lost = "checkpoints/ssl_byol_enhanced_finetuned.pt";
      const before = ground.bytes(lost);
      await Deno.remove(ground.path(lost));
      const again = await ground.succeed(NAME, [...ARGS, "--supervised-checkpoint", finetuned]);
      assertEquals(again.match(/done before\n/g)?.length, 3, again);
      assertEquals(ground.bytes(lost), before);
      const { differences } = ground.json(summary).comparison;
      assertEquals(differences[0].auroc_macro, auroc_macro);
      assertEquals(differences.map((each: { baseline: string }) => each.baseline), [
        "byol",
        "supervised",
        "supervised",
      ]);
      assertEquals(differences[2].auroc_macro.estimate, 0, "the same file");

      await ground.refusesWith(NAME, ARGS, [
        [["--simclr-epochs", 3], 1, "SimCLR pretraining: The run in"],
        [["--simclr-epochs", 0], 2, "an integer of at least 1"],
        [["--supervised-checkpoint", "none.pt"], 1, "none.pt"],
        [["--data-root", "nowhere"], 1, "nowhere"],
        [["--out", "simclr.pt/runs"], 1, "Choose another --out"],
        [["--checkpoint-dir", "simclr.pt"], 1, "Choose another --checkpoint-dir"],
      ]);
      await Deno.copyFile(ground.path(finetuned), ground.path(encoder));
      const replaced = await ground.run(NAME, ARGS);
      assertEquals(replaced.code, 1);
      assertStringIncludes(replaced.error, "SimCLR pretraining: ");
      assertStringIncludes(replaced.error, `${encoder} is not the file that the run in`);
      assertStringIncludes(replaced.error, "the same command continues");
    }),
});

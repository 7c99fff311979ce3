/** BYOL, masked reconstruction and the contrastive variant as a user runs them. */

import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { Playground, SMALL } from "./command_line.ts";

Deno.test("the other pretraining methods write encoders that finetune takes", () =>
  Playground.with(async (ground) => {
    const args = (name: string) => [
      ...SMALL,
      "--epochs",
      2,
      "--out",
      `${name}.pt`,
      "--run-dir",
      name,
    ];
    const byol = await ground.succeed("train-byol", [
      ...args("byol"),
      "--momentum-tau",
      0.9,
      "--tau-schedule",
      "cosine",
    ]);
    assert(/4,242,176\s+parameters, 2,648,576 trained/.test(byol), byol);
    assert(byol.includes("target momentum 0.9 rising to 1"), byol);
    const masked = await ground.succeed("train-masked", [
      ...args("masked"),
      "--block-size",
      16,
    ]);
    assert(/712,044\s+parameters/.test(masked), masked);
    for (const epoch of ["001", "002"]) {
      assert(existsSync(ground.path(`masked/reconstructions/epoch_${epoch}.svg`)));
    }
    const contrastive = await ground.succeed("train-contrastive", args("contrastive"));
    assert(/637,312\s+parameters/.test(contrastive), contrastive);
    for (const name of ["byol", "masked", "contrastive"]) {
      const { probe, epoch_losses } = ground.json(`${name}/result.json`);
      assert(probe.test.auroc_macro > 0 && epoch_losses.length === 2, name);
    }
    await ground.succeed("finetune", [
      ...SMALL,
      "--ssl-checkpoint",
      "byol.pt",
      "--epochs",
      1,
      "--label-fraction",
      1,
      "--out",
      "finetuned.pt",
    ]);

    // From an encoder BYOL's target starts there too: at momentum 1 it stays, and the run is another
    // one than from random weights.
    const from = (init: string[]) => [...args("again"), "--momentum-tau", 1, ...init];
    await ground.succeed("train-byol", from([]));
    const random = ground.metrics("again").map(({ loss }) => loss);
    await ground.succeed("train-byol", from(["--init", "byol.pt"]));
    const started = ground.metrics("again").map(({ loss }) => loss);
    assert(started[0] !== random[0]);

    for (
      const [script, flags, code, message] of [
        ["train-byol", ["--momentum-tau", 1.5], 2, "--momentum-tau"],
        ["train-byol", ["--tau-schedule", "cosin"], 2, "Is cosine meant?"],
        ["train-masked", ["--mask-ratio", 1], 2, "--mask-ratio"],
        ["train-masked", ["--block-size", 0], 2, "--block-size"],
        ["train-contrastive", ["--temperature", 0], 2, "--temperature"],
      ] as const
    ) {
      const outcome = await ground.run(script, flags);
      assertEquals(outcome.code, code, outcome.error);
      assert(outcome.error.includes(message), outcome.error);
    }
  }));

/** `ablation`: pretrains, probes, fine-tunes, compares; continues; refuses what makes no sense. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { Playground, SMALL } from "./command_line.ts";

Deno.test("ablation compares configurations seed by seed and keeps what is done", () =>
  Playground.with(async (ground) => {
    const args = [...SMALL, "--epochs", 1, "--finetune-epochs", 1, "--out", "ablation"];
    const run = [...args, "--seeds", "1,2", "--configs"];
    await ground.succeed("ablation", [...run, "full,no-mixup"]);
    const first = ground.json("ablation/ablation.json");
    const out = await ground.succeed("ablation", [...run, "full,no-mixup,none"]);
    assertEquals(out.match(/done before/g)?.length, 8, out);
    const { runs, deltas } = ground.json("ablation/ablation.json");
    assertEquals(deltas["no-mixup"], first.deltas["no-mixup"]);
    assertEquals(runs.length, 6);
    const auroc = (config: string, seed: number) =>
      runs.find((each: { config: string; seed: number }) =>
        each.config === config && each.seed === seed
      ).probe_auroc;
    const mean = (auroc("none", 1) - auroc("full", 1) + auroc("none", 2) - auroc("full", 2)) / 2;
    assertAlmostEquals(deltas.none.probe_auroc.mean, mean, 1e-12);
    assert(existsSync(ground.path("ablation/ablation.svg")));

    await ground.refusesWith("ablation", [...args, "--seeds", 1], [
      [["--configs", "no-mixup"], 2, "give full too"],
      [["--configs", "full,full"], 2, "has full twice"],
      [["--configs", "full,no-mixups"], 2, "Is no-mixup meant?"],
      [["--configs", "full", "--label-fraction", 0.5], 1, "had other settings"],
    ]);
  }));

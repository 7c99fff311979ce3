/** `label-scarcity`: runs once, continues, and refuses what does not belong together. */

import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { Playground, SMALL } from "./command_line.ts";

const FAST = [...SMALL, "--epochs", 2, "--out", "scarcity"] as const;

Deno.test("label-scarcity keeps what is done, adds what is new, and writes the documented keys", () =>
  Playground.with(async (ground) => {
    const two = [...FAST, "--tracks", "supervised,random_frozen", "--seeds", "1,2"];
    await ground.succeed("label-scarcity", [...two, "--fractions", 1]);
    const first = ground.json("scarcity/label_scarcity_benchmark.json");
    assertEquals(first.label_fractions, [1]);
    assertEquals(first.seeds, [1, 2]);

    const out = await ground.succeed("label-scarcity", [...two, "--fractions", "0.5,1"]);
    assertEquals(out.match(/done before/g)?.length, 4, out);
    const second = ground.json("scarcity/label_scarcity_benchmark.json");
    assertEquals(second.label_scarcity["1"], first.label_scarcity["1"]);
    for (const fraction of ["0.5", "1"]) {
      for (const track of ["supervised", "random_frozen"]) {
        const { auroc, f1 } = second.label_scarcity[fraction][track];
        assertEquals([auroc.length, f1.length], [2, 2]);
        assert(auroc.every((value: number) => value > 0 && value < 1), JSON.stringify(auroc));
      }
    }
    // Every run starts from weights, labels and order of its own seed. Eight test records leave few
    // values of AUROC, so not all eight must differ.
    const [a, b] = second.label_scarcity["1"].random_frozen.auroc;
    assert(a !== b, `${a}, ${b}`);
    assert(existsSync(ground.path("scarcity/label_scarcity_curve.svg")));

    const other = await ground.run("label-scarcity", [...two, "--fractions", 1, "--lr", 0.1]);
    assertEquals(other.code, 1);
    assert(other.error.includes("had other settings"), other.error);
  }));

Deno.test("label-scarcity compares all four tracks of a checkpoint, or says what is missing", () =>
  Playground.with(async (ground) => {
    await ground.succeed("train-simclr", [...SMALL, "--epochs", 1, "--out", "encoder.pt"]);
    const one = [...FAST, "--seeds", 1, "--fractions", 1];
    const out = await ground.succeed("label-scarcity", [
      ...one,
      "--ssl-checkpoint",
      "encoder.pt",
    ]);
    assert(/labels +supervised +SSL, fine-tuned +SSL, frozen +random, frozen/.test(out), out);
    const without = await ground.succeed("label-scarcity", [...one, "--out", "other"]);
    assert(without.includes("There is no checkpoints/ssl_masked.pt"), without);

    await ground.refusesWith("label-scarcity", FAST, [
      [["--ssl-checkpoint", "none.pt"], 1, "none.pt"],
      [["--seeds", "1,1"], 2, "--seeds has 1 twice"],
      [["--fractions", "0"], 2, "--fractions"],
      [["--fractions", "1.5"], 2, "--fractions"],
      [["--tracks", "supervized"], 2, "Is supervised meant?"],
    ]);
  }));

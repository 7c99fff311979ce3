/** `train-multiseed`: continues after Ctrl-C and failures, with one process or two. */

import { assert, assertEquals } from "@std/assert";
import { Playground, setting, SMALL } from "./command_line.ts";

const RESULTS = "results/phase2_multiseed_results.json";
const FAST = [...SMALL, "--label-fraction", 1, "--epochs", 2] as const;
const TWO = [
  ...FAST,
  ...["--method", "supervised,masked", "--loss", "bce", "--balance-strategy", "standard"],
  ...["--seeds", "1,2", "--pretrain-epochs", 1],
] as const;

function timeless(ground: Playground) {
  const { timestamp: _, ...rest } = ground.json(RESULTS);
  return rest;
}

/** Ends the first time that stdout holds `when` with Ctrl-C; to the parent process alone. */
async function interruptAt(ground: Playground, args: readonly (string | number)[], when: RegExp) {
  const child = ground.command("train-multiseed", args).spawn();
  const error = new Response(child.stderr).text();
  let out = "";
  let sent = false;
  for await (const chunk of child.stdout) {
    out += new TextDecoder().decode(chunk);
    if (!sent && when.test(out)) {
      child.kill("SIGINT");
      sent = true;
    }
  }
  return { code: (await child.status).code, out, error: await error };
}

Deno.test({
  name: "two processes, stopped by Ctrl-C and started again, give the results of one",
  // Windows has no way to send Ctrl-C to another process.
  ignore: Deno.build.os === "windows",
  fn: () =>
    Playground.with(async (ground) => {
      const args = [...TWO, "--jobs", 2];
      const { code, out, error } = await interruptAt(ground, args, /best epoch/);
      assertEquals(code, 130, `${out}\n${error}`);
      assert(error.includes(`The same command continues: deno task train-multiseed`), error);
      assert(!/\n +at |This is a bug/.test(error), error);
      const partial = timeless(ground);
      const count = (file: typeof partial) =>
        Object.values(file.individual_results as Record<string, unknown[]>)
          .reduce((sum, runs) => sum + runs.length, 0);
      assert(count(partial) >= 1 && count(partial) < 4, `${count(partial)} runs are done`);
      assertEquals(partial.failures, []);

      const again = await ground.succeed("train-multiseed", args);
      const before = again.match(/done before/g)?.length ?? 0;
      assert(before >= count(partial), again);
      assert(/^masked_bce_standard +test +2 /m.test(again), again);
      assert(
        /Test AUROC of masked_bce_standard minus bce_standard, paired by seed/.test(again),
        again,
      );
      assertEquals(
        setting(again, "Next"),
        "deno task statistical-tests --results-dir results",
      );
      const two = timeless(ground);
      assertEquals(count(two), 4);
      assertEquals(Object.keys(two.individual_results), [
        "bce_standard",
        "masked_bce_standard",
      ]);
      assertEquals(two.classes, ["NORM", "MI", "STTC", "HYP", "CD"]);
      const checkpoint = "checkpoints/multiseed_masked_bce_standard_seed002.pt";
      const bytes = ground.bytes(checkpoint);

      await Deno.remove(ground.path("results"), { recursive: true });
      await Deno.remove(ground.path("checkpoints"), { recursive: true });
      await ground.succeed("train-multiseed", TWO);
      assertEquals(timeless(ground), two);
      assertEquals(ground.bytes(checkpoint), bytes);

      // The file names what `evaluate` finds in the checkpoint: the epoch reported is the one saved.
      const [{ test, checkpoint: path }] = two.individual_results.bce_standard;
      await ground.succeed("evaluate", [
        ...SMALL,
        "--checkpoint",
        path,
        "--json",
        "evaluation.json",
      ]);
      const { loss: _, ...metrics } = test;
      assertEquals(ground.json("evaluation.json").metrics, metrics);
    }),
});

Deno.test("a run that fails is recorded, the others are run, and it is tried again", () =>
  Playground.with(async (ground) => {
    const args = [...FAST, "--seeds", "1,2", "--loss", "bce", "--balance-strategy", "standard"];
    const inTheWay = ground.path("checkpoints/multiseed_bce_standard_seed001.pt");
    await Deno.mkdir(`${inTheWay}/folder`, { recursive: true });
    const { code, out, error } = await ground.run("train-multiseed", args);
    assertEquals(code, 1, error);
    assert(/bce_standard, seed 1: failed\. Cannot write/.test(out), out);
    assert(error.includes("1 of 2 runs failed: bce_standard, seed 1. The same command"), error);
    const { failures, individual_results } = ground.json(RESULTS);
    assertEquals(failures.length, 1);
    assertEquals([failures[0].configuration, failures[0].seed], ["bce_standard", 1]);
    assertEquals(individual_results.bce_standard.map(({ seed }: { seed: number }) => seed), [2]);

    await Deno.remove(inTheWay, { recursive: true });
    const again = await ground.succeed("train-multiseed", args);
    assertEquals(again.match(/done before/g)?.length, 1, again);
    const repaired = ground.json(RESULTS);
    assertEquals(repaired.failures, []);
    assertEquals(
      repaired.individual_results.bce_standard.map(({ seed }: { seed: number }) => seed),
      [1, 2],
    );

    // Other settings in the same folder are refused before anything is trained.
    const other = await ground.run("train-multiseed", [...args, "--epochs", 3]);
    assertEquals(other.code, 1);
    assert(
      /bce_standard_seed001 had other settings: epochs 2, now 3/.test(other.error),
      other.error,
    );
    assertEquals(ground.json(RESULTS), repaired);
  }));

Deno.test("train-multiseed says what is wrong with its flags before it computes", () =>
  Playground.with(async (ground) => {
    await Deno.writeTextFile(ground.path("file"), "");
    await ground.refusesWith("train-multiseed", FAST, [
      [["--method", "simclt"], 2, "Is simclr meant?"],
      [["--method", "byol,byol"], 2, "--method has byol twice"],
      [["--seeds", "1,2,1"], 2, "--seeds has 1 twice"],
      [["--jobs", 0], 2, "--jobs was given 0"],
      [["--label-fraction", 0], 2, "--label-fraction"],
      [["--label-fraction", 1.01], 2, "--label-fraction"],
      [["--pretrain-once"], 2, "--pretrain-once is for methods that pretrain"],
      [["--out", "file/results.json"], 1, "Choose another --out"],
      [["--checkpoint-dir", "file"], 1, "Choose another --checkpoint-dir"],
      [["--run-root", "file"], 1, "Choose another --run-root"],
      [["--data-root", "nowhere"], 1, "nowhere"],
    ]);
  }));

Deno.test("--quick takes three seeds and five epochs, and what is given besides wins", () =>
  Playground.with(async (ground) => {
    const args = [...SMALL, "--quick", "--label-fraction", 0.5];
    const { out } = await interruptAt(ground, args, /Run folders/);
    assertEquals(setting(out, "Seeds"), "42, 52, 62");
    assertEquals(setting(out, "Configurations"), "bce_standard, focal_oversample");
    assert(setting(out, "Training").startsWith("5 epochs, batch 16"), out);
    await ground.succeed("train-multiseed", [
      ...args,
      ...["--seeds", 9, "--epochs", 1, "--loss", "bce", "--run-root", "runs"],
    ]);
    const { quick_mode, seeds, methods, statistics } = ground.json(RESULTS);
    assertEquals([quick_mode, seeds], [true, [9]]);
    assertEquals(Object.keys(methods), ["bce_oversample"]);
    assertEquals(methods.bce_oversample.epochs, 1);
    assertEquals(statistics.bce_oversample.auroc.std, null);
  }));

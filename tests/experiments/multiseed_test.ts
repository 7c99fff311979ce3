import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { inRepository } from "../support/paths.ts";
import { runSmallExperiment } from "./small_experiment.ts";
import { timelessRows, withSmallWorkspace } from "../support/small_workspace.ts";

/** Starts the experiment and kills it in the middle of a run. */
async function killDuring(folder: string, run: string): Promise<void> {
  await Deno.mkdir(`${folder}/temporary`, { recursive: true });
  const script = inRepository("tests/experiments/multiseed_until_killed.ts");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", inRepository("deno.json"), script, folder],
    env: { TMPDIR: `${folder}/temporary` },
    stderr: "null",
  }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  const state = `${folder}/${run}/state.safetensors`;
  while (!existsSync(state)) {
    assert(!ended, "the experiment to be killed ended by itself");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill("SIGKILL");
  await child.status;
  assert(existsSync(state), `${run} had ended: it needs more epochs`);
}

Deno.test("an experiment killed twice continues with the first missing run, to the same results", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const [broken, unbroken] = [`${folder}/broken`, `${folder}/unbroken`];
    await killDuring(broken, "pretrain_simclr_seed003");
    await killDuring(broken, "simclr_focal_oversample_seed004");
    const started = await runSmallExperiment(workspace, broken);
    assertEquals(started, ["simclr_focal_oversample_seed004", "bce_standard_seed004"]);
    await runSmallExperiment(workspace, unbroken);

    const results = (where: string) => {
      const text = Deno.readTextFileSync(`${where}/results.json`);
      const { timestamp, ...rest } = JSON.parse(text.replaceAll(where, ""));
      assert(!Number.isNaN(Date.parse(timestamp)));
      return rest;
    };
    assertEquals(results(broken), results(unbroken));
    assertEquals(results(broken).individual_results.bce_standard.length, 2);
    for (const run of [...started, "pretrain_simclr_seed003", "bce_standard_seed003"]) {
      assertEquals(timelessRows(`${broken}/${run}`), timelessRows(`${unbroken}/${run}`), run);
      const checkpoint = run.startsWith("pretrain") ? `${run}/encoder.pt` : `multiseed_${run}.pt`;
      assertEquals(
        await Deno.readFile(`${broken}/${checkpoint}`),
        await Deno.readFile(`${unbroken}/${checkpoint}`),
        checkpoint,
      );
    }

    // A damaged encoder fails the run that needs it, and the message says how to replace it.
    const last = "simclr_focal_oversample_seed004";
    await Deno.remove(`${broken}/${last}/done.json`);
    await Deno.writeTextFile(`${broken}/pretrain_simclr_seed003/encoder.pt`, "damaged");
    await runSmallExperiment(workspace, broken);
    const { failures, individual_results } = results(broken);
    assertEquals(individual_results.simclr_focal_oversample.length, 1);
    assertEquals(individual_results.bce_standard.length, 2);
    assertEquals(failures.length, 1);
    assertEquals([failures[0].configuration, failures[0].seed], ["simclr_focal_oversample", 4]);
    const { error } = failures[0];
    assert(error.includes("Remove /pretrain_simclr_seed003 to pretrain again"), error);
  }));

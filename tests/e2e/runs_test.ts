/** `runs` as typed, on runs that the training commands made. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventFiles } from "../../src/runs/event_file.ts";
import { readEvents } from "../runs/tensorboard/read_events.ts";
import { Playground, setting, SMALL } from "./command_line.ts";

Deno.test("runs: trained, listed, filtered, sorted, compared; with a damaged one among them", () =>
  Playground.with(async (ground) => {
    const train = (name: string, ...flags: (string | number)[]) =>
      ground.succeed("train-supervised", [
        ...[...SMALL, "--epochs", 2, "--out", `${name}.pt`, "--run-dir", `results/${name}`],
        ...flags,
      ]);
    const trained = await train("bce", "--loss", "bce");
    await train("sweep/focal", "--loss", "focal", "--seed", 7);
    await ground.succeed("train-simclr", [
      ...[...SMALL, "--epochs", 1, "--probe-every", 1, "--out", "ssl.pt"],
      ...["--run-dir", "results/ssl"],
    ]);
    const config = ground.json("results/bce/config.json");
    assertStringIncludes(config.commandLine, "train-supervised --data-root cohort");
    const [file] = eventFiles(ground.path("results/bce"));
    const read = readEvents(ground.bytes(`results/bce/${file}`));
    const { test } = ground.json("results/bce/result.json");
    const last = read.findLast(({ scalars }) => "test/auroc_macro" in scalars)!;
    assertEquals(last.scalars["test/auroc_macro"], Math.fround(test.auroc_macro));
    assertEquals(read.at(-1)!.hparams, ["_hparams_/session_end_info"]);

    // The second run stopped before its end, the third damaged.
    const focal = ground.path("results/sweep/focal");
    Deno.removeSync(`${focal}/result.json`);
    Deno.writeTextFileSync(`${focal}/metrics.jsonl`, `{"epoch":3,"st`, { append: true });
    Deno.mkdirSync(ground.path("results/broken"));
    Deno.writeTextFileSync(ground.path("results/broken/config.json"), `{"command":`);
    Deno.writeTextFileSync(ground.path("results/broken/metrics.jsonl"), "");

    const table = await ground.succeed("runs", []);
    const line = (name: string) =>
      table.split("\n").find((each) => each.includes(` ${name} `)) ?? "";
    assertMatch(line("bce"), / train-supervised +42 +2\/2 .* test .* finished$/);
    const auroc = Number(/AUROC (\S+)/.exec(setting(trained, "Test"))![1]).toFixed(3);
    assertStringIncludes(line("bce"), auroc.replace("NaN", "-"));
    assertMatch(line("sweep/focal"), / train-supervised +7 +2\/2 .* validation .* unfinished$/);
    assertMatch(line("ssl"), / train-simclr +42 +1\/1 .* probe .* finished$/);
    assert(table.indexOf(line("ssl")) < table.indexOf(line("bce")), "newest first");
    assertMatch(
      table,
      /Damaged: 1\n {2}broken: Cannot use results\/broken\/config.json: it is not valid JSON .*\n$/,
    );

    const { runs, damaged } = JSON.parse(
      await ground.succeed("runs", ["--json", "--sort", "name", "--command", "train-supervised"]),
    );
    assertEquals(runs.map(({ name }: { name: string }) => name), ["bce", "sweep/focal"]);
    assertEquals(runs[0].auroc_macro, test.auroc_macro);
    assertEquals(runs[0].command_line, config.commandLine);
    assertEquals(damaged.length, 1);

    // By path, and by the name in the list.
    const compared = await ground.succeed("runs", ["--compare", "results/bce", "sweep/focal"]);
    assertMatch(compared, /\nloss +bce +focal\n/);
    assertMatch(compared, /\nseed +42 +7\n/);
    assert(!/\nbatchSize /.test(compared), compared);
    assertStringIncludes(compared, "Validation loss: cross-entropy (nats)\nA  ");
    const svg = Deno.readTextFileSync(ground.path("results/compare/loss.svg"));
    for (const text of ["bce", "focal", "Epoch", "cross-entropy"]) assertStringIncludes(svg, text);
    const json = JSON.parse(
      await ground.succeed("runs", ["--compare", "bce", "ssl", "--json", "--out", "other"]),
    );
    assertEquals(json.settings.loss, { a: "bce", b: null });
    assertEquals(json.metrics["test/auroc_macro"].b, null);
    assertEquals(json.figures, []);
    assertMatch(json.missing_curves[0], /one run is a pretraining/);
  }));

Deno.test("runs: what cannot be listed or compared is said in a sentence", () =>
  Playground.with(async (ground) => {
    const fails = async (args: readonly string[], message: RegExp, code = 1) => {
      const { code: ended, out, error } = await ground.run("runs", args);
      assertEquals(ended, code, `${out}\n${error}`);
      assertMatch(error, message);
      assert(!/\n +at |This is a bug/.test(error), error);
    };
    await fails([], /There is no folder results: train something first/);
    await fails(["--root", "nowhere"], /There is no folder nowhere/);
    Deno.mkdirSync(ground.path("results/run"), { recursive: true });
    assertEquals(await ground.succeed("runs", []), "No runs under results\n");
    assertEquals(JSON.parse(await ground.succeed("runs", ["--json"])).runs, []);
    await fails(["--command", "finetune"], /No run under results is of finetune: there are none/);
    await fails(["run"], /Unexpected argument run: name two runs with --compare/, 2);
    await fails(["--compare", "run"], /--compare needs two runs/, 2);
    await fails(["--compare", "a", "b", "c"], /Unexpected argument c/, 2);
    await fails(["--compare", "a", "b", "--sort", "name"], /--sort is for the list/, 2);
    await fails(["--out", "x"], /--out is for the pictures/, 2);
    await fails(["--compare", "a", "b"], /There is no run a, here or under results/);
    await fails(["--compare", "results/run", "b"], /results\/run is not the folder of a run/);

    Deno.writeTextFileSync(ground.path("results/run/config.json"), `{"command":"finetune"}`);
    Deno.writeTextFileSync(ground.path("results/run/metrics.jsonl"), `{"epoch":1,\n{"epoch":1}\n`);
    await fails(["--compare", "run", "run"], /metrics.jsonl: line 1 is not/);
    await fails(["--compare", "rum", "run"], /There is no run rum/);
    Deno.writeTextFileSync(ground.path("results/run/metrics.jsonl"), "");
    await fails(["--compare", "rum", "run"], /Is run meant\?/);
    // A run without an epoch is compared as far as it goes.
    const nothing = await ground.succeed("runs", ["--compare", "run", "run"]);
    assertStringIncludes(nothing, "No setting differs");
    assertStringIncludes(nothing, "No curves: an epoch has ended in one run at most.");
  }, 12));

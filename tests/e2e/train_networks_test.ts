/** ResNet-1D and the improved CNN as a user trains and evaluates them. */

import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/csv";
import { readCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { Playground, setting, SMALL } from "./command_line.ts";

const METRICS = ["auroc_macro", "f1_macro", "sensitivity_micro", "specificity_micro"];

Deno.test("networks are trained, evaluated with the metrics that training printed, and told apart", () =>
  Playground.with(async (ground) => {
    const networks = [
      ["train-resnet1d", "resnet1d", "ResNet1D", 122, "8,739,973"],
      ["train-improved-cnn", "improved_cnn", "ImprovedECGClassifier", 63, "999,301"],
    ] as const;
    for (const [command, file, architecture, entries, parameters] of networks) {
      const path = `checkpoints/${file}.pt`; // the default of --out
      const args = [...SMALL, "--epochs", 2, "--run-dir", file, "--label-fraction", 0.5];
      const out = await ground.succeed(command, args);
      assert(setting(out, "Labels").endsWith("loss bce, drawing oversample"), out);
      assert(setting(out, "Model").startsWith(`${architecture}, ${parameters} parameters`), out);
      assert(/^[12], by validation macro AUROC$/.test(setting(out, "Best epoch")), out);
      const { sections, metadata } = await readCheckpoint(ground.path(path));
      assertEquals([...sections.keys()], ["model"]);
      assertEquals(sections.get("model")!.size, entries);
      assertEquals([metadata.method, metadata.architecture?.name], ["supervised", architecture]);

      const result = ground.json(`${file}/result.json`);
      const evaluate = [...SMALL, "--checkpoint", path, "--json", "test.json"];
      await ground.succeed("evaluate", evaluate);
      const { metrics } = ground.json("test.json");
      for (const name of METRICS) assertEquals(metrics[name], result.test[name], name);
      assert(setting(out, "Test").includes(`AUROC ${metrics.auroc_macro.toFixed(4)}`), out);
    }

    const table = await ground.succeed("evaluate-all", SMALL);
    for (const [, file] of networks) {
      const line = table.split("\n").find((each) => each.includes(`${file}.pt`));
      const { auroc_macro } = ground.json(`${file}/result.json`).test;
      assert(line?.includes(auroc_macro.toFixed(4)), `${file}: ${table}`);
    }

    for (const command of ["finetune", "label-scarcity"]) {
      const args = [...SMALL, "--ssl-checkpoint", "checkpoints/resnet1d.pt"];
      const { code, error } = await ground.run(command, args);
      assertEquals(code, 1, error);
      assert(error.includes('need the key "encoder", found "model" (ResNet1D (12 channels'), error);
    }
  }));

Deno.test("networks: without --loss the way of drawing decides; no metric, no choice of epochs", () =>
  Playground.with(async (ground) => {
    // No record of fold 9 keeps a diagnosis, so no AUROC is defined there.
    const path = ground.path("cohort/ptbxl_database.csv");
    const [header, ...rows] = parse(Deno.readTextFileSync(path));
    const [codes, fold] = ["scp_codes", "strat_fold"].map((name) => header.indexOf(name));
    for (const row of rows) if (row[fold] === "9") row[codes] = "{}";
    const quoted = [header, ...rows].map((row) =>
      row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")
    );
    Deno.writeTextFileSync(path, quoted.join("\n") + "\n");
    const out = await ground.succeed("train-improved-cnn", [
      ...SMALL,
      ...["--epochs", 2, "--run-dir", "run", "--out", "a.pt"],
      ...["--balance-strategy", "stratified"],
    ]);
    assert(setting(out, "Labels").endsWith("loss weighted_positives, drawing stratified"), out);
    const best = setting(out, "Best epoch");
    assert(best.startsWith("1 (the first") && best.includes("macro AUROC is not defined"), out);
    const { metadata } = await readCheckpoint(ground.path("a.pt"));
    assertEquals([metadata.epoch, metadata.metrics?.auroc_macro], [1, null]);
  }));

/** `train-traditional-ml` as a user runs it. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { Playground } from "./command_line.ts";

const DATA = ["--data-root", "cohort", "--signal-length", 128] as const;
/** No adapter can be found: the command must not look for one. */
const WITHOUT_GPU = {
  VK_DRIVER_FILES: "/nonexistent",
  VK_ICD_FILENAMES: "/nonexistent",
  DENO_WEBGPU_BACKEND: "vulkan",
};

Deno.test("train-traditional-ml", async (t) => {
  await Playground.with(async (ground) => {
    await t.step("writes metrics, figure and predictions, without a GPU", async () => {
      const { code, out, error } = await ground.run("train-traditional-ml", [
        ...DATA,
        "--label-fraction",
        1,
        "--predictions",
        "p.csv",
      ], WITHOUT_GPU);
      assertEquals(code, 0, error);
      for (const text of ["Fold 9", "Fold 10", "Next", "train-supervised --label-fraction 1"]) {
        assert(out.includes(text), `${text} is in\n${out}`);
      }
      assert(!out.includes("Adapter"), out);
      const result = ground.json("results/traditional_ml_rf.json");
      assertEquals(result.model_settings, { trees: 100, max_depth: 15 });
      assertEquals(Object.keys(result.feature_importances).length, 22);
      const { test } = result;
      const defined = result.classes.filter((name: string) => test.per_class[name].auroc !== null);
      for (const name of defined) {
        const c = result.classes.indexOf(name);
        assertEquals(test[`auroc_c${c}`], test.per_class[name].auroc);
      }
      assertEquals(test.f1_macro, test.metrics.f1_macro);
      assertEquals(result.validation.fold, 9);
      const [head, ...rows] = ground.csv("p.csv");
      assertEquals(head, ["ecg_id", "NORM", "MI", "STTC", "HYP", "CD"]);
      assertEquals(rows.length, test.records);
      const svg = Deno.readTextFileSync(
        ground.path("results/traditional_ml_rf_importances.svg"),
      );
      assert(svg.includes("rms_lead_11 (V6)") && svg.includes("Gini"));
    });

    await t.step("--model xgb, --label-fraction, --out; one seed, one result", async () => {
      const run = async (out: string) => {
        await ground.succeed("train-traditional-ml", [
          ...DATA,
          "--model",
          "xgb",
          "--label-fraction",
          0.5,
          "--seed",
          3,
          "--out",
          out,
        ]);
        return ground.json(out);
      };
      const [first, second] = await Promise.all([run("new/a.json"), run("b.json")]);
      assertEquals({ ...first, seconds: 0 }, { ...second, seconds: 0 });
      assertEquals(first.model_settings, { trees: 100, max_depth: 5, learning_rate: 0.1 });
      assertEquals(first.seed, 3);
      const folds = ground.csv("cohort/ptbxl_database.csv");
      const column = folds[0].indexOf("strat_fold");
      const training = folds.slice(1).filter((row) => Number(row[column]) <= 8).length;
      assertAlmostEquals(first.labelled, training / 2, 0.5);
    });

    await t.step("a single labeled record: no figure, a warning, numbers still", async () => {
      const out = await ground.succeed("train-traditional-ml", [
        ...DATA,
        "--label-fraction",
        0.001,
        "--out",
        "one.json",
      ]);
      assert(out.includes("Nothing to learn about"), out);
      assert(!existsSync(ground.path("one_importances.svg")));
      assertEquals(ground.json("one.json").test.metrics.auroc_macro, 0.5);
    });

    await t.step("bad input", async () => {
      const table = ground.path("cohort/ptbxl_database.csv");
      const original = Deno.readTextFileSync(table);
      const refuse = async (args: (string | number)[], code: number, messages: string[]) => {
        const result = await ground.run("train-traditional-ml", [...DATA, ...args]);
        const about = `${args.join(" ")}\n${result.error}`;
        assertEquals(result.code, code, about);
        for (const message of messages) assert(result.error.includes(message), about);
        assert(!/\n +at |This is a bug|Uncaught/.test(result.error), about);
      };
      await Promise.all([
        refuse(["--model", "svm"], 2, ["svm", "one of rf, xgb"]),
        refuse(["--label-fraction", 0], 2, ["(0, 1]"]),
      ]);
      await Promise.all([
        refuse(["--out", "one.json/a.json"], 1, ["--out"]),
        refuse(["--predictions", "cohort"], 1, ["it is a folder", "--predictions"]),
      ]);
      Deno.writeTextFileSync(table, original.slice(0, original.indexOf("\n") + 1));
      await refuse([], 1, ["ptbxl_database.csv"]);
    });
  });
});

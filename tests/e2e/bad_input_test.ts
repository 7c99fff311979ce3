/** Bad input on the command line: a clear error, the right exit code, and nothing lost. */

import { assert, assertEquals } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { chooseDevice } from "../../src/gpu/device.ts";
import { type BadCase, Playground, SMALL } from "./command_line.ts";
import { float32Tensor } from "../support/tensors.ts";

/** The checkpoint that no failing command may touch. */
const KEEP = ["--out", "keep.pt", "--run-dir", "run", "--epochs", 1] as const;

async function withKeptCheckpoint(body: (ground: Playground) => Promise<void>) {
  await Playground.with(async (ground) => {
    const weight = new Map([["weight", float32Tensor([2], Float32Array.of(1, 2))]]);
    const metadata = { method: "simclr" };
    const write = (name: string, section: string) =>
      writeCheckpoint(ground.path(name), { sections: new Map([[section, weight]]), metadata });
    await write("keep.pt", "encoder");
    await write("foreign_model.pt", "model");
    const kept = ground.bytes("keep.pt");
    await body(ground);
    assertEquals(ground.bytes("keep.pt"), kept, "a failing run leaves the old checkpoint");
    for (const { name } of Deno.readDirSync(ground.folder)) {
      assert(!/^\.|tmp|temp/.test(name), `${name} was left behind`);
    }
  });
}

Deno.test("wrong flags: exit 2, what was given and what is allowed", () =>
  withKeptCheckpoint(async (ground) => {
    const train = (...args: (string | number)[]): [string, (string | number)[]] => [
      "train-supervised",
      [...SMALL, ...KEEP, ...args],
    ];
    await ground.refuses([
      ...[0, 1.5, -1, "half", ""].map((fraction): BadCase => [
        ...train("--label-fraction", fraction),
        2,
        ["--label-fraction", "a number in (0, 1]", "--help"],
      ]),
      [...train("--lable-fraction", 1), 2, ["Unknown flag --lable-fraction", "--label-fraction"]],
      [...train("--loss", "focall"), 2, ["focall", "focal", "bce"]],
      [...train("--epochs", 0), 2, ["--epochs", "at least 1"]],
      [...train("--batch-size", "1e3"), 2, ["--batch-size", "integer"]],
      [...train("--precision", "f16"), 2, ["--precision", "f32"]],
      [...train("--balance-strategy"), 2, ["--balance-strategy"]],
      ["finetune", [...SMALL, ...KEEP], 2, ["--ssl-checkpoint"]],
      ["evaluate", [...SMALL], 2, ["--checkpoint"]],
      ["evaluate", [...SMALL, "--checkpoint", "keep.pt", "--fold", 11], 2, ["--fold", "10"]],
      ["evaluate", [...SMALL, "--checkpoint", "keep.pt", "--mask-ratio", 1], 2, ["[0, 1)"]],
      ["train-simclr", [...SMALL, "--config", "no-mixing"], 2, ["no-mixing", "no-mixup"]],
      ["train-simclr", [...SMALL, "--out", "keep.pt", "--resume"], 2, ["--resume", "--run-dir"]],
      ["train-simclr", [...SMALL, ...KEEP, "stray"], 2, ["stray"]],
    ]);
  }));

Deno.test("data sets: what is missing, damaged or unknown is named", () =>
  withKeptCheckpoint(async (ground) => {
    const table = ground.path("cohort/ptbxl_database.csv");
    const original = Deno.readTextFileSync(table);
    const train = [...SMALL, ...KEEP, "--label-fraction", 1];
    /** Runs with a changed table and puts the old one back. */
    const withTable = async (text: string | undefined, messages: (string | RegExp)[]) => {
      if (text === undefined) Deno.removeSync(table);
      else Deno.writeTextFileSync(table, text);
      await ground.refuses([["train-supervised", train, 1, messages]]);
      Deno.writeTextFileSync(table, original);
    };
    await ground.refuses([
      ["train-supervised", [...train, "--data-root", "nowhere"], 1, ["nowhere", "--data-root"]],
    ]);
    await withTable(undefined, ["ptbxl_database.csv", "fetch-ptbxl"]);
    await withTable(original.replace("strat_fold", "fold"), ["strat_fold", "ptbxl_database.csv"]);
    await withTable(original.replace("scp_codes", "codes"), ["scp_codes"]);
    await withTable(original.replace("'NORM'", "'NORMAL'"), ["NORMAL", "ecg_id"]);
    await withTable(original.slice(0, original.indexOf("\n") + 1), [/no rec|no row/i]);
    const set = await loadPtbXl(ground.path("cohort"), { cache: false });
    const lines = original.trimEnd().split("\n");
    assertEquals(lines.length, 81, "no report of the cohort has a line break");
    const without = (folds: number[]) =>
      [lines[0], ...lines.slice(1).filter((_, row) => !folds.includes(set.folds[row]))].join("\n");
    await withTable(without([9]), ["in fold 9"]);
    await withTable(without([1, 2, 3, 4, 5, 6, 7, 8]), ["in fold 1 to 8"]);

    // Three kinds of damage: cut short, changed (wrong checksum), and gone.
    const record = (id: number) => {
      const name = String(id).padStart(5, "0");
      return ground.path(`cohort/records100/00000/${name}_lr.dat`);
    };
    const [cut, changed, gone] = [set.ids[3], set.ids[5], set.ids[7]];
    Deno.truncateSync(record(cut), 1001);
    const bytes = Deno.readFileSync(record(changed));
    bytes[100] ^= 64;
    Deno.writeFileSync(record(changed), bytes);
    Deno.removeSync(record(gone));
    const named = (id: number) => `${String(id).padStart(5, "0")}_lr`;
    await ground.refuses([["train-supervised", [...train, "--strict"], 1, [
      named(cut),
      "and 2 more",
      "--strict",
    ]]]);
    const args = [...SMALL, "--label-fraction", 1, "--epochs", 1, "--run-dir", "run"];
    const out = await ground.succeed("train-supervised", [...args, "--out", "partial.pt"]);
    assert(/77 records/.test(out), out);
    const joined = out.replaceAll(/\s+/g, " ");
    for (const id of [cut, changed, gone]) {
      assert(joined.includes(named(id)), `record ${id} is listed: ${out}`);
    }
    assert(/checksum/i.test(joined), out);
    // The second start takes the records from the cache and still says so.
    const again = await ground.succeed("train-supervised", [...args, "--out", "partial.pt"]);
    for (const id of [cut, changed, gone]) {
      assert(again.replaceAll(/\s+/g, " ").includes(named(id)), again);
    }
  }));

Deno.test("checkpoints, output folders, adapters: the command says what is wrong", async (t) => {
  await withKeptCheckpoint(async (ground) => {
    await ground.succeed("train-supervised", [
      ...SMALL,
      "--epochs",
      1,
      "--label-fraction",
      1,
      "--out",
      "model.pt",
      "--run-dir",
      "model",
    ]);
    const model = await readCheckpoint(ground.path("model.pt"));
    const head = new Map([...model.sections.get("model")!]);
    head.set("head.weight", float32Tensor([3, 256], new Float32Array(768)));
    head.set("head.bias", float32Tensor([3], new Float32Array(3)));
    await writeCheckpoint(ground.path("three.pt"), {
      sections: new Map([["model", head]]),
      metadata: {},
    });
    Deno.writeTextFileSync(ground.path("text.pt"), "not a checkpoint");
    Deno.writeFileSync(ground.path("half.pt"), ground.bytes("model.pt").subarray(0, 1 << 20));
    Deno.mkdirSync(ground.path("folder.pt"));

    await t.step("checkpoints", () => {
      const finetune = (file: string, messages: (string | RegExp)[]): BadCase => [
        "finetune",
        [...SMALL, ...KEEP, "--ssl-checkpoint", file],
        1,
        [file, ...messages],
      ];
      const init = (script: string, file: string, messages: (string | RegExp)[]): BadCase => [
        script,
        [...SMALL, ...KEEP, "--init", file],
        1,
        [file, ...messages],
      ];
      const evaluate = (file: string, messages: (string | RegExp)[]): BadCase => [
        "evaluate",
        [...SMALL, "--checkpoint", file],
        1,
        [file, ...messages],
      ];
      return ground.refuses([
        finetune("none.pt", ["there is no such file"]),
        finetune("text.pt", ["truncated or damaged"]),
        finetune("half.pt", ["truncated or damaged"]),
        finetune("folder.pt", ["it is a folder"]),
        finetune("cohort/RECORDS", [".pt or .safetensors"]),
        finetune("model.pt", ['need the key "encoder", found "model"']),
        finetune("keep.pt", ["36 missing: features.0.block.0.weight", "1 unexpected: weight"]),
        init("train-supervised", "foreign_model.pt", ["38 missing: encoder.features.0.block.0"]),
        // A classifier has no projection head.
        init("train-simclr", "model.pt", ["missing", "2 unexpected: head.weight, head.bias"]),
        init("train-supervised", "three.pt", ["head.weight needs [5, 256], got [3, 256]"]),
        evaluate("three.pt", ["3 outputs", "5 classes"]),
        evaluate("keep.pt", [
          'found "encoder" (an unknown model',
          'need the key "model" of a classifier',
        ]),
        evaluate("half.pt", ["truncated or damaged"]),
      ]);
    });

    await t.step("outputs, before any work", async () => {
      // A path below a file cannot be made, whoever asks; permissions would not stop root.
      const blocked = "model.pt/sub";
      const train = [...SMALL, "--epochs", 1, "--label-fraction", 1];
      await ground.refuses([
        ["train-supervised", [...train, "--out", `${blocked}/a.pt`], 1, ["--out", blocked]],
        ["train-supervised", [...train, "--out", "a.bin"], 1, ["a.bin", ".pt or .safetensors"]],
        ["train-supervised", [...train, "--out", "folder.pt"], 1, ["folder.pt", "it is a folder"]],
        ["train-supervised", [...train, "--out", "keep.pt", "--run-dir", blocked], 1, [
          blocked,
          "--run-dir",
        ]],
        ["train-simclr", [...SMALL, "--out", "keep.pt", "--run-dir", blocked], 1, ["--run-dir"]],
        ...["json", "predictions"].flatMap((flag): BadCase[] => {
          const evaluate = [...SMALL, "--checkpoint", "model.pt", `--${flag}`];
          return [
            ["evaluate", [...evaluate, `${blocked}/a`], 1, [`--${flag}`, blocked]],
            ["evaluate", [...evaluate, "folder.pt"], 1, [`--${flag}`, "it is a folder"]],
          ];
        }),
      ]);
    });

    await t.step("diverging runs", () =>
      ground.refuses([
        ["train-supervised", [...SMALL, ...KEEP, "--lr", "1e30"], 1, ["diverged", "--lr"]],
        ["train-simclr", [...SMALL, ...KEEP, "--lr", "1e30"], 1, ["diverged", "--lr"]],
      ]));

    await t.step("adapters", async () => {
      const gpu = await chooseDevice({ warn: () => {} });
      const { name } = gpu;
      gpu.destroy();
      await ground.refuses([
        ["evaluate", [...SMALL, "--checkpoint", "model.pt", "--adapter", "no such card"], 1, [
          'no adapter whose name contains "no such card"',
          name,
        ]],
      ]);
      const part = name.split(" ")[0].toUpperCase();
      await ground.succeed("evaluate", [...SMALL, "--checkpoint", "model.pt", "--adapter", part]);
      if (Deno.build.os !== "linux") return;
      await ground.refuses(
        [["train-supervised", [...SMALL, ...KEEP], 1, [
          "Found no WebGPU adapter",
          "mesa-vulkan-drivers",
        ]]],
        {
          VK_DRIVER_FILES: "/nonexistent",
          VK_ICD_FILENAMES: "/nonexistent",
          DENO_WEBGPU_BACKEND: "vulkan",
        },
      );
    });
  });
});

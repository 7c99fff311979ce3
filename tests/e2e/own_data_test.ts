/** Training on one's own records: a table of paths and labels, and a folder without labels. */

import { assert, assertEquals } from "@std/assert";
import { Playground, SMALL } from "./command_line.ts";

Deno.test("train-supervised on --labels-csv, its checkpoint with the table's own classes", () =>
  Playground.with(async (ground) => {
    // The cohort's records under other class names: present or not, by the superclass NORM.
    const database = ground.csv("cohort/ptbxl_database.csv");
    const column = (name: string) => database[0].indexOf(name);
    const rows = database.slice(1).map((row, i) => [
      row[column("filename_lr")],
      row[column("patient_id")].replace(/\.0$/, ""),
      /NORM/.test(row[column("scp_codes")]) ? 1 : 0,
      i % 2,
    ]);
    await Deno.writeTextFile(
      ground.path("own.csv"),
      [["path", "patient", "healthy", "odd"], ...rows].map((row) => row.join()).join("\n") + "\n",
    );
    const small = SMALL.slice(2);
    const data = ["--labels-csv", "own.csv", "--data-root", "cohort"];
    const out = await ground.succeed("train-supervised", [
      ...data,
      ...small,
      "--epochs",
      1,
      "--label-fraction",
      1,
      "--out",
      "own.pt",
    ]);
    assert(/Classes: healthy \d+, odd 40/.test(out), out);
    assert(
      /evaluate --checkpoint own.pt --data-root cohort\s+--labels-csv own.csv/.test(out),
      out,
    );
    await ground.succeed("evaluate", [
      "--checkpoint",
      "own.pt",
      ...data,
      "--signal-length",
      128,
      "--json",
      "own.json",
    ]);
    assertEquals(Object.keys(ground.json("own.json").per_class), ["healthy", "odd"]);
    // Other classes of the same records are another task.
    const other = await ground.run("evaluate", ["--checkpoint", "own.pt", "--data-root", "cohort"]);
    assertEquals(other.code, 1);
    assert(other.error.includes("its head has 2 outputs, the data 5 classes"), other.error);

    for (
      const [args, code, message] of [
        [["--labels-csv", "none.csv"], 1, "none.csv"],
        [["--units", "mV"], 2, "for --labels-csv"],
        [["--labels-csv", "own.csv"], 1, "own.csv"], // paths relative to the table
      ] as const
    ) {
      const outcome = await ground.run("train-supervised", [...args, ...small, "--epochs", 1]);
      assertEquals(outcome.code, code, outcome.error);
      assert(outcome.error.includes(message) && !/\n +at /.test(outcome.error), outcome.error);
    }
  }));

Deno.test("a folder of records: pretraining takes it, what needs labels says so", () =>
  Playground.with(async (ground) => {
    await Deno.rename(ground.path("cohort/records100"), ground.path("folder"));
    const args = ["--data-root", "folder", "--signal-length", 128, "--batch-size", 16, "--no-tune"];
    const out = await ground.succeed("train-simclr", [...args, "--epochs", 1, "--out", "a.pt"]);
    assert(out.includes("Record folder"), out);
    assert(out.includes("have no labels"), out);
    const outcome = await ground.run("train-supervised", [...args, "--epochs", 1]);
    assertEquals(outcome.code, 1);
    assert(outcome.error.includes("Give a table of them with --labels-csv"), outcome.error);
  }));

/** Probabilities and pictures of single ECGs as a user asks for them. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { command } from "../../scripts/predict.ts";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { executeCommand } from "../../src/console/flags/run_command.ts";
import { waveCsv, writeWave } from "../data/files/record_files.ts";
import { randomClassifier, randomState } from "../support/random_classifier.ts";
import { Playground, words } from "./command_line.ts";

/** A classifier, an encoder, and ECGs of several kinds in a folder. */
async function withEcgs(body: (ground: Playground) => Promise<void>): Promise<void> {
  await Playground.with(async (ground) => {
    await writeCheckpoint(ground.path("model.pt"), randomClassifier(1));
    await writeCheckpoint(ground.path("encoder.pt"), {
      sections: new Map([["encoder", randomState(1)]]),
      metadata: {},
    });
    Deno.mkdirSync(ground.path("ecgs"));
    Deno.mkdirSync(ground.path("empty"));
    writeWave(ground.path("ecgs"), "long", 500, 7500);
    writeWave(ground.path("ecgs"), "short", 100, 800);
    Deno.writeTextFileSync(ground.path("ecgs/wave.csv"), waveCsv(500, 5000));
    Deno.writeTextFileSync(ground.path("notes.txt"), "no ECG");
    await body(ground);
  }, 1);
}

const COMMAND = ["--no-tune", "--checkpoint", "model.pt"] as const;

Deno.test("predict: table, facts, pictures, CSV and JSON of a folder and a bad file", () =>
  withEcgs(async (ground) => {
    const out = await ground.succeed("predict", [
      ...COMMAND,
      ...words("--sampling-rate 500 --csv made/all.csv"),
      ...words("--json made/all.json --figure made ecgs/wave.csv notes.txt"),
    ]);
    assertStringIncludes(out, "The checkpoint does not say: 100 Hz, 1,000 samples");
    assertStringIncludes(out.replaceAll(/\s+/g, " "), "five outputs are taken for PTB-XL's NORM");
    assert(/^ECG +NORM +MI +STTC +HYP +CD +marked$/m.test(out), out);
    assert(/^wave\.csv( +[01]\.\d{3}){5} +\w/m.test(out), out);
    assertStringIncludes(out, "10 s at 500 Hz; resampled to 100 Hz; 12 leads by name");
    assertStringIncludes(out, "Left out 1:\n  Cannot read notes.txt: need a WFDB record");
    assertStringIncludes(out, "Figure  made/wave.svg");
    assertStringIncludes(out, "no medical device");
    const json = ground.json("made/all.json");
    const [head, row] = ground.csv("made/all.csv");
    assertEquals(head, ["file", "windows", ...json.class_names, "marked"]);
    const { probabilities, marked, figure } = json.ecgs[0];
    assertEquals(
      row.slice(2, 7).map(Number),
      json.class_names.map((c: string) => probabilities[c]),
    );
    assertEquals(row[7], marked.join("; "));
    assertEquals([figure, json.left_out[0].file], ["made/wave.svg", "notes.txt"]);
    assert(Deno.readTextFileSync(ground.path("made/wave.svg")).includes("aVF"));

    // All JSON on standard output, nothing else there; long and short records.
    const { code, out: piped, error } = await ground.run("predict", [
      ...COMMAND,
      ...words("ecgs/long.hea ecgs/short --json - --no-figure"),
    ]);
    assertEquals(code, 0, error);
    const [long, short] = JSON.parse(piped).ecgs;
    assertEquals([long.windows.length, long.windows[1].start, long.figure], [2, 5, null]);
    assertEquals([short.seconds_of_zeros, short.resampled], [2, false]);
    assertStringIncludes(error, "mean of 2 windows, the last from 5 s on");
    assertStringIncludes(error, "2 s of zeros added");
  }));

Deno.test("predict: bad input is named, exit code 1 or 2", () =>
  withEcgs(async (ground) => {
    const [model, ecgs] = ["--checkpoint=" + ground.path("model.pt"), ground.path("ecgs")];
    const cases: [args: string[], code: number, message: string][] = [
      [[model], 2, "ECG... is missing"],
      [[model, ecgs, "--threshold", "2"], 2, "--threshold was given 2: give a number in [0, 1]"],
      [[model, ecgs, "--units", "kV"], 2, "--units was given kV"],
      [[model, ecgs, "--figure", "a.svg"], 2, "--figure a.svg is one file, there are 3 ECGs"],
      [[model, ecgs, "--figure", ground.path("notes.txt/a")], 1, "Choose another --figure"],
      [[model, ecgs, "--no-figure", "--json", ground.path("empty")], 1, "it is a folder"],
      [[`--checkpoint=${ground.path("none.pt")}`, ecgs, "--no-figure"], 1, "there is no such file"],
      [
        [`--checkpoint=${ground.path("encoder.pt")}`, ecgs, "--no-figure"],
        1,
        'need the key "model" of a classifier',
      ],
      [[model, ground.path("empty"), ecgs, "--no-figure", "--strict"], 1, "Found no ECG in"],
    ];
    for (const [args, code, message] of cases) {
      const lines: string[] = [];
      const say = (line: string) => lines.push(line);
      const about = `${args.join(" ")}: ${message}`;
      assertEquals(await executeCommand(command, args, { out: say, error: say }), code, about);
      assert(lines.join("\n").includes(message), `${about} is not in ${lines.join("\n")}`);
    }
    // What is found later, in processes of their own.
    await ground.refuses([
      ["predict", [...COMMAND, "ecgs/wave.csv"], 1, ["wave.csv: its sampling rate is not known"]],
      ["predict", [...COMMAND, "empty", "notes.txt"], 1, ["None of the 2 ECGs could be read"]],
    ]);
  }));

/** Robustness sweeps and tables of many checkpoints as a user runs them. */

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { multilabelMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { randomClassifier, randomState } from "../support/random_classifier.ts";
import { type BadCase, Playground, SMALL, words } from "./command_line.ts";

/** Checkpoints that need no training: three classifiers, an encoder, a damaged file. */
async function withCheckpoints(body: (ground: Playground) => Promise<void>): Promise<void> {
  await Playground.with(async (ground) => {
    const facts = { method: "supervised", epoch: 3, sampling_rate: 100 };
    await writeCheckpoint(ground.path("checkpoints/a.pt"), randomClassifier(1, facts));
    await writeCheckpoint(ground.path("checkpoints/more/b.safetensors"), randomClassifier(2));
    await writeCheckpoint(
      ground.path("checkpoints/c.pt"),
      randomClassifier(1, {
        ...facts,
        normalisation: {
          kind: "train",
          mean: Array(12).fill(0.1),
          standard_deviation: Array(12).fill(0.05),
        },
      }),
    );
    await writeCheckpoint(ground.path("checkpoints/encoder.pt"), {
      sections: new Map([["encoder", randomState(1)]]),
      metadata: {},
    });
    Deno.writeTextFileSync(ground.path("checkpoints/text.pt"), "not a checkpoint");
    await body(ground);
  });
}

Deno.test("evaluate sweeps noise and gaps: table, JSON, predictions, picture", () =>
  withCheckpoints(async (ground) => {
    const out = await ground.succeed("evaluate", [
      ...SMALL,
      ...words("--checkpoint checkpoints/c.pt --noise-std 0.3,0.1 --mask-ratio 0.4"),
      ...words("--json sweep.json --predictions sweep.csv --figure made/sweep.svg"),
    ]);
    for (const line of [/^clean +0\.\d{4}/m, /^noise 0\.1 mV +0/m, /^40% zeroed .*-?0\.\d{4}/m]) {
      assert(line.test(out), `${line} in ${out}`);
    }
    const { sweep, metrics, noise_std } = ground.json("sweep.json");
    assertEquals(noise_std, 0, "the whole file is about the clean records but for the sweep");
    assertEquals(
      sweep.map((each: Record<string, number>) => [each.noise_std, each.mask_ratio]),
      [[0, 0], [0.1, 0], [0.3, 0], [0, 0.4]],
    );
    assertEquals(sweep[0].metrics, metrics);
    assertEquals(sweep[0].change_from_clean, null);
    // The predictions give the metrics and the changes back.
    const set = await loadPtbXl(ground.path("cohort"), { signalLength: 128, cache: false });
    const rows = [...set.folds.keys()].filter((row) => set.folds[row] === 10);
    const labels = rows.flatMap((row) => [...set.labels.subarray(5 * row, 5 * row + 5)]);
    const [head, ...lines] = ground.csv("sweep.csv");
    assertEquals(head, ["noise_std", "mask_ratio", "ecg_id", ...set.classNames]);
    assertEquals(lines.length, 4 * rows.length);
    for (const each of sweep) {
      const chosen = lines.filter(([noise, gap]) =>
        Number(noise) === each.noise_std && Number(gap) === each.mask_ratio
      );
      assertEquals(chosen.map(([, , id]) => Number(id)), rows.map((row) => set.ids[row]));
      const probabilities = chosen.flatMap((line) => line.slice(3).map(Number));
      const again = multilabelMetrics(labels, probabilities, { classes: 5 });
      assertEquals(each.metrics, again);
      const { auroc_macro } = each.change_from_clean ?? { auroc_macro: { estimate: 0 } };
      assertEquals(auroc_macro.estimate, again.auroc_macro - metrics.auroc_macro);
    }
    const figure = Deno.readTextFileSync(ground.path("made/sweep.svg"));
    assertStringIncludes(figure, "Zeroed part of the record");
    assert(!/NaN|undefined|Infinity/.test(figure));

    // One condition alone, in batches of another size, gives what the sweep gave.
    await ground.succeed("evaluate", [
      ...SMALL,
      ...words("--checkpoint checkpoints/c.pt --noise-std 0.3"),
      ...words("--batch-size 3 --predictions one.csv"),
    ]);
    const alone = ground.csv("one.csv").slice(1).flat().map(Number);
    const swept = lines.filter(([noise]) => noise === "0.3").flatMap((line) => line.slice(2));
    // Other kernels may serve other batches: float32 rounding only.
    swept.forEach((value, i) => assertAlmostEquals(Number(value), alone[i], 2e-5));
  }));

Deno.test("evaluate-all: one table of a folder, each file as evaluate has it", () =>
  withCheckpoints(async (ground) => {
    const out = await ground.succeed("evaluate-all", [
      ...SMALL,
      ...words("--csv all.csv --json all.json --figure all.svg"),
    ]);
    const json = ground.json("all.json");
    const files = json.checkpoints.map((each: { checkpoint: string }) => each.checkpoint);
    const names = ["checkpoints/a.pt", "checkpoints/c.pt", "checkpoints/more/b.safetensors"];
    assertEquals(files.toSorted(), names);
    const scores = json.checkpoints.map((each: { metrics: { auroc_macro: number } }) =>
      each.metrics.auroc_macro
    );
    assertEquals(scores, scores.toSorted((a: number, b: number) => b - a));
    const places = files.map((file: string) => out.indexOf(`\n${file} `));
    assert(places.every((place: number) => place > 0), out);
    assertEquals(places, places.toSorted((a: number, b: number) => a - b), "sorted in the table");
    assertEquals(
      json.left_out.map((each: { checkpoint: string }) => each.checkpoint),
      ["checkpoints/encoder.pt", "checkpoints/text.pt"],
    );
    assertStringIncludes(out, "Left out 2:");
    assertStringIncludes(out, 'need the key "model" of a classifier');
    const [head, ...table] = ground.csv("all.csv");
    const column = (name: string) => head.indexOf(name);
    assertEquals(table.map((line) => line[column("checkpoint")]), files);
    json.checkpoints.forEach((each: Record<string, Record<string, number>>, i: number) => {
      for (const name of ["auroc_macro", "f1_macro", "sensitivity_micro", "specificity_micro"]) {
        assertEquals(Number(table[i][column(name)]), each.metrics[name]);
        assert(Number(table[i][column(`${name}_low`)]) <= each.metrics[name]);
      }
    });
    const bare = table.find((line) => line[0].endsWith("b.safetensors"))!;
    assertEquals([bare[1], bare[3], bare[4]], ["", "", "none"]);
    assertStringIncludes(Deno.readTextFileSync(ground.path("all.svg")), ">checkpoints/c.pt</text>");

    await ground.succeed("evaluate", [
      ...SMALL,
      ...words("--checkpoint checkpoints/c.pt --json c.json"),
    ]);
    const one = ground.json("c.json");
    const same = json.checkpoints[files.indexOf("checkpoints/c.pt")];
    for (const field of ["metrics", "intervals_95", "per_class", "checkpoint_sha256"]) {
      assertEquals(same[field], one[field], field);
    }
    // Two files, as a shell expands checkpoints/*.pt; the default folder is then left alone.
    const two = await ground.succeed("evaluate-all", [...SMALL, ...names.slice(0, 2)]);
    assertStringIncludes(two, "Checkpoints    2\n");
  }));

Deno.test("evaluation: bad input is named, exit code 1 or 2", () =>
  withCheckpoints(async (ground) => {
    const evaluate = ["--checkpoint", "checkpoints/a.pt"];
    const small = (
      script: string,
      args: (string | number)[],
      code: number,
      message: string,
    ): BadCase => [script, [...SMALL, ...args], code, [message]];
    await ground.refuses([
      small("evaluate", [...evaluate, "--noise-std", "0.1,-1"], 2, "--noise-std was given -1"),
      small("evaluate", [...evaluate, "--noise-std", "0.1,,1"], 2, "each of at least 0"),
      small("evaluate", [...evaluate, "--mask-ratio", "0.1,1"], 2, "each in [0, 1)"),
      small("evaluate", [...evaluate, "--figure", "a.svg"], 2, "--figure draws a sweep"),
      small(
        "evaluate",
        [...evaluate, "--noise-std", "1,2", "--figure", "cohort"],
        1,
        "is a folder",
      ),
      small("evaluate", [...evaluate, "--noise-std", "1e39"], 1, "exceeds single precision"),
      small("evaluate-all", ["--checkpoints", "none/*.pt"], 1, "Found no checkpoint none/*.pt"),
      small("evaluate-all", ["--checkpoints", "cohort"], 1, "Found no .pt or .safetensors file"),
      small("evaluate-all", ["--csv", "cohort"], 1, "--csv"),
      small(
        "evaluate-all",
        words("checkpoints/encoder.pt checkpoints/text.pt --csv x.csv"),
        1,
        "evaluate-all found no checkpoint that it can evaluate",
      ),
    ]);
    for (const file of ["a.svg", "x.csv"]) {
      assert(![...Deno.readDirSync(ground.folder)].some(({ name }) => name === file), file);
    }
  }));

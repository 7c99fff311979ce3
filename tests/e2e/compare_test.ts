/** The four comparing commands as a user runs them. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { CLASS_NAMES } from "../../src/data/signals/record_set.ts";
import { auroc } from "../../src/metrics/ranking.ts";
import { randomClassifier, randomEncoder, randomState } from "../support/random_classifier.ts";
import { type BadCase, Playground, SMALL, words } from "./command_line.ts";

const BCE = "checkpoints/supervised_bce_baseline.pt";
const FOCAL = "checkpoints/supervised.pt";

/** The documented files of the two losses, an encoder, and what cannot be compared. */
async function withCheckpoints(body: (ground: Playground) => Promise<void>): Promise<void> {
  await Playground.with(async (ground) => {
    const facts = { method: "supervised", class_names: CLASS_NAMES, sampling_rate: 100 };
    await writeCheckpoint(ground.path(BCE), randomClassifier(1, facts));
    await writeCheckpoint(
      ground.path(FOCAL),
      randomClassifier(2, {
        ...facts,
        normalisation: {
          kind: "train",
          mean: Array(12).fill(0.1),
          standard_deviation: Array(12).fill(0.05),
        },
      }),
    );
    await writeCheckpoint(
      ground.path("checkpoints/ssl_simclr.pt"),
      randomEncoder(3, { method: "simclr" }),
    );
    await body(ground);
  });
}

Deno.test("compare-baselines: encoders get a head once, sorted, with CSV, JSON and picture", () =>
  withCheckpoints(async (ground) => {
    const run = (...args: (string | number)[]) =>
      ground.succeed("compare-baselines", [
        ...SMALL,
        ...words("--epochs 2 --label-fraction 1 --csv all.csv"),
        ...words("--json all.json --figure made/all.svg"),
        ...args,
      ]);
    const out = await run();
    assertStringIncludes(out, "ssl_simclr: linear head trained\n");
    // What the documents name and nobody has made yet: the command, with the data of this one.
    const missing = "ssl_byol: there is no checkpoints/ssl_byol.pt. Make it with: deno task " +
      "train-byol --data-root cohort --signal-length 128";
    assertStringIncludes(out, missing);
    const json = ground.json("all.json");
    const names = Object.keys(json.checkpoints);
    assertEquals(names, ["supervised_bce_baseline", "supervised", "ssl_simclr"]);
    assertEquals([json.baseline, json.left_out.length], [names[0], 2]);
    const score = (name: string) => json.checkpoints[name].metrics.auroc_macro;
    const sorted = names.toSorted((a, b) => score(b) - score(a));
    assertEquals(json.best, sorted[0]);
    assertStringIncludes(out, `Best: ${sorted[0]}, AUROC ${score(sorted[0]).toFixed(4)}`);
    const places = sorted.map((name) => out.search(new RegExp(`^${name} .*0\\.\\d{4}`, "m")));
    assert(places.every((place) => place > 0), out);
    assertEquals(places, places.toSorted((a, b) => a - b), "the best on top");

    const { ssl_simclr: ssl, supervised } = json.checkpoints;
    assertEquals([ssl.kind, supervised.kind], ["frozen encoder, linear head", "classifier"]);
    assertEquals([ssl.checkpoint, ssl.method], ["checkpoints/ssl_simclr.pt", "simclr"]);
    assertEquals(
      (await readCheckpoint(ground.path(ssl.head_checkpoint))).metadata.epoch! >= 1,
      true,
    );
    assertEquals(json.checkpoints[names[0]].difference_from_baseline, null);
    // Each as evaluate has it, the new head included.
    for (const [name, path] of [["supervised", FOCAL], ["ssl_simclr", ssl.head_checkpoint]]) {
      await ground.succeed("evaluate", [...SMALL, "--checkpoint", path, "--json", "one.json"]);
      const one = ground.json("one.json");
      assertEquals(json.checkpoints[name].metrics, one.metrics);
      assertEquals(json.checkpoints[name].intervals_95, one.intervals_95);
    }
    const [head, ...table] = ground.csv("all.csv");
    assertEquals(table.map(([name]) => name), names);
    const value = (row: number, column: string) => table[row][head.indexOf(column)];
    for (const metric of ["auroc_macro", "f1_macro", "sensitivity_micro", "specificity_micro"]) {
      assertEquals(value(0, `${metric}_difference`), "", "the baseline");
      const difference = Number(value(1, metric)) - Number(value(0, metric));
      assertEquals(Number(value(1, `${metric}_difference`)), difference);
      assertEquals(supervised.difference_from_baseline[metric].estimate, difference);
    }
    const figure = Deno.readTextFileSync(ground.path("made/all.svg"));
    for (const text of [...names, "frozen encoder, linear head", "classifier"]) {
      assertStringIncludes(figure, `>${text}</text>`);
    }
    assert(!/NaN|undefined|Infinity/.test(figure));

    const before = ground.bytes(ssl.head_checkpoint);
    const again = await run("--baseline", "ssl_simclr");
    assertStringIncludes(again, "ssl_simclr: linear head trained before\n");
    assertEquals(ground.bytes(ssl.head_checkpoint), before);
    const turned = ground.json("all.json");
    assertEquals(turned.baseline, "ssl_simclr");
    assertEquals(turned.checkpoints.ssl_simclr.metrics, ssl.metrics);
  }));

Deno.test("compare-losses and quick-compare: differences in their unit, with paired intervals", () =>
  withCheckpoints(async (ground) => {
    const losses = await ground.succeed("compare-losses", [...SMALL, "--json", "losses.json"]);
    assertStringIncludes(losses, "Differences in points: 100 × (metric - baseline's metric)");
    const { checkpoints, difference_points, classes } = ground.json("losses.json");
    assertEquals(classes, [...CLASS_NAMES]);
    assertEquals(Object.keys(difference_points), ["unit", "supervised"]);
    const { supervised_bce_baseline: bce, supervised: focal } = checkpoints;
    for (const [metric, value] of Object.entries<number>(focal.metrics)) {
      const { estimate, low, high } = difference_points.supervised[metric];
      assertEquals(estimate, 100 * (value - bce.metrics[metric]));
      assert(low <= estimate && estimate <= high, metric);
      const sign = estimate < 0 ? "" : "\\+";
      const line = `^${metric} +${value.toFixed(4)} .* ${sign}${estimate.toFixed(2)} `;
      assert(new RegExp(line, "m").test(losses), `${line} in ${losses}`);
    }

    const quick = await ground.succeed("quick-compare", [
      ...SMALL,
      `focal=${FOCAL}`,
      `copy=${BCE}`,
      "--json",
      "quick.json",
    ]);
    const { copy } = ground.json("quick.json").checkpoints;
    assertEquals(copy.metrics, bce.metrics);
    for (const [metric, title] of [["auroc_macro", "AUROC"], ["f1_macro", "F1"]]) {
      const { low, high } = copy.difference_from_baseline[metric];
      const remark = low > 0
        ? "is higher than that of focal: the interval excludes 0"
        : high < 0
        ? "is lower than that of focal: the interval excludes 0"
        : "cannot be told from that of focal: the interval includes 0";
      assertStringIncludes(quick, `copy: ${title} ${remark}\n`);
    }
  }));

Deno.test("per-class-analysis: HYP comes before CD, rare classes and target, picture", () =>
  withCheckpoints(async (ground) => {
    const out = await ground.succeed("per-class-analysis", [
      ...SMALL,
      "--checkpoints",
      `${FOCAL},${BCE}`,
      ...words("--baseline supervised_bce_baseline --fold 1 --target 0.55"),
      ...words("--csv classes.csv --json classes.json --figure classes.svg"),
    ]);
    // Scores of each class from the predictions, by the names of their columns.
    await ground.succeed("evaluate", [
      ...SMALL,
      "--checkpoint",
      FOCAL,
      ...words("--fold 1 --predictions p.csv"),
    ]);
    const set = await loadPtbXl(ground.path("cohort"), { signalLength: 128, cache: false });
    const rows = [...set.folds.keys()].filter((row) => set.folds[row] === 1);
    const [, ...predictions] = ground.csv("p.csv");
    const json = ground.json("classes.json");
    const [head, ...table] = ground.csv("classes.csv");
    const column = (name: string) => head.indexOf(name);
    assertEquals(table.map(([name, , label]) => `${name} ${label}`), [
      ...CLASS_NAMES.map((name) => `supervised ${name}`),
      ...CLASS_NAMES.map((name) => `supervised_bce_baseline ${name}`),
    ]);
    for (const [c, name] of ["NORM", "MI", "STTC", "HYP", "CD"].entries()) {
      const labels = rows.map((row) => set.labels[5 * row + c]);
      const support = labels.reduce((sum, label) => sum + label, 0);
      const area = auroc(labels, predictions.map((line) => Number(line[1 + c])));
      const found = json.checkpoints.supervised.per_class[name];
      assertEquals([found.support, found.auroc], [support, Number.isNaN(area) ? null : area], name);
      assertEquals(Number(table[c][column("support")]), support);
      const other = table[c + 5];
      const difference = table[c][column("auroc")] === ""
        ? ""
        : String(Number(table[c][column("auroc")]) - Number(other[column("auroc")]));
      assertEquals(table[c][column("auroc_difference")], difference);
      assertEquals(other[column("auroc_difference")], "", "the baseline");
    }
    const positives = CLASS_NAMES.map((_, c) =>
      set.labels.reduce((sum, label, i) => i % 5 === c ? sum + label : sum, 0)
    );
    const rare = [...CLASS_NAMES.keys()].sort((a, b) => positives[a] - positives[b]).slice(0, 2)
      .map((c) => CLASS_NAMES[c]);
    assertEquals(Object.keys(json.target.classes), rare);
    assertEquals(json.target.auroc, 0.55);
    assertStringIncludes(
      out,
      `above 0.55 for the rarest classes of the data, ${rare.join(" and ")}`,
    );
    assertEquals(json.mean.supervised.auroc, json.checkpoints.supervised.metrics.auroc_macro);
    assert(/^mean +0\.\d{4} /m.test(out), out);
    const figure = Deno.readTextFileSync(ground.path("classes.svg"));
    assert(!/NaN|undefined|Infinity/.test(figure));
    for (const name of ["supervised", "supervised_bce_baseline"]) {
      assertStringIncludes(figure, `>${name}</text>`);
    }

    // One checkpoint is enough here; without names in the file a line says what is assumed.
    await writeCheckpoint(ground.path("bare.pt"), randomClassifier(4));
    const bare = await ground.succeed("per-class-analysis", [...SMALL, "bare.pt"]);
    assertStringIncludes(
      bare,
      "No class names in the file of bare: outputs taken as NORM, MI, STTC, HYP, CD",
    );
  }));

Deno.test("comparing: bad input is named, exit code 1 or 2", () =>
  withCheckpoints(async (ground) => {
    Deno.writeTextFileSync(ground.path("text.pt"), "not a checkpoint");
    await writeCheckpoint(ground.path("fast.pt"), randomClassifier(1, { sampling_rate: 500 }));
    await writeCheckpoint(ground.path("three.pt"), {
      sections: new Map([["model", randomState(1, { classes: 3 })]]),
      metadata: {},
    });
    const both = `${BCE},${FOCAL}`;
    const cases: BadCase[] = [
      ["quick-compare", ["--checkpoints", `a=${BCE},a=${FOCAL}`], 2, ["both are named a"]],
      ["quick-compare", ["--checkpoints", `a=,${FOCAL}`], 2, ["a= names no file"]],
      ["quick-compare", ["--checkpoints", `${BCE},,`], 2, ["texts separated by commas"]],
      ["quick-compare", [BCE, `x=./${BCE}`], 2, ["was given twice"]],
      ["quick-compare", ["--baseline", "supervized"], 2, ["Is supervised meant?"]],
      ["quick-compare", ["--checkpoints", "none/*.pt"], 1, ["Found no checkpoint none/*.pt"]],
      ["quick-compare", [BCE, "none.pt"], 1, ["needs two checkpoints", "found 1"]],
      ["quick-compare", [BCE, "b=none.pt", "--baseline", "b"], 1, [
        "Cannot compare with b: there is",
      ]],
      ["quick-compare", [BCE, FOCAL, "text.pt", "--baseline", "text"], 1, ["with text", "damaged"]],
      ["quick-compare", ["--checkpoints", both, "--json", "cohort"], 1, ["--json"]],
      ["per-class-analysis", ["text.pt", "--csv", "x.csv"], 1, ["no checkpoint that it can"]],
      ["per-class-analysis", [BCE, "--target", 1], 2, ["--target", "[0, 1)"]],
      ["compare-baselines", ["--label-fraction", 0], 2, ["--label-fraction"]],
    ];
    // What is left out is said on standard output, with the reason.
    const out = (await ground.run("compare-losses", [
      ...SMALL,
      BCE,
      "checkpoints/ssl_simclr.pt",
      "fast.pt",
      "three.pt",
      "text.pt",
      "none.pt",
    ])).out;
    for (
      const reason of [
        'ssl_simclr: Cannot load a classifier from checkpoints/ssl_simclr.pt: found "encoder"',
        "trained at 500 Hz, the data has 100 Hz",
        "its head has 3 outputs, the data 5 classes",
        "text.pt",
        "none: there is no none.pt\n",
      ]
    ) assertStringIncludes(out, reason);
    await ground.refuses(
      cases.map(([script, args, ...rest]) => [script, [...SMALL, ...args], ...rest]),
    );
    assert(!existsSync(ground.path("x.csv")));
  }));

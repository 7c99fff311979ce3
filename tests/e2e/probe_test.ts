/** Probes, embeddings and the online probe as a user runs them. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { decodeNpy } from "../../src/data/files/npy.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { multilabelMetrics } from "../../src/metrics/multilabel_metrics.ts";
import {
  fitLogisticRegression,
  predictProbabilities,
} from "../../src/estimators/logistic_regression.ts";
import { randomClassifier, randomEncoder } from "../support/random_classifier.ts";
import { type BadCase, Playground, SMALL } from "./command_line.ts";

const DATA = ["--data-root", "cohort", "--signal-length", 128, "--no-tune"] as const;

Deno.test("linear-probe, knn-probe and embed on one checkpoint", async (t) => {
  await Playground.with(async (ground) => {
    await writeCheckpoint(ground.path("a.pt"), randomClassifier(7, { sampling_rate: 100 }));
    const set = await loadPtbXl(ground.path("cohort"), { signalLength: 128, cache: false });
    const rowsOf = (...folds: number[]) =>
      [...set.ids.keys()].filter((row) => folds.includes(set.folds[row]));
    const labelsOf = (rows: number[]) =>
      rows.flatMap((row) => [...set.labels.subarray(5 * row, 5 * row + 5)]);
    const test = rowsOf(10);

    await t.step("embed: matrix and table, the same numbers in the same order", async () => {
      const out = await ground.succeed("embed", [...DATA, "--checkpoint", "a.pt"]);
      assert(/Features +80 records, 16 features of ECGEncoder1DCNN/.test(out), out);
      const { data, shape } = decodeNpy(ground.bytes("embeddings.npy"), "embeddings.npy");
      assertEquals(shape, [80, 16]);
      const [head, ...rows] = ground.csv("embeddings.csv");
      assertEquals(head.slice(0, 9), ["ecg_id", "patient_id", "fold", ...set.classNames, "f0"]);
      assertEquals(rows.map(([id]) => Number(id)), [...set.ids]);
      assertEquals(Float32Array.from(rows.flatMap((row) => row.slice(8).map(Number))), data);
    });

    await t.step("embed: the extension decides, folds are chosen", async () => {
      const embed = (...args: (string | number)[]) =>
        ground.succeed("embed", [...DATA, "--checkpoint", "a.pt", ...args]);
      await embed("--out", "made/b.npy", "--folds", "10,9");
      const rows = rowsOf(9, 10);
      const matrix = decodeNpy(ground.bytes("made/b.npy"), "b.npy");
      assertEquals(matrix.shape, [rows.length, 16]);
      assertEquals(
        ground.csv("made/b_rows.csv").slice(1).map((line) => line.slice(0, 3).map(Number)),
        rows.map((row) => [set.ids[row], set.patients[row], set.folds[row]]),
      );
      assert(!existsSync(ground.path("made/b.csv")));
      await embed("--out", "c.csv", "--folds", 9, "--normalize", "train");
      assertEquals(ground.csv("c.csv").length, 1 + rowsOf(9).length);
      assert(!existsSync(ground.path("c.npy")));
    });

    await t.step("linear-probe: what the exported features give, and what it says", async () => {
      const out = await ground.succeed("linear-probe", [
        ...DATA,
        ...["--checkpoint", "a.pt", "--C", 1, "--random-seeds", 2, "--seed", 5],
        ...["--json", "made/linear.json", "--predictions", "made/linear.csv"],
        ...["--figure", "made/linear.svg"],
      ]);
      for (const line of [/^checkpoint +0\.\d{4} /m, /^random, seed 6 +0\.\d{4} /m, /^gain /m]) {
        assert(line.test(out), `${line} in ${out}`);
      }
      const { data } = decodeNpy(ground.bytes("embeddings.npy"), "embeddings.npy");
      const features = (rows: number[]) =>
        rows.flatMap((row) => [...(data as Float32Array).subarray(16 * row, 16 * row + 16)]);
      const train = rowsOf(1, 2, 3, 4, 5, 6, 7, 8);
      const model = fitLogisticRegression(
        { features: features(train), labels: labelsOf(train) },
        5,
        1 / train.length,
      );
      const expected = predictProbabilities(model, features(test));
      const lines = ground.csv("made/linear.csv").slice(1);
      assertEquals(lines.map(([id]) => Number(id)), test.map((row) => set.ids[row]));
      // The same features and the same float64 arithmetic; other batches give the same bits.
      lines.flatMap((line) => line.slice(1).map(Number))
        .forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-12));
      const file = ground.json("made/linear.json");
      assertEquals(
        file.trained.metrics,
        multilabelMetrics(labelsOf(test), expected, { classes: 5 }),
      );
      assertEquals([file.trained.penalty, file.trained.converged], [1, true]);
      assertEquals(file.random.map(({ seed }: { seed: number }) => seed), [5, 6]);
      assertEquals([file.command, file.labelled, file.records], [
        "linear-probe",
        train.length,
        test.length,
      ]);
      assertAlmostEquals(
        file.gain.f1_macro.estimate,
        file.trained.metrics.f1_macro -
          (file.random[0].metrics.f1_macro + file.random[1].metrics.f1_macro) / 2,
        1e-12,
      );
      const svg = Deno.readTextFileSync(ground.path("made/linear.svg"));
      assert(svg.includes("random, seed 5") && !/NaN|undefined/.test(svg));
    });

    await t.step("linear-probe: C is chosen on fold 9; few labels", async () => {
      const out = await ground.succeed("linear-probe", [
        ...DATA,
        ...["--checkpoint", "a.pt", "--label-fraction", 0.02, "--random-seeds", 1],
        ...["--json", "few.json"],
      ]);
      assert(out.includes("C chosen on fold 9"), out);
      assert(/Nothing to learn about .*: all labeled records agree/.test(out), out);
      assert(out.includes("over the random encoder,"), out);
      const { trained, labelled } = ground.json("few.json");
      assertEquals(labelled, 1);
      assert("validation_auroc" in trained && trained.converged);
    });

    await t.step("knn-probe", async () => {
      const out = await ground.succeed("knn-probe", [
        ...DATA,
        ...["--checkpoint", "a.pt", "--k", 5, "--fold", 9, "--json", "knn.json"],
      ]);
      assert(/Probe +5 nearest neighbors, temperature 0.07/.test(out), out);
      const { probe, fold, random, trained } = ground.json("knn.json");
      assertEquals([probe, fold, random.length], [{ k: 5, temperature: 0.07 }, 9, 3]);
      assert(!("penalty" in trained));
    });

    await t.step("linear-probe --cross-validate: every record is reported on", async () => {
      await writeCheckpoint(ground.path("encoder.pt"), randomEncoder(7));
      const turned = [...DATA, "--checkpoint", "encoder.pt", "--cross-validate"];
      const out = await ground.succeed("linear-probe", [
        ...turned,
        ...["--random-seeds", 1, "--json", "turned.json", "--figure", "turned.svg"],
      ]);
      assert(/Each of 10 folds in turn, 80 records; /.test(out), out);
      assert(out.includes("C chosen on the fold before"), out);
      const { fold, records, trained } = ground.json("turned.json");
      assertEquals([fold, records, trained.fits.length, trained.fits[9].fold], [
        "each",
        80,
        10,
        10,
      ]);
      assert(Deno.readTextFileSync(ground.path("turned.svg")).includes("each of 10 folds in turn"));
      const both = await ground.run("linear-probe", [...turned, "--fold", 10]);
      assertEquals(both.code, 2);
      assert(both.error.includes("leave out --fold"), both.error);
    });

    await t.step("a folder of records without labels is embedded, not probed", async () => {
      await Deno.rename(ground.path("cohort/records100"), ground.path("folder"));
      const folder = ["--data-root", "folder", "--signal-length", 128, "--no-tune"];
      await ground.succeed("embed", [...folder, "--checkpoint", "a.pt", "--out", "own"]);
      const [head, first] = ground.csv("own.csv");
      assertEquals(head.slice(0, 5), ["ecg_id", "patient_id", "fold", "file", "f0"]);
      assert(/_lr/.test(first[3]), first[3]);
      const outcome = await ground.run("knn-probe", [...folder, "--checkpoint", "a.pt"]);
      assertEquals(outcome.code, 1);
      assert(outcome.error.includes("have no labels"), outcome.error);
      const pretrained = await ground.succeed("train-simclr", [
        ...folder,
        ...["--batch-size", 32, "--epochs", 1, "--out", "own.pt", "--run-dir", "own"],
        ...["--probe-every", 1],
      ]);
      assertEquals(
        pretrained.match(/(Online probe|Linear probe) +none, the records have no labels/g)?.length,
        2,
        pretrained,
      );
      assert(!existsSync(ground.path("own/probe_curve.svg")));
      await Deno.rename(ground.path("folder"), ground.path("cohort/records100"));
    });

    await t.step("bad input", async () => {
      await writeCheckpoint(ground.path("rate.pt"), randomClassifier(7, { sampling_rate: 500 }));
      Deno.writeTextFileSync(ground.path("text.pt"), "not a checkpoint");
      const probe = [...DATA, "--checkpoint", "a.pt"];
      const cases: BadCase[] = [
        ["linear-probe", [...DATA], 2, ["--checkpoint"]],
        ["linear-probe", [...probe, "--penalty", 0], 2, ["--C", "above 0"]],
        ["linear-probe", [...probe, "--label-fraction", 2], 2, ["(0, 1]"]],
        ["linear-probe", [...probe, "--fold", 11], 2, ["--fold"]],
        ["linear-probe", [...probe, "--fold", 9], 1, ["chosen on it", "--C"]],
        ["linear-probe", [...probe, "--random-seeds", 0], 2, ["--random-seeds"]],
        ["linear-probe", [...probe, "--json", "a.pt/x.json"], 1, ["--json"]],
        ["linear-probe", [...DATA, "--checkpoint", "none.pt"], 1, ["there is no such file"]],
        ["linear-probe", [...DATA, "--checkpoint", "text.pt"], 1, ["truncated or damaged"]],
        ["linear-probe", [...DATA, "--checkpoint", "rate.pt"], 1, ["500 Hz", "--resolution"]],
        ["knn-probe", [...probe, "--k", 0], 2, ["--k"]],
        ["knn-probe", [...probe, "--k", 1000], 1, ["Cannot find 1000", "smaller --k"]],
        ["knn-probe", [...probe, "--temperature", 0], 2, ["--temperature"]],
        ["embed", [...DATA], 2, ["--checkpoint"]],
        ["embed", [...probe, "--folds", 0], 2, ["--folds"]],
        ["embed", [...probe, "--out", "cohort.npy/x"], 1, ["--out"]],
        ["embed", [...probe, "--out", "folder"], 1, ["it is a folder", "--out"]],
        ["train-simclr", [...SMALL, "--probe", "svm"], 2, ["svm", "one of knn, linear"]],
        ["train-simclr", [...SMALL, "--probe-every", -1], 2, ["--probe-every"]],
      ];
      Deno.writeTextFileSync(ground.path("cohort.npy"), "");
      Deno.mkdirSync(ground.path("folder.csv"));
      await ground.refuses(cases);
    });
  });
});

Deno.test("train-simclr --probe-every: the same encoder, with a curve", () =>
  Playground.with(async (ground) => {
    const run = (name: string, ...more: (string | number)[]) =>
      ground.succeed("train-simclr", [
        ...SMALL,
        ...["--epochs", 2, "--out", `${name}.pt`, "--run-dir", name],
        ...more,
      ]);
    await run("plain");
    const out = await run("probed", "--probe-every", 1, "--probe", "linear");
    assertEquals(ground.bytes("probed.pt"), ground.bytes("plain.pt"));
    assert(/Online probe +Logistic regression on \d\d labeled records, AUROC on/.test(out), out);
    assert(/^Epoch 0\/2 {2}probe 0\.\d{4}$/m.test(out), out);
    assert(
      /^Epoch 2\/2 {2}loss \d\.\d{4} {2}spread \d\.\d\d {2}probe 0\.\d{4} {2}/m.test(out),
      out,
    );
    assert(out.includes("probed/probe_curve.svg"), out);
    const svg = Deno.readTextFileSync(ground.path("probed/probe_curve.svg"));
    assert(svg.includes("Logistic regression") && !/NaN|undefined/.test(svg));
    assert(!existsSync(ground.path("plain/probe_curve.svg")));
    const probes = ground.metrics("probed").filter(({ probe_auroc }) => probe_auroc !== undefined);
    assertEquals(probes.map(({ epoch }) => epoch), [0, 1, 2]);
    const spreads = ground.metrics("plain").filter(({ train_loss }) => train_loss !== undefined);
    for (const { embedding_spread } of spreads) assert(embedding_spread > 0);
    const { sections } = await readCheckpoint(ground.path("plain.pt"));
    assertEquals([...sections.keys()], ["encoder"]);
  }));

import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";
import {
  predictionsCsv,
  readTestPredictions,
  testPredictionsCsv,
} from "../../src/results/test_predictions.ts";
import { trainClassifier } from "../../src/training/train_classifier.ts";
import { classifierOptions, withSmallWorkspace } from "../support/small_workspace.ts";

Deno.test("predictions read back have the same bits, whatever a class is called", () => {
  const set = {
    ids: Int32Array.of(5, 6, 7),
    patients: Int32Array.of(1, 1, 2),
    classNames: ['a "b", c', "label_d"],
    labels: Float32Array.of(0, 1, 1, 1, 0, 0),
  };
  const probabilities = Float64Array.of(1 / 3, 1e-300, 0, 1, 0.1 + 0.2, Number.MIN_VALUE);
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, testPredictionsCsv(set, [2, 0, 1], probabilities));
  const read = readTestPredictions(path);
  assertEquals(read, {
    ids: ["7", "5", "6"],
    patients: ["2", "1", "1"],
    classNames: set.classNames,
    probabilities,
    labels: Uint8Array.of(0, 0, 0, 1, 1, 1),
  });
  Deno.removeSync(path);
});

Deno.test("a file that holds anything else is refused with the place", () => {
  const path = Deno.makeTempFileSync();
  for (
    const [text, message] of [
      ["", "its columns are none"],
      ["ecg_id,patient_id\n", "its columns are ecg_id, patient_id"],
      ["ecg_id,patient_id,MI,MI\n", "its columns are"],
      ["ecg_id,patient_id,MI,label_CD\n", "its columns are"],
      ["ecg_id,patient_id,MI,label_MI\n1,1,0.5\n", "line 2 has 3 cells"],
      ["ecg_id,patient_id,MI,label_MI\n1,1,,1\n", 'line 2 has the probability ""'],
      ["ecg_id,patient_id,MI,label_MI\n1,1,1,1\n2,1,1.5,1\n", 'line 3 has the probability "1.5"'],
      ["ecg_id,patient_id,MI,label_MI\n1,1,NaN,1\n", 'line 2 has the probability "NaN"'],
      ["ecg_id,patient_id,MI,label_MI\n1,1,0.5,2\n", 'line 2 has the label "2"'],
    ]
  ) {
    Deno.writeTextFileSync(path, text);
    assertThrows(() => readTestPredictions(path), UserError, message);
  }
  Deno.removeSync(path);
  assertThrows(() => readTestPredictions(path), UserError, path);
});

Deno.test("a classifier leaves predictions and class metrics that give its test metrics", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const options = { ...classifierOptions(folder, "run"), epochs: 2 };
    const result = await trainClassifier(workspace, options);
    const { set, split } = workspace;
    const read = readTestPredictions(options.runFolder);
    assertEquals(read.ids, Array.from(split.test, (row) => String(set.ids[row])));
    assertEquals(read.patients, Array.from(split.test, (row) => String(set.patients[row])));
    assertEquals(read.labels, Uint8Array.from(workspace.labelsOf(split.test)));
    const { loss: _, ...metrics } = result.test;
    const classes = set.classNames.length;
    assertEquals(multilabelMetrics(read.labels, read.probabilities, { classes }), metrics);

    const perClass = perClassMetrics(read.labels, read.probabilities, { classes });
    const expected = set.classNames.map((name, c) => {
      const { support, auroc, auprc, f1 } = perClass[c];
      return [name, { support, auroc, auprc, f1 }];
    });
    assertEquals(result.testPerClass, Object.fromEntries(expected));
    const stored = JSON.parse(Deno.readTextFileSync(`${options.runFolder}/result.json`));
    const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));
    assertEquals(stored.test_per_class, asJson(result.testPerClass));
    assertEquals(stored.validation_per_class, asJson(result.validationPerClass));
    assertEquals(Object.keys(stored.validation_per_class), [...set.classNames]);
    // The mean of the defined classes is the macro AUROC.
    const defined = Object.values(result.validationPerClass)
      .map(({ auroc }) => auroc).filter(Number.isFinite);
    const mean = defined.reduce((sum, auroc) => sum + auroc, 0) / defined.length;
    assert(
      Math.abs(mean - result.validation.auroc_macro) < 1e-12 ||
        (defined.length === 0 && Number.isNaN(result.validation.auroc_macro)),
    );
  }));

Deno.test("predictionsCsv(): ids and probabilities, a column a class", () => {
  const csv = predictionsCsv(
    { rows: Int32Array.of(2, 0), probabilities: Float64Array.of(0.25, 1, 0, 1e-9) },
    { ids: Int32Array.of(7, 8, 9), classNames: ["A", "B"] },
  );
  assertEquals(csv.trimEnd().split(/\r?\n/), ["ecg_id,A,B", "9,0.25,1", "7,0,1e-9"]);
});

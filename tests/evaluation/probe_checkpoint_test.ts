import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Checkpoint } from "../../src/checkpoint/state_dict.ts";
import { adviceFor } from "../../src/console/advice.ts";
import type { RecordSet } from "../../src/data/signals/record_set.ts";
import { synthesizeCohort } from "../../src/data/synthetic/cohort.ts";
import { UserError } from "../../src/errors.ts";
import { probeEncoder } from "../../src/evaluation/probe.ts";
import {
  probeCheckpoint,
  type ProbeCheckpointOptions,
  probeTurns,
} from "../../src/evaluation/probe_checkpoint.ts";
import { loadFeatureNetwork } from "../../src/evaluation/load_network.ts";
import { multilabelMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { randomClassifier, randomEncoder } from "../support/random_classifier.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

const KNN = { kind: "knn", k: 3, temperature: 0.07 } as const;
const LINEAR = { kind: "linear" } as const;

/** Small steps of one network: a probe of random weights against others. */
function options(change: Partial<ProbeCheckpointOptions> = {}): ProbeCheckpointOptions {
  return {
    checkpoint: randomClassifier(1),
    probe: KNN,
    fold: 10,
    labelFraction: 1,
    seed: 4,
    randomSeeds: 2,
    ...change,
  };
}

Deno.test("probeTurns(): fits on folds 1 to 8 without the fold reported on", () => {
  const set = synthesizeCohort({ records: 60, seed: 5, duration: 1.28 });
  const folds = (rows: Int32Array) =>
    [...new Set(Array.from(rows, (row) => set.folds[row]))].sort();
  const of = (fold: number, probe: ProbeCheckpointOptions["probe"] = KNN, labelFraction = 1) =>
    probeTurns(set, { probe, fold, labelFraction, seed: 1 })[0];
  assertEquals(folds(of(10).labeled), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(of(10).validation.length, 0, "neighbors choose nothing");
  assertEquals(folds(of(10, LINEAR).validation), [9]);
  assertEquals(of(10, { ...LINEAR, inverseRegularization: 1 }).validation.length, 0);
  assertEquals(folds(of(3, LINEAR).labeled), [1, 2, 4, 5, 6, 7, 8]);
  assertEquals(folds(of(3, LINEAR).test), [3]);
  const half = of(10, KNN, 0.5).labeled;
  assertEquals(half.length, Math.round(of(10).labeled.length / 2));
});

Deno.test("probeTurns(): cross-validation reports on every record once, and never fits to it", () => {
  const set = synthesizeCohort({ records: 60, seed: 5, duration: 1.28 });
  const turns = probeTurns(set, { probe: LINEAR, fold: "each", labelFraction: 1, seed: 1 });
  const tested = turns.flatMap(({ test }) => [...test]);
  assertEquals(tested.toSorted((a, b) => a - b), [...set.ids.keys()]);
  for (const { fold, labeled, validation, test } of turns) {
    const folds = (rows: Int32Array) => new Set(Array.from(rows, (row) => set.folds[row]));
    assertEquals(folds(test), new Set([fold]));
    assertEquals(folds(validation), new Set([fold === 1 ? 10 : fold - 1]));
    assertEquals(new Set([...labeled, ...validation, ...test]).size, 60, "no record twice");
  }
});

Deno.test("probeTurns(): says which rows are missing, and what to give instead", () => {
  const whole = synthesizeCohort({ records: 60, seed: 5, duration: 1.28 });
  const without = (fold: number): RecordSet => ({
    ...whole,
    folds: whole.folds.map((each) => each === fold ? 1 : each),
    patients: whole.ids,
  });
  const cases: [RecordSet, Partial<ProbeCheckpointOptions>, string][] = [
    [without(10), {}, "Fold 10 has no records"],
    [
      whole,
      { probe: LINEAR, fold: 9 },
      "Cannot report on fold 9: the regularization is chosen on it. Give --C",
    ],
    [without(9), { probe: LINEAR }, "fold 9 has no records. Give --C"],
    [whole, { labelFraction: 0 }, "label fraction of 0"],
    [whole, { probe: { ...KNN, k: 60 } }, "labeled records. Give a smaller --k"],
    [whole, { labelFraction: 0.1, probe: { ...KNN, k: 20 } }, "--k or a larger --label-fraction"],
    [{ ...whole, labels: whole.labels.map(() => 0) }, {}, "have no labels"],
    [{ ...whole, folds: whole.folds.map(() => 10) }, {}, "there are no training records"],
    [
      { ...whole, folds: whole.folds.map((fold) => 9 + fold % 2) },
      { fold: "each" },
      "need records in three folds or more, they are in 2",
    ],
  ];
  for (const [set, change, message] of cases) {
    const error = assertThrows(() => probeTurns(set, options(change)), UserError);
    assertStringIncludes(`${error.message}. ${adviceFor(error)}`, message);
  }
});

Deno.test("a linear probe agrees with the one of pretraining, and with its own predictions", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const checkpoint = randomClassifier(1);
    let last: number[] = [];
    const result = await probeCheckpoint(
      workspace,
      options({ checkpoint, probe: LINEAR, onProgress: (...progress) => last = progress }),
    );
    const { trained, random, turns: [{ labeled }], gain } = result;
    const rows = labeled.length + workspace.split.validation.length + workspace.split.test.length;
    assertEquals(last, [3 * rows, 3 * rows]);
    assertEquals([result.architecture, result.features], ["ECGEncoder1DCNN", 16]);
    const probed = async () => {
      using network = loadFeatureNetwork(gpu, checkpoint);
      return await probeEncoder(workspace, network, { seed: 4 });
    };
    const known = await probed();
    assertEquals(trained.metrics, known.test);
    assertAlmostEquals(
      1 / (trained.fits[0].inverseRegularization * labeled.length),
      known.l2,
      1e-12,
    );
    assert(trained.fits[0].converged);
    const labels = workspace.labelsOf(trained.rows);
    assertEquals(multilabelMetrics(labels, trained.probabilities, { classes: 5 }), trained.metrics);

    assertEquals(random.map(({ seed }) => seed), [4, 5]);
    const mean = (random[0].metrics.f1_macro + random[1].metrics.f1_macro) / 2;
    assertAlmostEquals(gain.overall.f1_macro.estimate, trained.metrics.f1_macro - mean, 1e-15);

    // C = 1 is another C than the one chosen, and the one that pretraining reports beside it.
    const unit = await probeCheckpoint(
      workspace,
      options({ checkpoint, probe: { ...LINEAR, inverseRegularization: 1 }, randomSeeds: 1 }),
    );
    assertEquals(unit.trained.metrics.auroc_macro, known.aurocAtUnitC);
    assertEquals(unit.trained.fits, [{ fold: 10, inverseRegularization: 1, converged: true }]);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("cross-validation joins the probes of all folds; on fold 10 it is the usual one", () =>
  withSmallWorkspace(async (workspace) => {
    const { set } = workspace;
    const checkpoint = randomEncoder(1);
    const probe = (fold: number | "each") =>
      probeCheckpoint(
        workspace,
        options({ checkpoint, probe: LINEAR, fold, labelFraction: 0.5, randomSeeds: 1 }),
      );
    const [{ trained, random, gain, turns }, usual] = [await probe("each"), await probe(10)];
    assertEquals(turns.map(({ fold }) => fold), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assertEquals(trained.rows.length, set.ids.length);
    for (const [network, one] of [[trained, usual.trained], [random[0], usual.random[0]]]) {
      assertEquals(network.fits.length, 10);
      assertEquals(network.fits[9], one.fits[0]);
      assertEquals(network.rows.slice(-one.rows.length), one.rows);
      assertEquals(network.probabilities.slice(-5 * one.rows.length), one.probabilities);
    }
    const labels = workspace.labelsOf(trained.rows);
    assertEquals(multilabelMetrics(labels, trained.probabilities, { classes: 5 }), trained.metrics);
    assertAlmostEquals(
      gain.overall.f1_macro.estimate,
      trained.metrics.f1_macro - random[0].metrics.f1_macro,
      1e-15,
    );
    await assertRejects(
      () => probeCheckpoint(workspace, options({ fold: "each" })),
      UserError,
      "Cannot cross-validate random.pt: it holds a classifier",
    );
  }));

Deno.test("a k-NN probe of the same weights gains nothing, to the bit", () =>
  withSmallWorkspace(async (workspace) => {
    // Made with the seed of the random network, whose features do not depend on a head.
    const { trained, random, gain } = await probeCheckpoint(
      workspace,
      options({ checkpoint: randomClassifier(4), randomSeeds: 1 }),
    );
    assertEquals(trained.fits, []);
    const labels = workspace.labelsOf(trained.rows);
    assertEquals(multilabelMetrics(labels, trained.probabilities, { classes: 5 }), trained.metrics);
    assertEquals(random[0].probabilities, trained.probabilities);
    const { estimate, low, high } = gain.overall.f1_macro;
    assertEquals([estimate, low, high], [0, 0, 0]);
  }));

Deno.test("probes refuse checkpoints that do not fit, and stop when asked", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const damaged: Checkpoint = randomClassifier(1);
    const bias = damaged.sections.get("model")!.get("encoder.features.5.block.1.bias")!;
    (bias.data as Float32Array)[0] = NaN;
    const cases: [Checkpoint, string][] = [
      [randomClassifier(1, { sampling_rate: 500 }), "trained at 500 Hz, the data has 100 Hz"],
      [{ sections: new Map(), metadata: {} }, "Cannot compute features with the checkpoint"],
      [damaged, "Cannot use the features of random.pt: one of record"],
    ];
    for (const [checkpoint, message] of cases) {
      await assertRejects(
        () => probeCheckpoint(workspace, options({ checkpoint })),
        UserError,
        message,
      );
    }
    const reason = new Error("stopped by the test");
    const stopped = await assertRejects(() =>
      probeCheckpoint(workspace, options({ signal: AbortSignal.abort(reason) }))
    );
    assertEquals(stopped, reason);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

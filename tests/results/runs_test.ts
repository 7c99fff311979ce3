/** Runs summed up, sorted and compared, on run folders of every kind. */

import * as v from "valibot";
import { assert, assertEquals } from "@std/assert";
import { compareRuns } from "../../src/results/compare_runs.ts";
import type { Run } from "../../src/results/read_run.ts";
import { RUN_ORDERS, type RunSummary, sortRuns, summarizeRun } from "../../src/results/runs.ts";
import { runResult } from "../../src/results/run_files.ts";

const METRICS = {
  auroc_macro: 0.75,
  f1_macro: 0.5,
  sensitivity_micro: 0.25,
  specificity_micro: 0.125,
  validation_loss: 0.5,
};

/** A classifier with two of three epochs done, the first the best. */
const CLASSIFIER: Run = {
  path: "results/classifier",
  config: {
    command: "label-scarcity",
    method: "ssl_frozen",
    seed: 7,
    epochs: 3,
    loss: "bce",
    adam: { weightDecay: 1e-5 },
    started: "2026-01-01T00:00:00Z",
    commandLine: "deno task label-scarcity",
    out: "a.pt",
  },
  epochRows: [
    { epoch: 1, train_loss: 0.75, seconds: 2, ...METRICS, best: true },
    { epoch: 2, train_loss: 0.5, seconds: 3, ...METRICS, auroc_macro: 0.5, best: false },
  ],
  stepRows: [],
  result: null,
  state: "resumable",
};

const PRETRAINING: Run = {
  path: "results/pretraining",
  config: { command: "train-byol", seed: 1, epochs: 2, started: "2026-02-01T00:00:00Z" },
  epochRows: [
    { epoch: 0, probe_auroc: 0.5 },
    { epoch: 1, train_loss: 4, seconds: 1, embedding_spread: 1, probe_auroc: 0.625 },
    { epoch: 2, train_loss: null, seconds: 1, embedding_spread: 1 },
  ],
  stepRows: [],
  result: null,
  state: "unfinished",
};

Deno.test("a classifier in progress is measured in its best epoch, a finished one on the test fold", () => {
  const { started, ...summary } = summarizeRun(CLASSIFIER);
  assertEquals(started.toISOString(), "2026-01-01T00:00:00.000Z");
  assertEquals(summary, {
    path: "results/classifier",
    command: "label-scarcity",
    method: "ssl_frozen",
    seed: 7,
    epochsDone: 2,
    epochs: 3,
    auroc: 0.75,
    f1: 0.5,
    measuredOn: "validation",
    loss: 0.5,
    seconds: 5,
    state: "resumable",
  });
  const result = v.parse(runResult, { best_epoch: 1, test: { auroc_macro: null, f1_macro: 0.25 } });
  const finished = summarizeRun({ ...CLASSIFIER, result, state: "finished" });
  assertEquals([finished.auroc, finished.f1, finished.measuredOn], [NaN, 0.25, "test"]);
});

Deno.test("a pretraining is measured by its probe", () => {
  const running = summarizeRun(PRETRAINING);
  assertEquals([running.auroc, running.f1, running.measuredOn], [0.625, NaN, "probe"]);
  assertEquals([running.loss, running.epochsDone, running.method], [NaN, 2, null]);
  const result = v.parse(runResult, {
    probe: { test: { auroc_macro: 0.875, f1_macro: 0.5 } },
    epoch_losses: [4],
  });
  const finished = summarizeRun({ ...PRETRAINING, result });
  assertEquals([finished.auroc, finished.f1], [0.875, 0.5]);
  const bare = summarizeRun({ ...PRETRAINING, epochRows: [], result: { epoch_losses: [] } });
  assertEquals([bare.auroc, bare.measuredOn, bare.loss, bare.seconds], [NaN, null, NaN, 0]);
});

Deno.test("runs are sorted best first, those without the number last, newer before older", () => {
  const base = summarizeRun(CLASSIFIER);
  const summary = (path: string, day: number, change: Partial<RunSummary> = {}): RunSummary => ({
    ...base,
    path,
    started: new Date(Date.UTC(2026, 0, day)),
    ...change,
  });
  const runs = [
    summary("run2", 1, { auroc: 0.5, loss: 3, seed: 2, seconds: 9 }),
    summary("run10", 3, { auroc: NaN, loss: NaN, seed: 2 }),
    summary("run1", 2, { auroc: 0.75, loss: 1, seed: 10, command: "finetune" }),
  ];
  const order = (by: typeof RUN_ORDERS[number]) => sortRuns(runs, by).map(({ path }) => path);
  assertEquals(order("started"), ["run10", "run1", "run2"]);
  assertEquals(order("name"), ["run1", "run2", "run10"]);
  assertEquals(order("auroc"), ["run1", "run2", "run10"]);
  assertEquals(order("loss"), ["run1", "run2", "run10"]);
  assertEquals(order("seed"), ["run10", "run2", "run1"]);
  assertEquals(order("time"), ["run2", "run10", "run1"]);
  assertEquals(order("command"), ["run1", "run10", "run2"]);
  assertEquals(order("f1"), order("started"), "of equals the newer first");
  assertEquals(order("epochs"), order("started"));
});

Deno.test("compared are the settings that differ, not where and when", () => {
  const other: Run = {
    ...CLASSIFIER,
    config: {
      ...CLASSIFIER.config,
      adam: { weightDecay: 0 },
      started: "2027-01-01T00:00:00Z",
      commandLine: null,
      out: "b.pt",
      width: 32,
    },
  };
  assertEquals(compareRuns(CLASSIFIER, other).settings, [
    { name: "adam/weightDecay", a: 1e-5, b: 0 },
    { name: "width", a: undefined, b: 32 },
  ]);
  assertEquals(compareRuns(other, CLASSIFIER).settings[1], { name: "width", a: 32, b: undefined });
  assertEquals(compareRuns(other, other).settings, []);
});

Deno.test("metrics at the end stand side by side, also of a run in progress", () => {
  const result = v.parse(runResult, {
    best_epoch: 1,
    validation: { auroc_macro: 1 },
    test: { auroc_macro: null, f1_macro: 0.25 },
    checkpoint: "a.pt",
    epoch_losses: [1, 2],
  });
  const { metrics } = compareRuns(CLASSIFIER, { ...CLASSIFIER, result });
  const of = (name: string) => {
    const found = metrics.find((metric) => metric.name === name);
    return found && [found.a, found.b, found.difference];
  };
  assertEquals(of("validation/auroc_macro"), [0.75, 1, 0.25]);
  assertEquals(of("validation/loss"), [0.5, NaN, NaN]);
  assertEquals(of("test/f1_macro"), [NaN, 0.25, NaN]);
  assertEquals(of("train_loss"), [0.5, 0.5, 0]);
  assertEquals(of("epochs"), [2, 2, 0]);
  assertEquals(of("seconds"), [5, 5, 0]);
  assertEquals(of("checkpoint"), undefined);
});

Deno.test("curves are laid over each other only where they mean the same", () => {
  const named = (a: Run, b: Run) => {
    const { curves, missingCurves } = compareRuns(a, b, () => "regression (0 to 8)");
    return [curves.map(({ title }) => title), missingCurves.length];
  };
  const auroc = "Validation macro AUROC (0.5 = chance)";
  assertEquals(named(CLASSIFIER, CLASSIFIER), [["Training loss: bce (nats)", auroc], 0]);
  const focal = { ...CLASSIFIER, config: { ...CLASSIFIER.config, loss: "focal" } };
  assertEquals(named(CLASSIFIER, focal), [["Validation loss: cross-entropy (nats)", auroc], 0]);
  assertEquals(named(CLASSIFIER, PRETRAINING), [[], 1]);
  const probe = "Macro AUROC of the probe (0.5 = chance)";
  const loss = "Training loss: regression (0 to 8)";
  assertEquals(named(PRETRAINING, PRETRAINING), [[loss, probe], 0]);
  const simclr = { ...PRETRAINING, config: { ...PRETRAINING.config, command: "train-simclr" } };
  assertEquals(named(PRETRAINING, simclr), [[probe], 1]);
  const unprobed = {
    ...PRETRAINING,
    epochRows: PRETRAINING.epochRows.map(({ probe_auroc: _, ...row }) => row).slice(1),
  };
  assertEquals(named(PRETRAINING, unprobed), [[loss], 1]);
  assertEquals(named(CLASSIFIER, { ...CLASSIFIER, epochRows: [] }), [[], 1]);

  const [first, second] = compareRuns(PRETRAINING, PRETRAINING).curves;
  assertEquals(first.a, { epochs: [1, 2], values: [4, NaN] });
  assertEquals(second.a, { epochs: [0, 1], values: [0.5, 0.625] });
  assert(first.name === "loss" && second.name === "auroc");
});

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BENCH_FORMAT, type BenchReport } from "../../src/bench/bench.ts";
import { assertNoRegression, compareBenches, readBench } from "../../src/bench/compare.ts";
import { spread } from "../../src/bench/figures.ts";
import { renderComparison } from "../../src/bench/render.ts";
import { judgeTargets } from "../../src/bench/targets.ts";
import { UserError } from "../../src/errors.ts";

function stepFigures(rate: number, outside?: number) {
  return {
    batch: 64,
    samplesPerSecond: spread([rate]),
    hostShare: 0.02,
    device: outside === undefined ? undefined : { outside, input: { share: 0.01 } },
  };
}

function report(
  rates: Record<string, number>,
  adapter = "card",
  batch = 64,
): BenchReport {
  return {
    format: BENCH_FORMAT,
    machine: { adapter: { name: adapter, software: false } },
    settings: { batch, inferenceBatch: 64, quick: false },
    steps: Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [name, stepFigures(rate)]),
    ),
  } as unknown as BenchReport;
}

/** Samples/s of three steps. */
function three(simclr: number, finetune: number, inference: number) {
  return { simclr, finetune, inference };
}

Deno.test("assertNoRegression() fails from a fifth of the speed lost", () => {
  const before = report(three(100, 200, 400));
  assertNoRegression(compareBenches(before, report(three(81, 300, 330))));
  const slower = compareBenches(before, report(three(79, 200, 400)));
  assertEquals(slower.steps.map(({ ratio }) => ratio), [0.79, 1, 1]);
  const error = assertThrows(() => assertNoRegression(slower), UserError, "SimCLR 100.0 to 79.0");
  assertEquals(/Inference/.test((error as Error).message), false);
});

Deno.test("compareBenches() refuses another adapter and other settings", () => {
  const before = report(three(1, 1, 1));
  assertThrows(
    () => compareBenches(before, report(three(1, 1, 1), "other")),
    UserError,
    "adapter card, this one other",
  );
  assertThrows(
    () => compareBenches(before, report(three(1, 1, 1), "card", 32)),
    UserError,
    "batch 64, this one 32",
  );
});

Deno.test("compareBenches() compares what both have and names the rest", () => {
  const comparison = compareBenches(
    report({ simclr: 100, finetune: 200 }),
    report({ simclr: 110, byol: 50, masked: 60 }),
  );
  assertEquals(comparison.steps.map(({ name }) => name), ["SimCLR"]);
  assertEquals(comparison.onlyBefore, ["Fine-tuning"]);
  assertEquals(comparison.onlyNow, ["BYOL", "Masked reconstruction"]);
  const text = renderComparison(comparison);
  assert(text.includes("Not measured now: Fine-tuning"), text);
  assert(text.includes("Not in the stored benchmark: BYOL, Masked reconstruction"), text);
  assertThrows(
    () => compareBenches(report({ simclr: 1 }), report({ byol: 1 })),
    UserError,
    "has SimCLR, this one BYOL",
  );
});

Deno.test("readBench() takes nothing but a stored benchmark", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => readBench(`${folder}/none.json`), UserError, "none.json");
    await Deno.writeTextFile(`${folder}/other.json`, `{"format": "else"}`);
    await assertRejects(() => readBench(`${folder}/other.json`), UserError, "format");
    await Deno.writeTextFile(`${folder}/torn.json`, `{"format": `);
    await assertRejects(() => readBench(`${folder}/torn.json`), UserError, "torn.json");
    await Deno.writeTextFile(`${folder}/good.json`, JSON.stringify(report(three(1, 2, 3))));
    const { steps } = await readBench(`${folder}/good.json`);
    assertEquals(steps.finetune!.samplesPerSecond.median, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readBench() reads the first format, whose three steps were entries of their own", async () => {
  const { machine, settings, steps } = report(three(1, 2, 3));
  const file = await Deno.makeTempFile();
  try {
    const first = { format: "ssrl-ecg bench 1", machine, settings, ...steps };
    await Deno.writeTextFile(file, JSON.stringify(first));
    const comparison = compareBenches(
      await readBench(file),
      report({ simclr: 2, finetune: 2, byol: 5 }),
    );
    assertEquals(comparison.steps.map(({ name, ratio }) => [name, ratio]), [
      ["SimCLR", 2],
      ["Fine-tuning", 1],
    ]);
    assertEquals([comparison.onlyBefore, comparison.onlyNow], [["Inference"], ["BYOL"]]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("judgeTargets() asks of each kind of adapter what it should reach", () => {
  const judged = (software: boolean, seconds: number) =>
    judgeTargets({
      ...report(three(30, 60, 170)),
      machine: { adapter: { ...report({}).machine.adapter, software } },
      peaks: { gflops: 100, gigabytesPerSecond: 10 },
      startUp: {
        records: 3000,
        first: 9,
        second: spread([seconds]),
        upload: spread([0.1]),
      },
    }).map(({ name, met }) => [name, met]);
  assertEquals(judged(true, 1.9), [
    ["SimCLR", true],
    ["Inference", false],
    ["1,500 records from disk to the GPU", true],
  ]);
  assertEquals(judged(false, 2.1), [
    ["SimCLR's host time, of the step", true],
    ["1,500 records from disk to the GPU", false],
  ]);
});

Deno.test("judgeTargets() bounds the time outside matrix products on software adapters", () => {
  const judged = (software: boolean) =>
    judgeTargets({
      ...report({}),
      steps: {
        byol: stepFigures(1, 0.26),
        masked: stepFigures(1, 0.25),
        finetune: stepFigures(1, 0.9),
      } as unknown as BenchReport["steps"],
      machine: { adapter: { ...report({}).machine.adapter, software } },
    }).map(({ name, met }) => [name, met]);
  assertEquals(judged(true), [
    ["BYOL, outside matrix products", false],
    ["Masked reconstruction, outside matrix products", true],
  ]);
  assertEquals(judged(false), []);
});

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BENCH_FORMAT, type BenchReport } from "../../src/bench/bench.ts";
import { assertNoRegression, compareBenches, readBench } from "../../src/bench/compare.ts";
import { spread } from "../../src/bench/spread.ts";
import { judgeTargets } from "../../src/bench/targets.ts";
import { UserError } from "../../src/errors.ts";

function report(rates: number[], adapter = "card", batch = 64): BenchReport {
  const [simclr, finetune, inference] = rates.map((rate) => ({
    batch,
    samplesPerSecond: spread([rate]),
    hostShare: 0.02,
    device: undefined,
  }));
  return {
    format: BENCH_FORMAT,
    machine: { adapter: { name: adapter, software: false } },
    settings: { batch, inferenceBatch: 64, quick: false },
    simclr,
    finetune,
    inference,
  } as unknown as BenchReport;
}

Deno.test("assertNoRegression() fails from a fifth of the speed lost", () => {
  const before = report([100, 200, 400]);
  assertNoRegression(compareBenches(before, report([81, 300, 330])));
  const slower = compareBenches(before, report([79, 200, 400]));
  assertEquals(slower.map(({ ratio }) => ratio), [0.79, 1, 1]);
  const error = assertThrows(() => assertNoRegression(slower), UserError, "SimCLR step");
  assertEquals(/Inference/.test((error as Error).message), false);
});

Deno.test("compareBenches() refuses another adapter and other settings", () => {
  const before = report([1, 1, 1]);
  assertThrows(
    () => compareBenches(before, report([1, 1, 1], "other")),
    UserError,
    "adapter card, this one other",
  );
  assertThrows(
    () => compareBenches(before, report([1, 1, 1], "card", 32)),
    UserError,
    "batch 64, this one 32",
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
    await Deno.writeTextFile(`${folder}/good.json`, JSON.stringify(report([1, 2, 3])));
    assertEquals((await readBench(`${folder}/good.json`)).finetune.samplesPerSecond.median, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("judgeTargets() asks of each kind of adapter what it should reach", () => {
  const judged = (software: boolean, seconds: number) =>
    judgeTargets({
      ...report([30, 60, 170]),
      machine: { adapter: { ...report([1, 1, 1]).machine.adapter, software } },
      peaks: { gflops: 100, gigabytesPerSecond: 10 },
      startUp: {
        records: 3000,
        first: 9,
        second: spread([seconds]),
        upload: spread([0.1]),
      },
    }).map(({ name, met }) => [name, met]);
  assertEquals(judged(true, 1.9), [
    ["SimCLR step", true],
    ["Inference", false],
    ["1,500 records from disk to the GPU", true],
  ]);
  assertEquals(judged(false, 2.1), [
    ["Host time, of the step", true],
    ["1,500 records from disk to the GPU", false],
  ]);
});

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { BENCH_FORMAT, type BenchReport } from "../../src/bench/bench.ts";
import type { StepFigures } from "../../src/bench/measure_step.ts";
import { openGpu } from "../support/gpu.ts";
import { denoArguments } from "./command_line.ts";

/** Runs a script as a user does. */
async function run(
  script: string,
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: denoArguments(script, args),
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

Deno.test("bench prints its tables, writes figures that make sense and compares them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // So slow in the past that no machine is slower now.
    const past = { samplesPerSecond: { median: 1e-6, minimum: 1e-6, maximum: 1e-6, count: 1 } };
    const { gpu } = await openGpu();
    const before = {
      format: BENCH_FORMAT,
      machine: { adapter: { name: gpu.name } },
      settings: { batch: 2, inferenceBatch: 2, quick: true },
      steps: { inference: past, masked: past },
    };
    await Deno.writeTextFile(`${folder}/before.json`, JSON.stringify(before));
    const file = `${folder}/deep/now.json`;
    const { code, out, error } = await run(
      "bench",
      ...["--quick", "--no-tune", "--batch-size", "2", "--only", "simclr,byol,inference"],
      ...["--out", file, "--compare", `${folder}/before.json`],
    );
    assertEquals(code, 0, error);
    for (
      const words of [
        "Adapter",
        "Peaks",
        "Start      not measured",
        "samples/s",
        "share of time",
        "BYOL: kernel",
        "BYOL, outside matrix products",
        `Figures: ${file}`,
        "Not measured now: Masked reconstruction",
        "Not in the stored benchmark: SimCLR, BYOL",
      ]
    ) {
      assertStringIncludes(out, words);
    }
    const report: BenchReport = JSON.parse(await Deno.readTextFile(file));
    assertEquals(report.format, BENCH_FORMAT);
    assertEquals(report.machine.deno, Deno.version.deno);
    assert(report.machine.adapter.name !== "" && report.machine.processor !== "");
    assert(!Number.isNaN(Date.parse(report.date)));
    assert(report.peaks.gflops > 0 && report.peaks.gigabytesPerSecond > 0);
    assertEquals(Object.keys(report.steps), ["simclr", "byol", "inference"]);
    for (const step of Object.values(report.steps) as StepFigures[]) {
      const { samplesPerSecond, milliseconds, hostMilliseconds } = step;
      assert(samplesPerSecond.minimum > 0);
      assert(samplesPerSecond.minimum <= samplesPerSecond.median);
      assert(samplesPerSecond.median <= samplesPerSecond.maximum);
      assert(hostMilliseconds.median > 0 && hostMilliseconds.median < milliseconds.median);
      if (!report.machine.adapter.timestamps) continue;
      const { convolutions, linear, input, rest, outside } = step.device!;
      const shares = [convolutions.all, linear, input, rest].map(({ share }) => share);
      assert(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-4, `shares sum to 1: ${shares}`);
      assertAlmostEquals(outside, input.share + rest.share, 1e-4);
      assert(convolutions.forward.gflops > 0);
    }
    // Two views through forward and backward pass against one view forward: 6 times, less the first
    // layer's input gradient, plus the projection head (5 %).
    const perRecord = report.steps.simclr!.flops / report.steps.inference!.flops;
    assert(perRecord > 5.7 && perRecord < 6.4, `${perRecord}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bench says at once what is wrong with its files", async () => {
  const missing = await run("bench", "--quick", "--compare", "/nowhere/then.json");
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.error, "/nowhere/then.json");
  assert(!missing.error.includes("    at "), "no stack trace");
  const noData = await run("bench", "--quick", "--data-root", "/nowhere");
  assertEquals(noData.code, 1);
  assertStringIncludes(noData.error, "--data-root");
});

Deno.test("bench-peers --help names the contenders and the flags", async () => {
  const { code, out } = await run("bench_peers", "--help");
  assertEquals(code, 0);
  for (const words of ["jax-js", "TensorFlow.js", "PyTorch", "--rounds", "--batch-size"]) {
    assertStringIncludes(out, words);
  }
});

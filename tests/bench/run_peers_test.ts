import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { readProblem, TRAINED, writeProblem } from "../../src/bench/peers/problem.ts";
import { LOSS_TOLERANCE } from "../../src/bench/peers/report.ts";
import { makeProblem, runPeers, summarize } from "../../src/bench/peers/run_peers.ts";

Deno.test("a problem is read as it was written, and holds every trained tensor", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const problem = makeProblem(2);
    await writeProblem(folder, problem);
    const read = await readProblem(folder);
    for (const name of [...TRAINED, "x"]) {
      const { shape, data } = problem.get(name)!;
      assertEquals(
        read(name),
        { shape: [...shape], data: data as Float32Array<ArrayBuffer> },
        name,
      );
    }
    assertEquals(read("x").shape, [4, 1000, 12]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("summarize() takes the median of the rounds' ratios, not the ratio of medians", () => {
  const answer = (name: string, milliseconds: number[]) =>
    [
      name,
      milliseconds.map((each) => ({
        name,
        about: "",
        losses: [2, 1],
        steps: 1,
        milliseconds: each,
      })),
    ] as const;
  const [ours, other] = summarize(
    new Map([answer("this project", [10, 100, 20]), answer("other", [30, 200, 200])]),
    8,
  );
  assertEquals(ours.ratio, undefined);
  assertEquals(ours.samplesPerSecond.median, 400);
  assertEquals(other.ratio, { median: 3, minimum: 2, maximum: 10, count: 3 });
  assertEquals(other.firstLossDifference, 0);
});

// PyTorch takes part where a python3 has it; the other packages would have to be downloaded.
Deno.test("runPeers() runs contenders in processes; PyTorch computes the same losses", async () => {
  const { figures, skipped } = await runPeers({
    batch: 2,
    rounds: 1,
    seconds: 0.01,
    contenders: ["pytorch"],
  });
  assertEquals(figures[0].name, "this project");
  assertEquals(figures.length + skipped.length, 2, JSON.stringify(skipped));
  const [first, second, last] = figures[0].losses;
  assert(last < first, `the loss falls: ${figures[0].losses}`);
  for (const other of figures.slice(1)) {
    assert(other.firstLossDifference < LOSS_TOLERANCE, `${other.name}: ${other.losses}`);
    // One Adam step later the same again: gradients and optimizer agree as well. Adam divides by
    // the gradient's size, so rounding in tiny gradients weighs more: 1 %.
    assertAlmostEquals(other.losses[1] / second, 1, 0.01, other.name);
  }
});

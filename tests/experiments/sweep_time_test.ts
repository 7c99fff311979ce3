import { assertAlmostEquals, assertEquals } from "@std/assert";
import { SweepTime } from "../../src/experiments/sweep_time.ts";

const PRETRAINING = { kind: "pretraining", epochs: 2, epochCost: 60, overheadCost: 20 };
const FINE_TUNING = { kind: "fine-tuning", epochs: 10, epochCost: 6, overheadCost: 2 };

/** A sweep of three runs on a clock that is moved by hand. */
function sweep() {
  const clock = { seconds: 0 };
  const runs = Array.from({ length: 3 }, () => [PRETRAINING, FINE_TUNING]);
  const time = new SweepTime(runs, () => 1000 * clock.seconds);
  const epochs = (kind: string, count: number, seconds: number) => {
    time.begin(kind);
    for (let i = 0; i < count; i++) {
      clock.seconds += seconds;
      time.epoch();
    }
  };
  return { clock, time, epochs };
}

Deno.test("sweep: what was not measured is taken by its cost, then by its own time", () => {
  const { clock, time, epochs } = sweep();
  assertEquals(time.secondsLeft, NaN);
  epochs("pretraining", 1, 30); // half a second for each unit of cost
  const guessed = 5 * 30 + 3 * 10 + 30 * 3 + 3 * 1;
  assertAlmostEquals(time.secondsLeft, guessed, 1e-9);
  clock.seconds += 30;
  time.epoch();
  clock.seconds += 15; // the probe
  epochs("fine-tuning", 10, 4);
  clock.seconds += 1; // the test
  time.runDone(0);
  assertAlmostEquals(time.secondsLeft, 2 * (2 * 30 + 15 + 10 * 4 + 1), 1e-9);
});

Deno.test("sweep: runs found done, parts found done and early stopping leave no time behind", () => {
  const { time, epochs } = sweep();
  time.runDone(0);
  epochs("fine-tuning", 3, 4); // pretrained by an earlier start, and stopped after 3 epochs
  time.runDone(1);
  epochs("pretraining", 2, 30);
  epochs("fine-tuning", 10, 4);
  time.runDone(2);
  assertEquals(time.secondsLeft, 0);
});

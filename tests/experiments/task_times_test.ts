/** Tasks followed with a clock that is moved by hand. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { TaskTimes, type TimedTask } from "../../src/experiments/task_times.ts";

const simclr: TimedTask = { kind: "simclr", epochs: 4, epochCost: 6, overheadCost: 2 };
const classifier: TimedTask = { kind: "classifier", epochs: 10, epochCost: 3, overheadCost: 2 };

function follow(tasks: TimedTask[], jobs?: number) {
  const clock = { seconds: 0 };
  const times = new TaskTimes(tasks, { jobs, now: () => 1000 * clock.seconds });
  return { clock, times };
}

Deno.test("nothing is known before the first epoch; then costs, then measurements", () => {
  const second = { ...classifier };
  const { clock, times } = follow([simclr, classifier, second]);
  assertEquals(times.secondsLeft, NaN);
  times.started(simclr);
  clock.seconds += 5;
  times.progress(simclr, 0);
  assertEquals(times.secondsLeft, NaN, "setting up is no measure of epochs");
  clock.seconds += 30;
  times.progress(simclr, 0.5);
  // 60 s an epoch of cost 6: 10 s a unit of cost.
  assertAlmostEquals(times.secondsLeft, 3.5 * 60 + 20 * 30 + 3 * 20, 1e-9);
  clock.seconds += 210;
  times.progress(simclr, 4);
  clock.seconds += 10;
  times.ended(simclr);
  // 15 s around the epochs: 5 before them, 10 after.
  assertAlmostEquals(times.secondsLeft, 20 * (10 + 15 / 2) / 2 * 3 + 2 * 15, 1e-9);
  times.started(classifier);
  times.progress(classifier, 0);
  clock.seconds += 20;
  times.progress(classifier, 10);
  times.ended(classifier);
  assertAlmostEquals(times.secondsLeft, 10 * 2 + (15 * 0.9) / 1.9, 1e-9);
});

Deno.test("a run that goes on brings its epochs along, without a time", () => {
  const { clock, times } = follow([classifier]);
  times.started(classifier);
  clock.seconds += 100;
  times.progress(classifier, 6);
  clock.seconds += 1;
  times.progress(classifier, 6);
  clock.seconds += 2;
  times.progress(classifier, 7);
  assertAlmostEquals(times.secondsLeft, 3 * 3 + 1 * 2, 1e-9);
});

Deno.test("several at a time share the work; what failed or was never started is no work any more", () => {
  const [a, b, lost] = [{ ...classifier }, { ...classifier }, { ...classifier }];
  const { clock, times } = follow([a, b, lost], 2);
  for (const task of [a, b]) {
    times.started(task);
    times.progress(task, 0);
  }
  clock.seconds += 4;
  times.progress(a, 1);
  times.progress(b, 1);
  // 28 epochs of 4 s and three times 2/3 of an epoch's cost, by two.
  assertAlmostEquals(times.secondsLeft, (28 * 4 + 3 * 4 * 2 / 3) / 2, 1e-9);
  times.ended(b);
  times.ended(lost);
  times.progress(b, 5);
  assertAlmostEquals(times.secondsLeft, (9 * 4 + 4 * 2 / 3) / 2, 1e-9);
  times.ended(a);
  assertEquals(times.secondsLeft, 0);
});

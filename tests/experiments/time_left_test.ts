/** Trainings followed with a clock that is moved by hand. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TimeLeft, type Workload } from "../../src/experiments/time_left.ts";

const simclr: Workload = { kind: "simclr", epochs: 4, epochCost: 6, overheadCost: 2 };
const classifier: Workload = { kind: "classifier", epochs: 10, epochCost: 3, overheadCost: 2 };

function follow(loads: Workload[], jobs?: number) {
  const clock = { seconds: 0 };
  const time = new TimeLeft(loads, { jobs, now: () => 1000 * clock.seconds });
  return { clock, time };
}

Deno.test("nothing is known before the first epoch; then costs, then measurements", () => {
  assertEquals(follow([]).time.seconds, 0);
  const second = { ...classifier };
  const { clock, time } = follow([simclr, classifier, second]);
  assertEquals(time.seconds, NaN);
  time.started(simclr);
  clock.seconds += 5;
  time.progress(simclr, 0);
  assertEquals(time.seconds, NaN, "setting up is no measure of epochs");
  clock.seconds += 30;
  time.progress(simclr, 0.5);
  // 60 s an epoch of cost 6: 10 s a unit of cost.
  assertAlmostEquals(time.seconds, 3.5 * 60 + 20 * 30 + 3 * 20, 1e-9);
  clock.seconds += 210;
  time.progress(simclr, 4);
  clock.seconds += 10;
  time.ended(simclr);
  // 60 s for a cost of 6, 15 s around the epochs for a cost of 2: 8.75 s a unit of cost on average.
  assertAlmostEquals(time.seconds, 8.75 * (20 * 3 + 2 * 2), 1e-9);
  time.started(classifier);
  time.progress(classifier, 0);
  clock.seconds += 20;
  time.progress(classifier, 10);
  clock.seconds += 1;
  time.ended(classifier);
  assertAlmostEquals(time.seconds, 10 * 2 + 1, 1e-9);
});

Deno.test("a run that continues brings its epochs along, without a time", () => {
  const { clock, time } = follow([classifier]);
  time.started(classifier);
  clock.seconds += 100;
  time.progress(classifier, 6);
  clock.seconds += 1;
  time.progress(classifier, 6);
  clock.seconds += 2;
  time.progress(classifier, 7);
  assertAlmostEquals(time.seconds, 3 * 3 + 1 * 2, 1e-9);
});

Deno.test("several at a time share the work; what failed, stopped early or never started takes none", () => {
  const [a, b, lost] = [{ ...classifier }, { ...classifier }, { ...classifier }];
  const { clock, time } = follow([a, b, lost], 2);
  for (const load of [a, b]) {
    time.started(load);
    time.progress(load, 0);
  }
  clock.seconds += 4;
  time.progress(a, 1);
  time.progress(b, 1);
  // 28 epochs of 4 s and three times 2/3 of an epoch's cost, by two.
  assertAlmostEquals(time.seconds, (28 * 4 + 3 * 4 * 2 / 3) / 2, 1e-9);
  time.ended(b);
  time.ended(lost);
  time.progress(b, 5);
  assertAlmostEquals(time.seconds, (9 * 4 + 4 * 2 / 3) / 2, 1e-9);
  time.ended(a);
  assertEquals(time.seconds, 0);
});

Deno.test("an estimate follows a machine that becomes slower", () => {
  const load = { ...simclr, epochs: 100 };
  const { clock, time } = follow([load]);
  time.started(load);
  time.progress(load, 0);
  for (let epoch = 1; epoch <= 40; epoch++) {
    clock.seconds += epoch <= 20 ? 1 : 3;
    time.progress(load, epoch);
    if (epoch === 20) assertAlmostEquals(time.seconds, 80 + 1 / 3, 1e-9);
  }
  // 0.9^20 = 0.12 of the weight is left to each of the old epochs.
  assert(time.seconds > 60 * 2.7 && time.seconds < 61 * 3, String(time.seconds));
});

Deno.test("constant speed gives exact estimates, whatever the order and the parts", () =>
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 20,
    }),
    (parts) => {
      const speed: Readonly<Record<string, number>> = { a: 0.5, b: 2, c: 31 };
      const loads = parts.map(([kind, epochs]): Workload => ({
        kind,
        epochs,
        epochCost: speed[kind],
        overheadCost: 1,
      }));
      const { clock, time } = follow(loads);
      let left = loads.reduce((sum, { kind, epochs }) => sum + epochs * speed[kind] + 1, 0);
      for (const load of loads) {
        time.started(load);
        clock.seconds += 0.25;
        time.progress(load, 0);
        for (let epoch = 1; epoch <= load.epochs; epoch++) {
          clock.seconds += speed[load.kind];
          left -= speed[load.kind];
          time.progress(load, epoch);
          assertAlmostEquals(time.seconds, left, 1e-9 * (1 + left));
        }
        clock.seconds += 0.75;
        left -= 1;
        time.ended(load);
      }
      assertAlmostEquals(time.seconds, 0, 1e-9);
    },
  )));

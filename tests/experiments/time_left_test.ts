/** Time left: unknown first, then by the costs, then by what was measured, newer counting more. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TimeLeft } from "../../src/experiments/time_left.ts";

Deno.test("nothing is known before the first measurement, and a plan without work takes no time", () => {
  const time = new TimeLeft();
  assertEquals(time.seconds, 0);
  time.plan("epochs", 0);
  assertEquals(time.seconds, 0);
  time.plan("epochs", 3);
  assertEquals(time.seconds, NaN);
  time.done("epochs", 1);
  assertEquals(time.seconds, NaN, "work found done tells nothing");
  time.done("epochs", 2);
  assertEquals(time.seconds, 0);
});

Deno.test("a kind without a measurement goes by its cost, then by its own times", () => {
  const time = new TimeLeft();
  time.plan("byol", 10, 8);
  time.plan("finetune", 4, 2);
  time.done("byol", 2, 16);
  assertAlmostEquals(time.seconds, 8 * 8 + 4 * 2, 1e-9);
  time.done("finetune", 1, 5);
  assertAlmostEquals(time.seconds, 8 * 8 + 3 * 5, 1e-9);
  time.plan("probe", 1, 4); // the mean of 1 s and 2.5 s a unit of cost
  assertAlmostEquals(time.seconds, 8 * 8 + 3 * 5 + 4 * 1.75, 1e-9);
});

Deno.test("an estimate follows a machine that becomes slower", () => {
  const time = new TimeLeft();
  time.plan("epochs", 100);
  for (let i = 0; i < 20; i++) time.done("epochs", 1, 1);
  assertAlmostEquals(time.seconds, 80, 1e-9);
  for (let i = 0; i < 20; i++) time.done("epochs", 1, 3);
  // 0.9^20 = 0.12 of the weight is left to each of the old epochs.
  assert(time.seconds > 60 * 2.7 && time.seconds < 60 * 3, String(time.seconds));
});

Deno.test("what an earlier start measured counts, and takes nothing off the plan", () => {
  const time = new TimeLeft();
  time.plan("epochs", 5);
  time.measured("epochs", 4, 8);
  assertAlmostEquals(time.seconds, 10, 1e-9);
});

Deno.test("constant speed gives exact estimates, whatever the order and the parts", () =>
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 20,
    }),
    (parts) => {
      const speed = { a: 0.5, b: 2, c: 31 } as const;
      const time = new TimeLeft();
      for (const [kind, units] of parts) time.plan(kind, units, speed[kind as "a"]);
      let left = parts.reduce((sum, [kind, units]) => sum + units * speed[kind as "a"], 0);
      for (const [kind, units] of parts) {
        const seconds = units * speed[kind as "a"];
        time.done(kind, units, seconds);
        left -= seconds;
        assertAlmostEquals(time.seconds, left, 1e-9 * (1 + left));
      }
    },
  )));

Deno.test("mistakes in a plan are errors", () => {
  const time = new TimeLeft();
  assertThrows(() => time.plan("epochs", -1), RangeError, "Cannot plan -1");
  assertThrows(() => time.plan("epochs", 1, 0), RangeError, "cost 0");
  assertThrows(() => time.done("epochs", 1, 1), RangeError, "was not planned");
});

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  CollapseAlarm,
  COLLAPSED_SHARE,
  SETTLED_STEPS,
} from "../../src/training/collapse_alarm.ts";

Deno.test("the alarm warns once of a collapse, and again after a recovery", () => {
  const alarm = new CollapseAlarm();
  assertEquals(alarm.warning(0.9, SETTLED_STEPS), undefined);
  assertEquals(alarm.warning(COLLAPSED_SHARE, 60), undefined, "the threshold itself will do");
  assertStringIncludes(alarm.warning(0.012, 70)!, "spread 0.012, below 0.05");
  assertEquals(alarm.warning(0.01, 80), undefined, "said already");
  assertEquals(alarm.warning(0.3, 90), undefined);
  assertStringIncludes(alarm.warning(0, 100)!, "collapsed");
});

Deno.test("the alarm is silent while running statistics settle", () => {
  const alarm = new CollapseAlarm();
  assertEquals(alarm.warning(0.01, SETTLED_STEPS - 1), undefined);
  assertStringIncludes(alarm.warning(0.01, SETTLED_STEPS)!, "Warning");
});

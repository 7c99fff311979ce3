import { assertEquals, assertRejects } from "@std/assert";
import { examineEach } from "../../../src/data/inventory/examine_each.ts";

Deno.test("examineEach() lets a signal through and stops", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("Ctrl-C")), 0);
  let seen = 0;
  const work = () => {
    seen++;
    const end = performance.now() + 30; // two items fill the stretch between pauses
    while (performance.now() < end);
  };
  const items = new Array(20).fill(0);
  await assertRejects(
    () => examineEach(items, work, { signal: controller.signal }),
    Error,
    "Ctrl-C",
  );
  assertEquals(seen < items.length, true);
});

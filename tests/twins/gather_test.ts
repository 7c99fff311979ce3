import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { gather } from "../reference/input/gather.ts";

const samples = Int16Array.of(1, -2, 3, 4, 100, 200, 300, -400, 0, 0, 32767, -32768); // [3, 2, 2]

Deno.test("gather: records in the order of the indices, repeats allowed, in mV", () => {
  const batch = gather(samples, 2, 2, 0.001, [2, 0, 2]);
  const expected = [0, 0, 32.767, -32.768, 0.001, -0.002, 0.003, 0.004, 0, 0, 32.767, -32.768];
  for (let j = 0; j < 12; j++) assertAlmostEquals(batch[j], expected[j], 1e-14);
});

Deno.test("gather: normalizes per lead", () => {
  const batch = gather(samples, 2, 2, 0.01, [1], { mean: [1, -1], deviation: [2, 0.5] });
  assertEquals([...batch], [0, 6, 1, -6]);
});

Deno.test("gather: a record that does not exist is refused", () => {
  assertThrows(() => gather(samples, 2, 2, 1, [3]), RangeError, "No record 3 among 3");
  assertThrows(() => gather(samples, 2, 2, 1, [-1]), RangeError, "No record -1");
});

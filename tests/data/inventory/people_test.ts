import { assertEquals } from "@std/assert";
import { AGE_BANDS, ageBand, sexName } from "../../../src/data/inventory/people.ts";

Deno.test("ageBand(): edges, PTB-XL's 300, and what is no age", () => {
  assertEquals([0, 19.9, 20, 39, 40, 59, 60, 79, 80, 89, 300].map(ageBand), [
    ...["under 20", "under 20", "20-39", "20-39", "40-59", "40-59"],
    ...["60-79", "60-79", "80 and over", "80 and over", "80 and over"],
  ]);
  assertEquals([NaN, -1, Infinity].map(ageBand), ["unknown", "unknown", "80 and over"]);
  assertEquals(AGE_BANDS.length, 6);
});

Deno.test("sexName(): PTB-XL's coding, and what is not stated", () => {
  assertEquals([0, 1, NaN].map(sexName), ["male", "female", "unknown"]);
});

import { assertEquals } from "@std/assert";
import { midranks } from "../../src/stats/midranks.ts";

Deno.test("ranks share the mean of their places", () => {
  const { ranks, tieSum } = midranks([3, 1, 3, 3, 0, 1]);
  assertEquals([...ranks], [5, 2.5, 5, 5, 1, 2.5]);
  assertEquals(tieSum, (27 - 3) + (8 - 2));
  assertEquals(midranks([]).ranks.length, 0);
  assertEquals([...midranks([-0, 0, -Infinity]).ranks], [2.5, 2.5, 1]);
});

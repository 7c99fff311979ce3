import { assertEquals } from "@std/assert";
import { editDistance, nearest } from "../../src/text/nearest.ts";

Deno.test("nearest: edit distances counted by hand", () => {
  assertEquals(editDistance("", "abc"), 3);
  assertEquals(editDistance("kitten", "sitting"), 3);
  assertEquals(editDistance("lr", "rl"), 1); // a swap of neighbors counts once
  assertEquals(editDistance("seed", "seed"), 0);
});

Deno.test("nearest: the closest candidate, or none", () => {
  assertEquals(nearest("tempreature", ["temperature", "epochs"]), "temperature");
  assertEquals(nearest("batch", ["batch-size", "epochs"]), "batch-size");
  assertEquals(nearest("b", ["batch-size", "balance-strategy"]), undefined);
  assertEquals(nearest("x", ["lr"]), undefined);
  assertEquals(nearest("", ["lr"]), undefined);
});

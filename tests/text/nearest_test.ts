import { assertEquals } from "@std/assert";
import { nearest } from "../../src/text/nearest.ts";

Deno.test("nearest: the closest candidate, or none", () => {
  assertEquals(nearest("tempreature", ["temperature", "epochs"]), "temperature");
  assertEquals(nearest("batch", ["batch-size", "epochs"]), "batch-size");
  assertEquals(nearest("b", ["batch-size", "balance-strategy"]), undefined);
  assertEquals(nearest("Sead", ["need", "seed"]), "seed");
  assertEquals(nearest("x", ["lr"]), undefined);
  assertEquals(nearest("", ["lr"]), undefined);
});

import { assertEquals } from "@std/assert";
import { millivoltsPerUnit } from "../../../src/data/signals/voltage_units.ts";

Deno.test("millivoltsPerUnit: volts in any case, nothing else", () => {
  const factors = ["V", "mV", "mv", "uV", "µV", "μV", " nV "].map(millivoltsPerUnit);
  assertEquals(factors, [1000, 1, 1, 0.001, 0.001, 0.001, 1e-6]);
  assertEquals(["", "mmHg", "toString"].map(millivoltsPerUnit), [undefined, undefined, undefined]);
});

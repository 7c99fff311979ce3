import { assertEquals } from "@std/assert";
import { settingsOf } from "../../src/methods/pretraining_method.ts";
import { methodNamed, METHODS } from "../../src/methods/registry.ts";

Deno.test("methods have the documented defaults, those of masked blocks at the rate of the data", () => {
  const { simclr, byol, masked, contrastive } = METHODS;
  const defaults = [simclr, byol, masked, contrastive].map((method) => [
    method.name,
    method.batchSize,
    method.epochs,
    settingsOf<object>(method, {}, 500),
  ]);
  assertEquals(defaults, [
    ["simclr", 256, 20, { temperature: 0.07, projection: 128, config: "full" }],
    ["byol", 256, 20, { momentum: 0.999, schedule: "constant", config: "full" }],
    ["masked", 64, 20, { ratio: 0.3, blockSize: 250 }],
    ["contrastive", 64, 20, { temperature: 0.07 }],
  ]);
  assertEquals(settingsOf(METHODS.masked, { ratio: 0.5 }, 100), { ratio: 0.5, blockSize: 50 });
});

Deno.test("methodNamed() knows the keys of the registry, which are the names in checkpoints", () => {
  for (const [name, method] of Object.entries(METHODS)) {
    assertEquals([method.name, methodNamed(name)], [name, method]);
  }
  assertEquals([methodNamed("supervised"), methodNamed("toString")], [undefined, undefined]);
});

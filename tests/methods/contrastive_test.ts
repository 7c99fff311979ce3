import { assertEquals, assertLess } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { ContrastiveMethod } from "../../src/methods/contrastive.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../../src/models/simclr.ts";
import { openGpu } from "../support/gpu.ts";
import { pretrainingSteps } from "./pretraining_step.ts";

Deno.test("contrastive variant learns: the loss falls far below that of chance", async () => {
  const { gpu } = await openGpu();
  const before = gpu.liveBuffers;
  const store = new ParameterStore();
  const method = new ContrastiveMethod(
    store,
    new Simclr(store, { ...CONTRASTIVE_HEAD, width: 8 }),
    {
      temperature: 0.1,
    },
  );
  store.allocate(gpu, 4);
  const training = await pretrainingSteps(method, 3e-3);
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push((await training.step()).loss);
  // 32 rows: ln 31 = 3.4 where nothing is told apart.
  assertLess(losses.at(-1)!, 0.7, `${losses}`);
  training.destroy();
  store.destroy();
  assertEquals(gpu.liveBuffers, before);
});

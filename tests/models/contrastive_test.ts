import { assertEquals } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../../src/models/simclr.ts";
import { forward } from "../reference/models/network.ts";
import { simclr } from "../reference/models/simclr.ts";
import { assertClose, largest } from "../kernels/guarded.ts";
import { goldenInput, goldenState } from "../support/golden_fill.ts";
import { encoderKeys, FLOAT32_TOLERANCE, runGolden } from "./golden_network.ts";

const SHAPE = { hiddenSize: 256, projectionSize: 128, head: "proj_head.proj" };

Deno.test("contrastive variant: 637,312 parameters and PyTorch's 40 state keys", () => {
  const store = new ParameterStore();
  new Simclr(store, CONTRASTIVE_HEAD);
  assertEquals(store.count, 637_312);
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...encoderKeys("encoder."),
    "proj_head.proj.0.weight",
    "proj_head.proj.0.bias",
    "proj_head.proj.2.weight",
    "proj_head.proj.2.bias",
  ]);
  assertEquals(store.stateShapes.slice(-4).map(({ shape }) => shape), [
    [256, 256],
    [256],
    [128, 256],
    [128],
  ]);
});

Deno.test("contrastive variant, evaluation: z equals the float64 twin's", async () => {
  const twin = simclr(SHAPE);
  const { output } = forward(twin, goldenState(twin), goldenInput(), 2, false);
  await runGolden(
    (store) => new Simclr(store, CONTRASTIVE_HEAD),
    (model, recorder, x) => [model.evaluate(recorder, x).z],
    ([z]) => assertClose(z, output, FLOAT32_TOLERANCE * largest(output), "z"),
  );
});

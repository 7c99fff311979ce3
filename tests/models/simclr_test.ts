import { assertEquals } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { golden } from "../support/golden_fill.ts";
import { assertStart, encoderKeys, runGolden } from "./golden_network.ts";

Deno.test("SimCLR: 1,327,232 parameters and PyTorch's 40 state keys", () => {
  const store = new ParameterStore();
  new Simclr(store);
  assertEquals(store.count, 1_327_232);
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...encoderKeys("encoder."),
    "projection_head.net.0.weight",
    "projection_head.net.0.bias",
    "projection_head.net.2.weight",
    "projection_head.net.2.bias",
  ]);
  assertEquals(store.stateShapes.length, 40);
  assertEquals(store.stateShapes.slice(-4).map(({ shape }) => shape), [
    [2048, 256],
    [2048],
    [128, 2048],
    [128],
  ]);
});

Deno.test("SimCLR, evaluation: golden projections", () =>
  runGolden(
    (store) => new Simclr(store),
    (model, recorder, x) => [model.evaluate(recorder, x).z],
    ([z]) => {
      assertEquals(z.length, 2 * 128);
      assertStart(z, golden.simclr.embedding, "z");
      const squares = z.reduce((sum, value) => sum + value * value, 0);
      assertStart([squares], [golden.simclr.sumOfSquares], "sum of squares");
    },
  ));

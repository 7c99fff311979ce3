import { assertEquals } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { ImprovedCnn } from "../../src/models/improved_cnn.ts";
import { improvedCnn, improvedCnnHead } from "../reference/models/improved_cnn.ts";
import { golden } from "../support/golden_fill.ts";
import { assertStart, normKeys, runGolden } from "./golden_network.ts";
import {
  assertEvaluation,
  assertHead,
  assertTraining,
  type SmallNetwork,
} from "./small_network.ts";

Deno.test("improved CNN: 999,301 parameters and PyTorch's 63 state keys", () => {
  const store = new ParameterStore();
  const model = new ImprovedCnn(store);
  assertEquals(store.count, 999_301);
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...normKeys("encoder.initial.0", "encoder.initial.1"),
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) =>
      normKeys(`encoder.features.${i}.conv`, `encoder.features.${i}.bn`)
    ),
    "head.1.weight",
    "head.1.bias",
    ...normKeys("", "head.3").slice(1),
    "head.5.weight",
    "head.5.bias",
  ]);
  assertEquals(store.stateShapes.length, 63);
  const shapes = Object.fromEntries(store.stateShapes.map(({ name, shape }) => [name, shape]));
  for (const { name, shape } of improvedCnn({}).parameters) assertEquals(shapes[name], shape, name);
  assertEquals(
    [model.inputs, model.classes, model.features, model.headStart.name],
    [12, 5, 512, "head.1.weight"],
  );
});

Deno.test("improved CNN with one output: 998,273 parameters", () => {
  const store = new ParameterStore();
  assertEquals(new ImprovedCnn(store, { classes: 1 }).classes, 1);
  assertEquals(store.count, 998_273);
});

Deno.test("improved CNN, evaluation: golden logits", () =>
  runGolden(
    (store) => new ImprovedCnn(store),
    (model, recorder, x) => [model.evaluate(recorder, x).logits],
    ([logits]) => assertStart(logits, golden.improvedCnnEvaluation, "logit"),
  ));

for (const classes of [3, 1]) {
  const shape = { inputChannels: 4, width: 4, classes };
  const small: SmallNetwork = {
    build: (store) => new ImprovedCnn(store, { inputs: 4, width: 4, classes }),
    twin: improvedCnn(shape),
    twinHead: improvedCnnHead(shape),
    // Odd lengths all the way: 61, 31, 16, 8.
    batch: 7,
    length: 61,
    // Nine normalizations over 56 rows and more, one over seven.
    tolerance: 1e-4,
  };
  const name = `improved CNN with ${classes} outputs`;

  Deno.test(`${name}, training: logits, gradients and running statistics of a small one`, () =>
    assertTraining(small));

  Deno.test(`${name}, evaluation: features and logits of a small one`, () =>
    assertEvaluation(small));

  Deno.test(`${name}: the head alone`, () => assertHead(small));
}

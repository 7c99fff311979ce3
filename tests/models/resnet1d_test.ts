import { assertEquals } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Resnet1d } from "../../src/models/resnet1d.ts";
import { resnet1d, resnet1dHead } from "../reference/models/resnet1d.ts";
import { golden } from "../support/golden_fill.ts";
import { assertStart, normKeys, runGolden } from "./golden_network.ts";
import {
  assertEvaluation,
  assertHead,
  assertTraining,
  type SmallNetwork,
} from "./small_network.ts";

Deno.test("ResNet-1D: 8,739,973 parameters and PyTorch's 122 state keys", () => {
  const store = new ParameterStore();
  const model = new Resnet1d(store);
  assertEquals(store.count, 8_739_973);
  const block = (name: string, changes: boolean) => [
    ...normKeys(`${name}.conv1`, `${name}.bn1`),
    ...normKeys(`${name}.conv2`, `${name}.bn2`),
    ...(changes ? normKeys(`${name}.downsample.0`, `${name}.downsample.1`) : []),
  ];
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...normKeys("conv1", "bn1"),
    ...[1, 2, 3, 4].flatMap((stage) => [
      ...block(`layer${stage}.0`, stage > 1),
      ...block(`layer${stage}.1`, false),
    ]),
    "fc.weight",
    "fc.bias",
  ]);
  assertEquals(store.stateShapes.length, 122);
  const shapes = Object.fromEntries(store.stateShapes.map(({ name, shape }) => [name, shape]));
  for (const { name, shape } of resnet1d({}).parameters) assertEquals(shapes[name], shape, name);
  assertEquals(
    [model.inputs, model.classes, model.features, model.headStart.name],
    [12, 5, 512, "fc.weight"],
  );
});

// Eighteen convolutions instead of six: the tolerances of the encoder's values, with room.
const TOLERANCE = 1e-4;

Deno.test("ResNet-1D, evaluation: golden logits", () =>
  runGolden(
    (store) => new Resnet1d(store),
    (model, recorder, x) => [model.evaluate(recorder, x).logits],
    ([logits]) => assertStart(logits, golden.resnet1dEvaluation, "logit", TOLERANCE),
  ));

Deno.test("ResNet-1D, training without dropout: golden logits", async () => {
  let step: StepState | undefined;
  await runGolden(
    (store) => new Resnet1d(store, { dropout: 0 }),
    (model, recorder, x, gpu) => [model.forward(recorder, x, step = new StepState(gpu)).logits],
    ([logits]) => {
      assertStart(logits, golden.resnet1dTraining, "logit", TOLERANCE);
      step!.destroy();
    },
  );
});

const shape = { inputChannels: 4, width: 4, classes: 3 };
const small: SmallNetwork = {
  build: (store) => new Resnet1d(store, { inputs: 4, width: 4, classes: 3 }),
  twin: resnet1d(shape),
  twinHead: resnet1dHead(shape),
  // Odd lengths all the way: 93, 47, 47, 24, 12, 6.
  batch: 5,
  length: 93,
  // Twenty normalizations over 30 rows and more, and their cancellations.
  tolerance: 2e-4,
};

Deno.test("ResNet-1D, training: logits, gradients and running statistics of a small one", () =>
  assertTraining(small));

Deno.test("ResNet-1D, evaluation: features and logits of a small one", () =>
  assertEvaluation(small));

Deno.test("ResNet-1D: the head alone", () => assertHead(small));

import { assert, assertEquals } from "@std/assert";
import { architectureOf } from "../../src/checkpoint/recognize_architecture.ts";
import { float32Tensor, type StateDict } from "../../src/checkpoint/state_dict.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import {
  CLASSIFIER_ARCHITECTURES,
  createClassifier,
  isClassifierArchitecture,
} from "../../src/models/classifiers.ts";

for (const architecture of CLASSIFIER_ARCHITECTURES) {
  Deno.test(`createClassifier() makes ${architecture}, and architectureOf() knows it again`, () => {
    const store = new ParameterStore();
    const extents = { inputs: 8, width: 4, classes: 3 };
    const model = createClassifier(store, { architecture, ...extents });
    assertEquals([model.inputs, model.classes], [8, 3]);
    assert(store.parameters.includes(model.headStart));
    const state: StateDict = new Map(store.stateShapes.map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, float32Tensor(shape, new Float32Array(size))];
    }));
    const { name, ...found } = architectureOf(state)!;
    assertEquals(found, extents);
    assert(isClassifierArchitecture(name));
    const again = new ParameterStore();
    createClassifier(again, { architecture: name, ...extents });
    assertEquals(again.stateShapes, store.stateShapes);
  });
}

Deno.test("isClassifierArchitecture() takes classifiers alone", () => {
  assertEquals(isClassifierArchitecture("SimCLRModel"), false);
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ParameterStore } from "../../src/layers/parameters.ts";
import {
  architectureOf,
  CLASSIFIER_ARCHITECTURES,
  createClassifier,
  encoderChoiceOf,
  isClassifierArchitecture,
  recognizeArchitecture,
} from "../../src/models/registry.ts";
import type { StateDict } from "../../src/checkpoint/state_dict.ts";
import { float32Tensor } from "../support/tensors.ts";

/** A state dict of zeros by name and shape. */
function dict(...tensors: [string, ...number[]][]): StateDict {
  return new Map(tensors.map(([name, ...shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, float32Tensor(shape, new Float32Array(size))];
  }));
}

const encoder: [string, ...number[]] = ["encoder.features.0.block.0.weight", 8, 12, 11];
const resnet: [string, ...number[]][] = [
  ["conv1.weight", 16, 2, 15],
  ["layer1.0.conv1.weight", 16, 16, 7],
];

Deno.test("encoderChoiceOf() reads encoder and width, also of an encoder within an unknown model", () => {
  const choice = (...tensors: [string, ...number[]][]) => {
    const { encoder, width } = encoderChoiceOf({
      sections: new Map([["model", dict(...tensors)]]),
      metadata: {},
    });
    return [encoder?.name, width];
  };
  assertEquals(choice(["features.0.block.0.weight", 4, 12, 11]), ["ECGEncoder1DCNN", 4]);
  assertEquals(choice(encoder), ["ECGEncoder1DCNN", 8]);
  assertEquals(choice(...resnet), [undefined, 16]);
  assertEquals(choice(["encoder.initial.0.weight", 12, 12, 15]), [undefined, 12]);
  assertEquals(choice(["weight", 4, 4]), [undefined, undefined]);
});

Deno.test("architectureOf() reads name, leads, width and outputs off a state dict", () => {
  const found = (...tensors: [string, ...number[]][]) => architectureOf(dict(...tensors));
  const extents = { inputs: 12, width: 8 };
  const built = { ...extents, encoder: "ECGEncoder1DCNN" };
  assertEquals(found(["features.0.block.0.weight", 8, 12, 11]), {
    name: "ECGEncoder1DCNN",
    ...extents,
  });
  assertEquals(found(encoder, ["head.weight", 5, 32]), {
    name: "ECGClassifier",
    ...built,
    classes: 5,
  });
  assertEquals(found(...resnet, ["fc.weight", 4, 128]), {
    name: "ResNet1D",
    inputs: 2,
    width: 16,
    classes: 4,
  });
  assertEquals(found(["encoder.initial.0.weight", 8, 12, 15], ["head.5.weight", 1, 32]), {
    name: "ImprovedECGClassifier",
    ...extents,
    classes: 1,
  });
  assertEquals(found(encoder, ["projection_head.net.2.weight", 128, 4]), {
    name: "SimCLRModel",
    ...built,
    projection: 128,
  });
  assertEquals(found(encoder, ["online_projector.net.3.weight", 256, 4]), {
    name: "BYOLModel",
    ...built,
    projection: 256,
  });
  assertEquals(found(encoder, ["proj_head.proj.2.weight", 64, 4]), {
    name: "ContrastiveModel",
    ...built,
    projection: 64,
  });
  assertEquals(found(encoder, ["decoder.0.weight", 1]), {
    name: "SSLReconstructionModel",
    ...built,
  });
});

Deno.test("architectureOf() knows no model of others", () => {
  const image: [string, ...number[]][] = [
    ["conv1.weight", 4, 3, 7, 7],
    ["layer1.0.conv1.weight", 4, 4, 3, 3],
  ];
  for (const tensors of [dict(), dict(encoder), dict(resnet[0]), dict(...image)]) {
    assertEquals(architectureOf(tensors), undefined);
  }
});

Deno.test("recognizeArchitecture() says it in words, whatever the file holds", () => {
  const words = (...tensors: [string, ...number[]][]) => recognizeArchitecture(dict(...tensors));
  assertEquals(words(), "an empty state dict");
  assertEquals(
    words(encoder, ["head.weight", 5, 32]),
    "ECGClassifier (12 channels, width 8, 5 classes)",
  );
  assertEquals(words(encoder, ["head.bias", 5]), "ECGClassifier (12 channels, width 8, ? classes)");
  assertEquals(
    words(encoder, ["projection_head.net.2.weight", 128, 4]),
    "SimCLRModel (12 channels, width 8, projection 128)",
  );
  assertEquals(
    words(encoder, ["decoder.0.weight", 1]),
    "SSLReconstructionModel (12 channels, width 8)",
  );
  assertEquals(
    words(...resnet, ["fc.weight", 5, 128]),
    "ResNet1D (2 channels, width 16, 5 classes)",
  );
  assertEquals(
    words(["encoder.initial.0.weight", 8, 12, 15], ["head.5.weight", 5, 32]),
    "ImprovedECGClassifier (12 channels, width 8, 5 classes)",
  );
  assertEquals(
    words(encoder),
    'an encoder under the prefix "encoder." (12 channels, width 8)',
  );
  assertStringIncludes(words(["module.conv1.weight", 64, 12, 15]), "DataParallel");
  assertEquals(words(["a", 1]), 'an unknown model (1 tensors: "a")');
});

for (const architecture of CLASSIFIER_ARCHITECTURES) {
  Deno.test(`createClassifier() makes ${architecture}, and architectureOf() knows it again`, () => {
    const store = new ParameterStore();
    const extents = { inputs: 8, width: 4, classes: 3 };
    const model = createClassifier(store, { architecture, ...extents });
    assertEquals([model.inputs, model.classes], [8, 3]);
    assert(store.parameters.includes(model.headStart));
    const state = dict(
      ...store.stateShapes.map(({ name, shape }): [string, ...number[]] => [name, ...shape]),
    );
    const { name, encoder: _encoder, ...found } = architectureOf(state)!;
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

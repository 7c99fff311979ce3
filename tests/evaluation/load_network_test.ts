import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Checkpoint, HostTensor, StateDict } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateRows } from "../../src/evaluation/inference.ts";
import {
  loadClassifier,
  loadFeatureNetwork,
  randomFeatureNetwork,
} from "../../src/evaluation/load_network.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { CLASSIFIER_ARCHITECTURES, createClassifier } from "../../src/models/registry.ts";
import { Encoder1dCnn } from "../../src/models/encoder_1d_cnn.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

function checkpoint(
  section: "encoder" | "model",
  register: (store: ParameterStore) => unknown,
): Checkpoint {
  const store = new ParameterStore();
  register(store);
  const state: StateDict = new Map(
    store.initialValues(3).map(({ name, ...tensor }) => [name, tensor as HostTensor]),
  );
  return { sections: new Map([[section, state]]), metadata: {} };
}

Deno.test("every classifier is loaded, with its features; random weights give others", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const rows = [0, 1, 2];
    for (const architecture of CLASSIFIER_ARCHITECTURES) {
      const file = checkpoint(
        "model",
        (store) => createClassifier(store, { architecture, width: 4, classes: 3 }),
      );
      using classifier = loadClassifier(gpu, file);
      assertEquals([classifier.architecture.name, classifier.classes], [architecture, 3]);
      const { features, logits } = await evaluateRows(
        workspace,
        rows,
        (recorder, x) => classifier.evaluate(recorder, x),
      );
      assertEquals(logits.length, 9);

      using network = loadFeatureNetwork(gpu, file);
      const alone = await evaluateRows(workspace, rows, (recorder, x) => ({
        features: network.evaluateFeatures(recorder, x),
      }));
      assertEquals(alone.features.length, 3 * network.features);
      assertEquals(alone.features, features);

      using random = randomFeatureNetwork(gpu, file, 4);
      assertEquals(random.features, network.features);
      const others = await evaluateRows(workspace, rows, (recorder, x) => ({
        features: random.evaluateFeatures(recorder, x),
      }));
      assert(others.features.some((value, i) => value !== features[i]), architecture);
    }
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("an encoder gives the same features alone and within a pretraining model", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const model = checkpoint("model", (store) => new Simclr(store, { width: 4, projection: 8 }));
    const alone = new Map([[
      "encoder",
      new Map(
        [...model.sections.get("model")!].flatMap(([name, tensor]) =>
          name.startsWith("encoder.") ? [[name.slice("encoder.".length), tensor] as const] : []
        ),
      ),
    ]]);
    const features = [];
    for (const file of [model, { sections: alone, metadata: {} }]) {
      using network = loadFeatureNetwork(gpu, file);
      assertEquals([network.architecture.name, network.features], ["ECGEncoder1DCNN", 16]);
      features.push(
        await evaluateRows(workspace, [0, 1], (recorder, x) => ({
          y: network.evaluateFeatures(recorder, x),
        })),
      );
    }
    assertEquals(features[0], features[1]);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("checkpoints that are no good are refused with what they hold", () =>
  // deno-lint-ignore require-await -- nothing is computed
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const encoder = checkpoint("encoder", (store) => new Encoder1dCnn(store, "", { width: 4 }));
    const leads = checkpoint(
      "encoder",
      (store) => new Encoder1dCnn(store, "", { width: 4, inputs: 8 }),
    );
    const incomplete = structuredClone(encoder);
    incomplete.sections.get("encoder")!.delete("features.2.block.0.weight");
    const foreign: Checkpoint = {
      sections: new Map([[
        "model",
        new Map([[
          "x",
          encoder.sections.get("encoder")!.values().next()
            .value!,
        ]]),
      ]]),
      metadata: {},
    };
    for (
      const [load, file, message] of [
        [loadClassifier, encoder, 'found "encoder" (ECGEncoder1DCNN (12 channels, width 4))'],
        [loadClassifier, { sections: new Map(), metadata: {} }, "found no weights"],
        [loadFeatureNetwork, foreign, 'found "model" (an unknown model'],
        [loadFeatureNetwork, leads, "its ECGEncoder1DCNN reads 8 leads, need 12"],
        [loadFeatureNetwork, incomplete, "features.2.block.0.weight"],
      ] as const
    ) {
      const error = assertThrows(() => load(gpu, { ...file, source: "a.pt" }), UserError);
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.message, "a.pt");
    }
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { readCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { probeCheckpoint } from "../../src/evaluation/probe_checkpoint.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { byol } from "../../src/methods/byol.ts";
import { masked } from "../../src/methods/masked.ts";
import { simclr } from "../../src/methods/simclr.ts";
import { recognizeArchitecture } from "../../src/models/registry.ts";
import { TinyEncoder, tinyEncoder, tinyLayers } from "../../src/models/tiny_encoder.ts";
import { pretrain } from "../../src/training/pretrain.ts";
import { trainClassifier } from "../../src/training/train_classifier.ts";
import { draws, GuardedRun } from "../kernels/guarded.ts";
import { convNorm } from "../reference/models/conv_norm.ts";
import { chain, forward } from "../reference/models/network.ts";
import { relativeError } from "../support/gpu.ts";
import { fill } from "./small_network.ts";
import {
  classifierOptions,
  pretrainOptions,
  withSmallWorkspace,
} from "../support/small_workspace.ts";

Deno.test("tiny encoder, training: output and gradients equal the float64 twin's at odd lengths", () =>
  GuardedRun.with(async (run) => {
    const [batch, length] = [3, 125]; // 125, 32, 16, 8, 4
    const extents = { inputs: 12, width: 4 };
    const twin = chain(
      ...tinyLayers(extents).map(({ convolution, norm, inputs, outputs, kernelSize, stride }) =>
        convNorm([convolution, norm], [inputs, outputs, kernelSize, stride])
      ),
    );
    const store = new ParameterStore();
    const encoder = new TinyEncoder(store, "", extents);
    store.allocate(run.gpu, 0);
    const state = fill(store, twin);
    const x = draws(batch * length * 12, 1);
    const { y, backward } = encoder.forward(run.recorder, run.place("x", [batch, length, 12], x));
    const upstream = draws(y.size, 2, -3, 3);
    backward(run.place("dy", y.shape, upstream));
    await run.run();

    const expected = forward(twin, state, x, batch, true);
    assertEquals(y.shape, [batch, 4, 16]);
    const tolerance = 5e-5; // four normalizations over 12 to 96 rows
    assertAlmostEquals(relativeError(run.get(y), expected.output), 0, tolerance);
    const gradients = expected.backward(upstream);
    for (const { name, data } of await store.gradients()) {
      const error = relativeError(data as Float32Array, gradients.get(name)!);
      assertAlmostEquals(error, 0, tolerance, name);
    }
    store.destroy();
  }));

Deno.test("tiny encoder: pretrained, recognized, probed and fine-tuned as any other", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const encoder = { encoder: tinyEncoder, width: 8 };
    for (const method of [simclr, byol, masked]) {
      const options = pretrainOptions(folder, method.name);
      const { epochLosses, probes } = await pretrain<object>(workspace, method, {
        ...options,
        encoder,
      });
      assertLess(epochLosses[2], epochLosses[0], method.name);
      assert(probes, "it is probed beside a random one of its kind");
      const { sections, metadata } = await readCheckpoint(options.out);
      assertEquals(metadata.architecture, { name: "TinyEncoder", in_channels: 12, width: 8 });
      assertEquals(
        recognizeArchitecture(sections.get("encoder")!),
        "TinyEncoder (12 channels, width 8)",
      );
    }
    const { out: encoderCheckpoint } = pretrainOptions(folder, "simclr");
    const probed = await probeCheckpoint(workspace, {
      checkpoint: await readCheckpoint(encoderCheckpoint),
      probe: { kind: "knn", k: 3, temperature: 0.07 },
      seed: 1,
    });
    assertEquals([probed.architecture, probed.features], ["TinyEncoder", 32]);

    const finetuned = classifierOptions(folder, "finetuned");
    await trainClassifier(workspace, { ...finetuned, encoderCheckpoint });
    const { sections } = await readCheckpoint(finetuned.out);
    assertEquals(
      recognizeArchitecture(sections.get("model")!),
      "ECGClassifier on TinyEncoder (12 channels, width 8, 5 classes)",
    );
    // The whole model starts another run: its encoder is known again.
    const again = { ...classifierOptions(folder, "again"), epochs: 1, init: finetuned.out };
    await trainClassifier(workspace, again);
  }));

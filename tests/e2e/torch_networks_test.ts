/** State dicts of ResNet-1D and the improved CNN load in PyTorch, and PyTorch's here: same logits. */

import { assert, assertLess } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { architectureOf } from "../../src/models/registry.ts";
import {
  CHECKPOINT_FORMAT_VERSION,
  type HostTensor,
  type StateDict,
} from "../../src/checkpoint/state_dict.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { loadWeights } from "../../src/runs/checkpoints.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { createClassifier, isClassifierArchitecture } from "../../src/models/registry.ts";
import { draws } from "../kernels/guarded.ts";
import { download, openGpu, relativeError, release, upload } from "../support/gpu.ts";
import { inRepository } from "../support/paths.ts";
import { pythonWithTorch } from "./command_line.ts";

const python = pythonWithTorch();
const [records, length] = [3, 150];
const signals = Float32Array.from(draws(records * length * 12, 1));

for (const [architecture, classes] of [["ResNet1D", 5], ["ImprovedECGClassifier", 1]] as const) {
  Deno.test({
    name: `PyTorch loads our ${architecture} and we its, with the same answers` +
      (python ? "" : " [skipped: no python3 with torch; set SSRL_ECG_PYTHON]"),
    ignore: python === undefined,
    fn: async () => {
      const folder = Deno.makeTempDirSync();
      const { gpu, kernels } = await openGpu();
      const store = new ParameterStore();
      const model = createClassifier(store, { architecture, width: 8, classes });
      store.allocate(gpu, 3);
      const x = upload(gpu, "x", [records, length, 12], signals);
      const step = new StepState(gpu);
      const recorder = new Recorder(kernels);
      model.forward(recorder, x, step);
      const training = await recorder.plan();
      step.begin({ seed: 0, epoch: 0, step: 0, records });
      training.run(); // running statistics other than the initial ones
      store.batchesTracked = 1;

      const state: StateDict = new Map((await store.state()).map((
        { name, ...tensor },
      ) => [name, tensor as HostTensor]));
      await writeCheckpoint(`${folder}/ours.pt`, {
        sections: new Map([["model", state]]),
        metadata: { format_version: CHECKPOINT_FORMAT_VERSION },
      });
      Deno.writeFileSync(`${folder}/signals.bin`, new Uint8Array(signals.buffer));
      const { success, stdout, stderr } = await new Deno.Command(python!, {
        args: [
          inRepository("tests/e2e/torch_networks.py"),
          ...[architecture, "8", String(classes)],
          ...["ours.pt", "signals.bin", "theirs.pt"].map((name) => `${folder}/${name}`),
        ],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const answers = JSON.parse(new TextDecoder().decode(stdout));

      // Float32 on both sides, sums in different orders through up to twenty layers.
      const tolerance = 1e-4;
      const evaluation = new Recorder(kernels);
      const { logits } = model.evaluate(evaluation, x);
      const evaluating = await evaluation.plan([logits]);
      evaluating.run();
      assertLess(relativeError(await download(gpu, logits), answers.ours), tolerance);

      const theirs = await readCheckpoint(`${folder}/theirs.pt`);
      const found = architectureOf(theirs.sections.get("model")!)!;
      assert(isClassifierArchitecture(found.name) && found.name === architecture);
      loadWeights(theirs, store, ["model"]);
      evaluating.run();
      assertLess(relativeError(await download(gpu, logits), answers.theirs), tolerance);

      for (const owner of [training, evaluating, step, store]) owner.destroy();
      release(gpu, x);
      Deno.removeSync(folder, { recursive: true });
    },
  });
}

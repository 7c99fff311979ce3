/** State dicts of the pretraining models go to PyTorch and come back, with the same projections. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { matchStateDict } from "../../src/models/match_state_dict.ts";
import { recognizeArchitecture } from "../../src/models/registry.ts";
import type { HostTensor } from "../../src/checkpoint/state_dict.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { Byol } from "../../src/models/byol.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../../src/models/simclr.ts";
import { pythonWithTorch } from "../e2e/command_line.ts";
import { draws } from "../kernels/guarded.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";
import { fromFileUrl } from "../support/paths.ts";

interface Embedder {
  evaluate(recorder: Recorder, x: Tensor): { z: Tensor };
}

const MODELS: Record<string, (store: ParameterStore) => Embedder> = {
  byol: (store) => new Byol(store, { width: 8, hidden: 12, projection: 16 }),
  contrastive: (store) => new Simclr(store, { ...CONTRASTIVE_HEAD, width: 8 }),
};
const NAMES: Record<string, string> = {
  byol: "BYOLModel (12 channels, width 8, projection 16)",
  contrastive: "ContrastiveModel (12 channels, width 8, projection 128)",
};

const python = pythonWithTorch();
for (const [kind, build] of Object.entries(MODELS)) {
  Deno.test({
    name: `${kind}: PyTorch loads our state dict and we its, with the same projections` +
      (python ? "" : " [skipped: no python3 with torch; set SSRL_ECG_PYTHON]"),
    ignore: python === undefined,
    async fn() {
      const { gpu, kernels } = await openGpu();
      const before = gpu.liveBuffers;
      const folder = Deno.makeTempDirSync();
      const store = new ParameterStore();
      const model = build(store);
      store.allocate(gpu, 5);
      store.batchesTracked = 7;
      const signals = Float32Array.from(draws(4 * 100 * 12, 1, -3, 3));
      const x = upload(gpu, "x", [4, 100, 12], signals);
      const recorder = new Recorder(kernels);
      const { z } = model.evaluate(recorder, x);
      const program = await recorder.plan([z]);
      const embed = () => {
        program.run();
        return download(gpu, z);
      };
      try {
        const state = new Map(
          (await store.state()).map(({ name, ...rest }) => [name, rest as HostTensor]),
        );
        assertEquals(recognizeArchitecture(state), NAMES[kind]);
        await writeCheckpoint(`${folder}/ours.pt`, {
          sections: new Map([["model", state]]),
          metadata: {},
        });
        Deno.writeFileSync(`${folder}/signals.bin`, new Uint8Array(signals.buffer));
        const { success, stdout, stderr } = await new Deno.Command(python!, {
          args: [
            fromFileUrl(new URL("./torch_pretraining.py", import.meta.url)),
            kind,
            ...["ours.pt", "signals.bin", "theirs.pt"].map((name) => `${folder}/${name}`),
          ],
        }).output();
        assert(success, new TextDecoder().decode(stderr));
        const answers = JSON.parse(new TextDecoder().decode(stdout));
        // Two float32 sums in different orders; z is of order 0.1 to 1.
        (await embed()).forEach((value, j) => assertAlmostEquals(value, answers.ours[j], 2e-6));

        const theirs = (await readCheckpoint(`${folder}/theirs.pt`)).sections.get("model")!;
        matchStateDict(store.stateShapes, theirs, kind);
        store.load([...theirs].map(([name, tensor]) => ({ name, ...tensor }) as HostValues));
        (await embed()).forEach((value, j) => assertAlmostEquals(value, answers.theirs[j], 2e-5));
      } finally {
        program.destroy();
        store.destroy();
        release(gpu, x);
        Deno.removeSync(folder, { recursive: true });
      }
      assertEquals(gpu.liveBuffers, before);
    },
  });
}

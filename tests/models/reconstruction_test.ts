import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { matchStateDict } from "../../src/models/match_state_dict.ts";
import {
  CHECKPOINT_FORMAT_VERSION,
  type HostTensor,
  type StateDict,
} from "../../src/checkpoint/state_dict.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { meanSquaredError } from "../../src/losses/mean_squared_error.ts";
import { Reconstruction } from "../../src/models/reconstruction.ts";
import { forward } from "../reference/models/network.ts";
import { reconstruction } from "../reference/models/reconstruction.ts";
import { golden } from "../support/golden_fill.ts";
import { pythonWithTorch } from "../e2e/command_line.ts";
import { download, openGpu, relativeError, release, upload } from "../support/gpu.ts";
import { inRepository } from "../support/paths.ts";
import { draws, GuardedRun } from "../kernels/guarded.ts";
import { assertStart, encoderKeys, FLOAT32_TOLERANCE, runGolden } from "./golden_network.ts";
import { fill } from "./small_network.ts";

Deno.test("reconstruction: 712,044 parameters and PyTorch's 44 state keys", () => {
  const store = new ParameterStore();
  new Reconstruction(store);
  assertEquals(store.count, 712_044);
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...encoderKeys("encoder."),
    ...[0, 2, 4, 6].flatMap((i) => [`decoder.${i}.weight`, `decoder.${i}.bias`]),
  ]);
  assertEquals(store.stateShapes.length, 44);
  assertEquals(store.stateShapes.slice(-8).map(({ shape }) => shape), [
    [256, 128, 4],
    [128],
    [128, 64, 4],
    [64],
    [64, 32, 4],
    [32],
    [12, 32, 3],
    [12],
  ]);
});

Deno.test("reconstruction, evaluation: golden values", async () => {
  let finish = async (): Promise<void> => {};
  await runGolden(
    (store) => new Reconstruction(store),
    (model, recorder, x, gpu) => {
      const step = new StepState(gpu);
      step.begin({ seed: 0, epoch: 0, step: 0, records: 2 });
      const y = model.evaluate(recorder, x);
      meanSquaredError(recorder, y, x, step);
      finish = async () => {
        const [{ loss }] = await step.read();
        assertAlmostEquals(loss, golden.reconstruction.meanSquaredError, FLOAT32_TOLERANCE);
        step.destroy();
      };
      return [y];
    },
    async ([output]) => {
      assertEquals(output.length, 2 * 1000 * 12);
      const { start, sumOfSquares } = golden.reconstruction;
      assertStart([output[0], output[12], output[24]], start, "sample");
      assertStart([output.reduce((sum, y) => sum + y * y, 0)], [sumOfSquares], "sum of squares");
      await finish();
    },
  );
});

for (const [length, width] of [[61, 4], [64, 8], [1, 8]]) {
  Deno.test(`reconstruction, training: output and gradients at ${length} samples, width ${width}`, () =>
    GuardedRun.with(async (run) => {
      const batch = 3;
      const store = new ParameterStore();
      const model = new Reconstruction(store, { width });
      store.allocate(run.gpu, 0);
      const twin = reconstruction({ width });
      const state = fill(store, twin);
      const x = draws(batch * length * 12, 1);
      const { y, backward } = model.forward(
        run.recorder,
        run.place("x", [batch, length, 12], x),
      );
      const upstream = draws(y.size, 2, -3, 3);
      backward(run.place("dy", y.shape, upstream));
      await run.run();

      const expected = forward(twin, state, x, batch, true);
      assertEquals(y.shape, [batch, length, 12]);
      // Six normalizations over few rows: rounding grows threefold in each at worst, 3^6 · 2^-24.
      const tolerance = 5e-5;
      assertAlmostEquals(relativeError(run.get(y), expected.output), 0, tolerance, "output");
      const gradients = expected.backward(upstream);
      for (const { name, data } of await store.gradients()) {
        const error = relativeError(data as Float32Array, gradients.get(name)!);
        assertAlmostEquals(error, 0, tolerance, name);
      }
      store.destroy();
    }));
}

const python = pythonWithTorch();
Deno.test({
  name: "reconstruction: PyTorch loads our state dict and we its, with the same answers" +
    (python ? "" : " [skipped: no python3 with torch; set SSRL_ECG_PYTHON]"),
  ignore: python === undefined,
  async fn() {
    const [records, length, width] = [2, 61, 8];
    const folder = await Deno.makeTempDir();
    const { gpu, kernels } = await openGpu();
    const store = new ParameterStore();
    const model = new Reconstruction(store, { width });
    store.allocate(gpu, 9);
    const signals = Float32Array.from(draws(records * length * 12, 1, -2, 2));
    const x = upload(gpu, "x", [records, length, 12], signals);
    const recorder = new Recorder(kernels);
    const y = model.evaluate(recorder, x);
    const program = await recorder.plan([y]);
    const reconstruct = () => {
      program.run();
      return download(gpu, y);
    };
    try {
      const state: StateDict = new Map(
        (await store.state()).map(({ name, ...tensor }) => [name, tensor as HostTensor]),
      );
      await writeCheckpoint(`${folder}/ours.pt`, {
        sections: new Map([["model", state]]),
        metadata: { format_version: CHECKPOINT_FORMAT_VERSION },
      });
      await Deno.writeFile(`${folder}/signals.bin`, new Uint8Array(signals.buffer));
      const { success, stdout, stderr } = await new Deno.Command(python!, {
        args: [
          inRepository("tests/models/torch_reconstruction.py"),
          `${width}`,
          `${length}`,
          ...["ours.pt", "signals.bin", "theirs.pt"].map((name) => `${folder}/${name}`),
        ],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      const answers = JSON.parse(new TextDecoder().decode(stdout));
      // Two float32 sums in different orders, through ten layers.
      assertLess(relativeError(await reconstruct(), answers.ours), FLOAT32_TOLERANCE);
      const theirs = (await readCheckpoint(`${folder}/theirs.pt`)).sections.get("model")!;
      matchStateDict(store.stateShapes, theirs, "the network");
      store.load([...theirs].map(([name, tensor]) => ({ name, ...tensor } as HostValues)));
      assertLess(relativeError(await reconstruct(), answers.theirs), FLOAT32_TOLERANCE);
    } finally {
      program.destroy();
      store.destroy();
      release(gpu, x);
      await Deno.remove(folder, { recursive: true });
    }
  },
});

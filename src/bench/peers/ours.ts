/** This project as a contender; see `problem.ts`. */

import { chooseDevice } from "../../gpu/device.ts";
import { KernelLibrary } from "../../gpu/kernels.ts";
import { recordTuned } from "../../gpu/record_tuned.ts";
import { StepState } from "../../gpu/step_state.ts";
import { Tensor } from "../../gpu/tensor.ts";
import { ParameterStore } from "../../layers/parameters.ts";
import { ntXent } from "../../losses/nt_xent.ts";
import { Simclr } from "../../models/simclr.ts";
import { Adam } from "../../optim/adam.ts";
import { VERSION } from "../../version.ts";
import { answer, readProblem, SETTINGS, timeSteps, TRAINED } from "./problem.ts";

const [folder, seconds, adapter] = Deno.args;
const given = await readProblem(folder);
const gpu = await chooseDevice({ adapter: adapter || undefined, warn: () => {} });
const store = new ParameterStore();
const model = new Simclr(store);
store.allocate(gpu, 42);
store.load(TRAINED.map((name) => ({ name, dtype: "float32", ...given(name) })));
const { shape, data } = given("x");
const x = Tensor.from(gpu, shape, data, "x");

const state = new StepState(gpu);
const adam = new Adam(gpu, store.flat());
const program = await recordTuned(new KernelLibrary(gpu), (recorder) => {
  const { z, backward } = model.forward(recorder, x);
  backward(ntXent(recorder, z, state, SETTINGS.temperature).dz);
  adam.record(recorder, state);
});
const records = shape[0] / 2;
const timed = await timeSteps((step) => {
  state.begin({ seed: 1, epoch: 0, step, records, ...adam.values(step, SETTINGS.learningRate) });
  program.run();
  return async () => (await state.read()).at(-1)!.loss;
}, Number(seconds));
answer({ name: "this project", about: `${VERSION}, WebGPU on ${gpu.name}`, ...timed });

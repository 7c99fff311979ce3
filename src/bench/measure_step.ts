/** Times a step with the same writes, launches and readings of the losses as in training. */

import type { DispatchTime } from "../gpu/program.ts";
import { recordTuned } from "../gpu/record_tuned.ts";
import { StepState } from "../gpu/step_state.ts";
import { Tensor } from "../gpu/tensor.ts";
import { ParameterStore } from "../layers/parameters.ts";
import { Adam } from "../optim/adam.ts";
import type { Workspace } from "../runs/workspace.ts";
import { spread } from "./figures.ts";
import { tabulate } from "./kernel_table.ts";
import type { Step } from "./steps.ts";

/** How long to measure. */
export interface Effort {
  /** Repetitions, of which the median counts. */
  readonly repetitions: number;
  /** Milliseconds that a repetition should last at least. */
  readonly repetitionMilliseconds: number;
  /** Profiles with a timestamp around every launch. */
  readonly profiles: number;
}

/** What was measured of a step. */
export type StepFigures = Readonly<Awaited<ReturnType<typeof measureStep>>>;

/** Steps between two readings of the losses; the ring of losses holds 1,024. */
const MOST_STEPS = 500;

const SEED = 42;

/**
 * Measures a step of fresh weights, after a warm-up of two steps. A training step is input, forward
 * and backward pass, Adam, and what follows the update.
 *
 * @param rows Records of the step; where there are two views, each gives two rows.
 */
export async function measureStep(
  step: Step,
  workspace: Workspace,
  rows: number,
  effort: Effort,
) {
  const { gpu, kernels, set } = workspace;
  using memory = new DisposableStack();
  const state = memory.adopt(new StepState(gpu), (each) => each.destroy());
  const own = (tensor: Tensor) => memory.adopt(tensor, () => tensor.release());
  const indices = own(Tensor.zeros(gpu, [rows], "batch"));
  const ones = new Float32Array(set.classNames.length).fill(1);
  const classWeights = own(Tensor.from(gpu, [ones.length], ones, "class weights"));
  const store = new ParameterStore();
  const made = step.make({ store, classWeights, patients: set.patients });
  store.allocate(gpu, SEED);
  memory.defer(() => store.destroy());
  const training = typeof made === "function" ? undefined : {
    method: made,
    optimizer: memory.adopt(
      new Adam(gpu, store.flat(made.trainedFrom, made.trainedTo)),
      (each) => each.destroy(),
    ),
  };
  const partners = training?.method.partnersOf && own(Tensor.zeros(gpu, [rows], "partners"));
  const batch = {
    records: workspace.records,
    indices,
    partners,
    step: state,
    normalization: workspace.normalizationTensor,
    labels: workspace.labels,
    rows,
  };
  const program = memory.adopt(
    await recordTuned(kernels, (recorder) => {
      if (typeof made === "function") return [made(recorder, batch)];
      made.record(recorder, batch);
      training!.optimizer.record(recorder, state);
      made.recordUpdate?.(recorder, batch);
      return [];
    }),
    (each) => each.destroy(),
  );

  const order = Int32Array.from({ length: set.ids.length }, (_, i) => i);
  const [seed, epoch] = [1, 1];
  let launched = 0;
  /** What the trainer does for a step (`src/runs/trainer.ts`), without waiting. */
  const launch = () => {
    const first = launched * rows % (order.length - rows + 1);
    const chosen = order.subarray(first, first + rows);
    indices.write(Uint32Array.from(chosen));
    partners?.write(Uint32Array.from(training!.method.partnersOf!(chosen, { seed, epoch })));
    const step = launched++;
    state.begin({
      seed,
      epoch,
      step,
      records: rows,
      ...training?.optimizer.values(step, 1e-3),
      momentum: training?.method.momentum?.(step, MOST_STEPS) ?? 0,
    });
    program.run();
  };
  const run = async (steps: number): Promise<{ total: number; host: number[] }> => {
    const host: number[] = [];
    const started = performance.now();
    for (let i = 0; i < steps; i++) {
      const before = performance.now();
      launch();
      host.push(performance.now() - before);
    }
    await state.read();
    return { total: performance.now() - started, host };
  };

  await run(1);
  let { total } = await run(1);
  let steps = 1;
  while (total < effort.repetitionMilliseconds && steps < MOST_STEPS) {
    // Growing by four at most, since the first reading includes 11 ms of waiting.
    const factor = Math.min(4, 1.2 * effort.repetitionMilliseconds / total);
    steps = Math.min(MOST_STEPS, Math.ceil(steps * factor));
    ({ total } = await run(steps));
  }
  const times: number[] = [];
  const hostTimes: number[] = [];
  for (let i = 0; i < effort.repetitions; i++) {
    const { total, host } = await run(steps);
    times.push(total / steps);
    // On a processor the device computes on this thread's cores: there only the first launch,
    // on an idle device, tells the host's own time.
    hostTimes.push(...(gpu.software ? host.slice(0, 1) : host));
  }
  const profiles: DispatchTime[][] = [];
  while (gpu.canTime && profiles.length < effort.profiles) profiles.push(await program.profile());

  const milliseconds = spread(times);
  const hostMilliseconds = spread(hostTimes);
  const { dispatches, arenaBytes } = program;
  return {
    batch: rows,
    samplesPerSecond: spread(times.map((each) => 1000 * rows / each)),
    milliseconds,
    // Steps between two readings of the losses.
    stepsPerRepetition: steps,
    // Of this thread for a step: writes, encoding, submitting.
    hostMilliseconds,
    hostShare: hostMilliseconds.median / milliseconds.median,
    launches: dispatches.length,
    // Operations of a step's matrix products, a multiply-add counted as two.
    flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
    // Transient memory.
    arenaBytes,
    // Absent where the adapter has no timestamp queries.
    device: gpu.canTime
      ? tabulate(dispatches.map((dispatch, i) => ({
        dispatch,
        milliseconds: spread(profiles.map((times) => times[i].milliseconds)).median,
      })))
      : undefined,
  };
}

/** Training steps on the GPU beside PyTorch's in float64. */

import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import type { StepState } from "../../src/gpu/step_state.ts";
import type { HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { Adam } from "../../src/optim/adam.ts";
import { openGpu, relativeError } from "../support/gpu.ts";
import {
  type ParityCase,
  type ParityGradient,
  parityGradientError,
} from "../support/parity_fixture.ts";

const LOSS_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-3;

interface Gradients {
  readonly gradients: ReadonlyMap<string, Omit<ParityGradient, "finalNorm">>;
}

/** What all fixtures have. */
type Parity =
  & Gradients
  & Pick<ParityCase, "steps" | "batch" | "learningRate" | "losses" | "runningStatistics">;

/** Loads the weights that PyTorch started from. */
export function loadInitial(
  store: ParameterStore,
  parity: Pick<ParityCase, "initialWeights">,
): void {
  const initial = parity.initialWeights();
  store.load(store.parameters.map(({ name, shape }) => ({
    name,
    shape,
    dtype: "float32",
    data: initial.get(name)!,
  })));
}

/** Asserts that a gradient is PyTorch's. */
export function assertGradient({ gradients }: Gradients, { name, data }: HostValues): void {
  const error = parityGradientError(gradients.get(name)!, data as Float32Array);
  assertLess(error.elements, GRADIENT_TOLERANCE, `${name}: ${error.elements}`);
  assertLess(error.norm, GRADIENT_TOLERANCE, `${name} norm: ${error.norm}`);
}

/** A recorded pass, and what it is given. */
export interface ParityRun {
  readonly store: ParameterStore;
  readonly step: StepState;
  /** Forward and backward pass, recorded. */
  readonly recorder: Recorder;
  readonly trainedTo?: number;
  /** Records what follows the optimizer. */
  readonly recordUpdate?: (update: Recorder) => void;
  /** Places the batch of a step, and tells what the step state is to hold besides. */
  readonly batch: (index: number) => { seed?: number; epoch?: number; momentum?: number } | void;
  /** In place of {@linkcode assertGradient} for each. */
  readonly checkGradients?: (gradients: readonly HostValues[]) => void;
}

/**
 * Runs the steps and asserts losses, gradients of the first one and running statistics at the end;
 * store and step state are released.
 */
export async function assertParitySteps(
  parity: Parity,
  { store, step, recorder, ...run }: ParityRun,
  /** Looks at the state after the last step. */
  checkState: (state: readonly HostValues[]) => void = () => {},
): Promise<void> {
  const { gpu, kernels } = await openGpu();
  const gradient = await recorder.plan();
  const optimizer = new Adam(gpu, store.flat(0, run.trainedTo));
  const update = new Recorder(kernels);
  optimizer.record(update, step);
  run.recordUpdate?.(update);
  const updating = await update.plan();
  for (let i = 0; i < parity.steps; i++) {
    const values = { ...optimizer.values(i, parity.learningRate), ...run.batch(i) };
    step.begin({ seed: 0, epoch: 0, step: i, records: parity.batch, ...values });
    gradient.run();
    if (i === 0) {
      const gradients = await store.gradients();
      if (run.checkGradients) run.checkGradients(gradients);
      else for (const each of gradients) assertGradient(parity, each);
    }
    updating.run();
  }
  const losses = (await step.read()).map(({ loss }) => loss);
  assertEquals(losses.length, parity.steps);
  losses.forEach((loss, i) =>
    assertAlmostEquals(loss, parity.losses[i], LOSS_TOLERANCE * parity.losses[i], `step ${i}`)
  );
  const state = await store.state();
  for (const { name, data } of state) {
    const expected = parity.runningStatistics.get(name);
    if (expected) assertLess(relativeError(data as Float32Array, expected), 1e-3, name);
  }
  checkState(state);
  for (const owner of [gradient, updating, optimizer, step, store]) owner.destroy();
}

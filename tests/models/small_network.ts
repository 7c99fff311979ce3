/** Small classifiers on the GPU beside their float64 twins: training mode both ways, dropout included. */

import { assertEquals, assertLess } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import type { ClassifierNetwork } from "../../src/models/classifier_network.ts";
import { addBuffers, forward, type Layer, type NamedArrays } from "../reference/models/network.ts";
import { goldenFill } from "../support/golden_fill.ts";
import { relativeError } from "../support/gpu.ts";
import { draws, GuardedRun } from "../kernels/guarded.ts";

/** A network of the GPU, its twin, and what to give them. */
export interface SmallNetwork {
  readonly build: (store: ParameterStore) => ClassifierNetwork;
  /** Two layers: one that gives the features, and the head. */
  readonly twin: Layer;
  readonly twinHead: Layer;
  /** Records and samples of the input. */
  readonly batch: number;
  readonly length: number;
  /** Relative error allowed to any tensor. */
  readonly tolerance: number;
}

/** Weights by the golden rule, rounded to float32, in the store and in the state returned for its twin. */
export function fill(store: ParameterStore, twin: Layer): NamedArrays {
  const state = goldenFill(twin.parameters);
  for (const [name, values] of state) state.set(name, values.map(Math.fround));
  store.load([...state].map(([name, values]) => ({
    name,
    shape: [],
    dtype: "float32",
    data: Float32Array.from(values),
  })));
  addBuffers(state, twin);
  return state;
}

/** Asserts logits, gradients and running statistics of a training pass, and that of the head alone. */
export function assertTraining(network: SmallNetwork): Promise<void> {
  return GuardedRun.with(async (run) => {
    const { batch, length, tolerance } = network;
    const store = new ParameterStore();
    const model = network.build(store);
    store.allocate(run.gpu, 0);
    const state = fill(store, network.twin);
    const at = { seed: 6, step: 3 };
    const step = new StepState(run.gpu);
    const x = draws(batch * length * model.inputs, 1);
    const upstream = draws(batch * model.classes, 2, -3, 3);
    const input = run.place("x", [batch, length, model.inputs], x);
    const { logits, backward } = model.forward(run.recorder, input, step);
    backward(run.place("dy", logits.shape, upstream));
    await run.run(1, () => step.begin({ ...at, epoch: 0, records: batch }));

    const expected = forward(network.twin, state, x, batch, at);
    assertLess(relativeError(run.get(logits), expected.output), tolerance, "logits");
    const gradients = expected.backward(upstream);
    for (const { name, data } of await store.gradients()) {
      const error = relativeError(data as Float32Array, gradients.get(name)!);
      assertLess(error, tolerance, name);
    }
    for (const { name, data } of await store.state()) {
      if (!name.includes("running")) continue;
      assertLess(relativeError(data as Float32Array, state.get(name)!), tolerance, name);
    }
    step.destroy();
    store.destroy();
  });
}

/** Asserts features and logits of an evaluation pass, whose running statistics are not the defaults. */
export function assertEvaluation(network: SmallNetwork): Promise<void> {
  return GuardedRun.with(async (run) => {
    const { batch, length, tolerance } = network;
    const store = new ParameterStore();
    const model = network.build(store);
    store.allocate(run.gpu, 0);
    const state = fill(store, network.twin);
    let item = 10;
    for (const [name, values] of state) {
      if (!name.includes("running")) continue;
      const [low, high] = name.endsWith("var") ? [0.5, 2] : [-0.5, 0.5];
      values.set(draws(values.length, item++, low, high));
    }
    store.load(
      [...state].filter(([name]) => name.includes("running")).map(([name, values]) => ({
        name,
        shape: [],
        dtype: "float32",
        data: Float32Array.from(values),
      })),
    );
    const x = draws(batch * length * model.inputs, 1);
    const input = run.place("x", [batch, length, model.inputs], x);
    const { features, logits } = model.evaluate(run.recorder, input);
    assertEquals(features.shape, [batch, model.features]);
    assertEquals(logits.shape, [batch, model.classes]);
    await run.run();
    const expected = forward(network.twin, state, x, batch, false);
    assertLess(relativeError(run.get(features), expected.passes![0].output), tolerance, "features");
    assertLess(relativeError(run.get(logits), expected.output), tolerance, "logits");
    store.destroy();
  });
}

/**
 * Asserts that the head alone, trained on the features of the evaluated network, gives the gradients of
 * the head and leaves all others at zero.
 */
export function assertHead(network: SmallNetwork): Promise<void> {
  return GuardedRun.with(async (run) => {
    const { batch, tolerance } = network;
    const store = new ParameterStore();
    const model = network.build(store);
    store.allocate(run.gpu, 0);
    const state = fill(store, network.twin);
    const at = { seed: 6, step: 3 };
    const step = new StepState(run.gpu);
    const features = draws(batch * model.features, 1);
    const upstream = draws(batch * model.classes, 2, -3, 3);
    const input = run.place("features", [batch, model.features], features);
    const { logits, backward } = model.forwardHead(run.recorder, input, step);
    backward(run.place("dy", logits.shape, upstream));
    await run.run(1, () => step.begin({ ...at, epoch: 0, records: batch }));
    const expected = forward(network.twinHead, state, features, batch, at).backward(upstream);
    const first = store.parameters.indexOf(model.headStart);
    (await store.gradients()).forEach(({ name, data }, i) => {
      const gradient = data as Float32Array;
      if (i < first) assertEquals(gradient.every((value) => value === 0), true, name);
      else assertLess(relativeError(gradient, expected.get(name)!), tolerance, name);
    });
    step.destroy();
    store.destroy();
  });
}

/**
 * Batch normalization against float64. Inputs are of order one around a mean of up to 3, so float32
 * rounds them, their mean and their deviations to about 3e-7; y amplifies that by gamma / deviation
 * (below 4) and dx adds sums over the rows, whose rounding grows with their root.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import { BatchNorm } from "../../src/layers/batch_norm.ts";
import { Conv1d } from "../../src/layers/conv1d.ts";
import { Dropout } from "../../src/layers/dropout.ts";
import { Linear } from "../../src/layers/linear.ts";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { conv1dForward } from "../reference/layers/conv1d.ts";
import { convWeightFromTorch, transpose } from "../reference/layers/layout.ts";
import { linearForward } from "../reference/layers/linear.ts";
import {
  batchNormBackward,
  batchNormEvaluate,
  batchNormTrain,
} from "../reference/layers/batch_norm.ts";
import { dropoutFactors } from "../reference/layers/dropout.ts";
import { assertClose, draws, GuardedRun, largest } from "../kernels/guarded.ts";

interface Values {
  weight: Float64Array;
  bias: Float64Array;
  mean: Float64Array;
  variance: Float64Array;
}

/** Weights of both signs and running statistics that are not the defaults. */
function makeValues(channels: number): Values {
  return {
    weight: draws(channels, 1, -2, 2),
    bias: draws(channels, 2),
    mean: draws(channels, 3),
    variance: draws(channels, 4, 0.25, 2),
  };
}

function load(store: ParameterStore, name: string, values: Values): void {
  const host = (key: string, data: Float64Array): HostValues => ({
    name: `${name}.${key}`,
    shape: [data.length],
    dtype: "float32",
    data: Float32Array.from(data),
  });
  store.load([
    host("weight", values.weight),
    host("bias", values.bias),
    host("running_mean", values.mean),
    host("running_var", values.variance),
  ]);
}

async function runningStatistics(store: ParameterStore) {
  const state = await store.state();
  const get = (end: string) => state.find(({ name }) => name.endsWith(end))!.data as Float32Array;
  return { mean: get("running_mean"), variance: get("running_var") };
}

// Tiles have 32 rows forward and 64 backward, a workgroup joins 64 tiles: 1, primes, tile ± 1,
// several tiles, more tiles than a workgroup has invocations.
for (
  const [rows, channels] of [
    [1, 4],
    [2, 12],
    [31, 20],
    [32, 4],
    [33, 16],
    [63, 8],
    [65, 12],
    [251, 20],
    // More than one vec4 column an invocation on processors.
    [37, 128],
    [66, 256],
    [129, 192],
    [2111, 4],
    [4129, 8],
  ]
) {
  Deno.test(`batch norm of [${rows}, ${channels}]: training, backward and running statistics`, () =>
    GuardedRun.with(async (run) => {
      const store = new ParameterStore();
      const layer = new BatchNorm(store, "norm", channels);
      store.allocate(run.gpu, 0);
      const values = makeValues(channels);
      load(store, "norm", values);
      // Every channel has a mean and deviation of its own.
      const x = draws(rows * channels, 5).map((value, j) =>
        Math.fround(value * (1 + (j % channels) % 3) + 3 * Math.sin(j % channels))
      );
      const upstream = draws(rows * channels, 6, -3, 3);
      const { y, backward } = layer.forward(run.recorder, run.place("x", [rows, 1, channels], x));
      const dx = backward(run.place("dy", [rows, 1, channels], upstream));
      await run.run();

      const running = { mean: values.mean.slice(), variance: values.variance.slice() };
      const expected = batchNormTrain(x, values.weight, values.bias, running, { relu: true });
      // One row: every deviation is 0, up to rounding of x times 1 / sqrt(1e-5).
      const amplification = rows === 1 ? 320 : 4;
      assertClose(run.get(y), expected.output, amplification * 1e-6, "y");
      const gradients = batchNormBackward(x, values.weight, expected, upstream, {
        training: true,
        relu: true,
      });
      const size = largest(expected.inverseDeviation) * 6;
      assertClose(run.get(dx), gradients.input, 2e-6 * size, "dx");
      const [dgamma, dbeta] = await store.gradients();
      const sums = 1e-6 * 6 * Math.sqrt(rows) * (rows === 1 ? 320 : 1);
      assertClose(dgamma.data as Float32Array, gradients.weight, sums, "dgamma");
      assertClose(dbeta.data as Float32Array, gradients.bias, sums, "dbeta");
      const actual = await runningStatistics(store);
      assertClose(actual.mean, running.mean, 1e-6, "running mean");
      assertClose(actual.variance, running.variance, 3e-6, "running variance");
      store.destroy();
    }));
}

for (const tiles of [1, 2, 3, 8]) {
  Deno.test(`batch norm joins ${tiles} tiles to the same bits, however many invocations share them`, () =>
    GuardedRun.with(async (run) => {
      const channels = 20;
      const rows = 32 * tiles - 5;
      const shape = [tiles, 2, channels];
      const moments = run.place("moments", shape, draws(tiles * 2 * channels, 1, 0.5, 2));
      const partial = run.place("partial", shape, draws(tiles * 2 * channels, 2));
      const vector = (name: string) => run.place(name, [channels], draws(channels, 3, 0.5, 2));
      const results = [64, 2 ** Math.ceil(Math.log2(tiles))].map((T) => {
        const affine = run.recorder.transient(`affine ${T}`, [4, channels]);
        const coefficients = run.recorder.transient(`coefficients ${T}`, [2, channels]);
        const added = {
          running_mean: vector("running mean"),
          running_var: vector("running variance"),
          dgamma: vector("dgamma"),
          dbeta: vector("dbeta"),
        };
        const { running_mean, running_var, dgamma, dbeta } = added;
        const grid = [Math.ceil(channels / 4 * T / 64)] as const;
        run.recorder.dispatch("batch_norm_finalize", {
          constants: { T },
          tensors: {
            moments,
            gamma: vector("gamma"),
            beta: vector("beta"),
            running_mean,
            running_var,
            affine,
          },
          dims: {
            rows,
            tile_rows: 32,
            tiles,
            channels: channels / 4,
            epsilon: 1e-5,
            momentum: 0.1,
          },
          grid,
        });
        run.recorder.dispatch("batch_norm_backward_finalize", {
          constants: { T },
          tensors: { partial, affine, dgamma, dbeta, coefficients },
          dims: { rows, tiles, channels: channels / 4 },
          grid,
        });
        return [affine, coefficients, ...Object.values(added)];
      });
      await run.run();
      const [all, few] = results.map((tensors) => tensors.map((tensor) => run.get(tensor)));
      assertEquals(few, all);
    }));
}

/** What may follow the normalization; the upstream gradient goes back through it in float64 as well. */
const followers = [
  { name: "nothing", relu: false },
  { name: "dropout", relu: false, dropout: true },
  { name: "ReLU and skip", relu: true, skip: true },
  { name: "ReLU, dropout and skip", relu: true, dropout: true, skip: true },
  { name: "residual and ReLU", residual: true },
] as const;

// A head's rows, one vec4 column an invocation and several, and more rows than a tile.
for (const [rows, channels] of [[2, 4], [5, 128], [33, 12], [67, 256]]) {
  for (const follower of followers) {
    const { relu = true, dropout = false, skip = false, residual = false } = follower as Partial<
      Record<"relu" | "dropout" | "skip" | "residual", boolean>
    >;
    Deno.test(`batch norm of [${rows}, ${channels}] followed by ${follower.name}: both ways`, () =>
      GuardedRun.with(async (run) => {
        const store = new ParameterStore();
        const layer = new BatchNorm(store, "norm", channels);
        store.allocate(run.gpu, 0);
        const values = makeValues(channels);
        load(store, "norm", values);
        const step = new StepState(run.gpu);
        const [x, added, upstream] = [5, 6, 7].map((item) => draws(rows * channels, item));
        const place = (name: string, data: Float64Array) => run.place(name, [rows, channels], data);
        const [input, summand] = [place("x", x), place("added", added)];
        const drop = { layer: new Dropout(3, 0.25), step };
        const pass = residual
          ? layer.forwardResidual(run.recorder, input, summand)
          : layer.forward(run.recorder, input, undefined, {
            relu,
            ...(dropout && { dropout: drop }),
            ...(skip && { skip: summand }),
          });
        const back = pass.backward(place("dy", upstream));
        const gradients = "dx" in back ? back : { dx: back, residual: undefined };
        await run.run(1, () => step.begin({ seed: 4, epoch: 0, step: 8, records: rows }));

        const normed = batchNormTrain(x, values.weight, values.bias);
        const at = { seed: 4, step: 8, layer: 3, probability: dropout ? 0.25 : 0 };
        const factors = dropoutFactors(x.length, at);
        const inner = normed.output.map((value, j) => residual ? value + added[j] : value);
        const open = inner.map((value) => residual || relu ? Number(value > 0) : 1);
        const y = inner.map((value, j) => value * open[j] * factors[j] + (skip ? added[j] : 0));
        const size = largest(normed.inverseDeviation);
        // As above; two more operations on numbers of that size.
        assertClose(run.get(pass.y), y, 4e-6 * size, "y");
        const g = upstream.map((value, j) => value * factors[j] * open[j]);
        const expected = batchNormBackward(x, values.weight, normed, g, { training: true });
        const steep = 1e-5 * size * Math.max(1, size / rows);
        assertClose(run.get(gradients.dx), expected.input, steep, "dx");
        if (gradients.residual) {
          assertClose(run.get(gradients.residual), g, 0, "residual's gradient");
        }
        const [dgamma, dbeta] = await store.gradients();
        const sums = 4e-6 * size * Math.sqrt(rows);
        assertClose(dgamma.data as Float32Array, expected.weight, sums, "dgamma");
        assertClose(dbeta.data as Float32Array, expected.bias, sums, "dbeta");
        step.destroy();
        store.destroy();
      }));
  }
}

Deno.test("batch norm: a mean far above the deviation costs no digits of the variance", () =>
  GuardedRun.with(async (run) => {
    const [rows, channels] = [300, 4];
    const store = new ParameterStore();
    const layer = new BatchNorm(store, "norm", channels);
    store.allocate(run.gpu, 0);
    // A sum of squares would lose 1e6 · 2^-24 = 6 % of a variance of one here.
    const x = draws(rows * channels, 7).map((value) => Math.fround(1000 + value));
    layer.forward(run.recorder, run.place("x", [rows, 1, channels], x));
    await run.run();
    const running = {
      mean: new Float64Array(channels),
      variance: new Float64Array(channels).fill(1),
    };
    const ones = new Float64Array(channels).fill(1);
    batchNormTrain(x, ones, new Float64Array(channels), running);
    const actual = await runningStatistics(store);
    // The mean is off by less than 1e-3, the variance by that squared, and by its own rounding.
    assertClose(actual.variance, running.variance, 2e-6, "running variance");
    // A tile's sum reaches 32,000, where float32 numbers are 2e-3 apart; a tenth of its mean counts.
    assertClose(actual.mean, running.mean, 1e-4, "running mean");
    store.destroy();
  }));

Deno.test("batch norm behind a linear layer: rows [N, C], both modes", () =>
  GuardedRun.with(async (run) => {
    // Channels of BYOL's heads, many vec4 columns an invocation on processors; a batch of 9.
    const [rows, inputs, channels] = [9, 12, 2048];
    const store = new ParameterStore();
    const linear = new Linear(store, "linear", inputs, channels);
    const layer = new BatchNorm(store, "norm", channels);
    store.allocate(run.gpu, 3);
    const values = makeValues(channels);
    load(store, "norm", values);
    const x = draws(rows * inputs, 1);
    const upstream = draws(rows * channels, 2);
    const placed = run.place("x", [rows, inputs], x);
    // Evaluation first: it has to read the statistics before training moves them.
    const folded = linear.forward(run.recorder, placed, {
      affine: layer.fold(run.recorder, linear.bias.value),
      relu: true,
    });
    const hidden = linear.forward(run.recorder, placed);
    const { y, backward } = layer.forward(run.recorder, hidden.y);
    const dx = backward(run.place("dy", [rows, channels], upstream));
    assertEquals([y.shape, dx.shape], [[rows, channels], [rows, channels]]);
    await run.run();

    const [weight, bias] = (await store.state()).map(({ data }) => data as Float32Array);
    const shape = { rows, inputs, outputs: channels };
    const raw = linearForward(
      shape,
      x,
      transpose(weight, channels, inputs),
      Float64Array.from(bias),
    );
    const evaluated = batchNormEvaluate(raw, values.weight, values.bias, values, { relu: true });
    // Of order one, times gamma / deviation (below 4); sums of 12 products.
    assertClose(run.get(folded.y), evaluated.output, 4e-6, "evaluation");
    const trained = batchNormTrain(raw, values.weight, values.bias, undefined, { relu: true });
    const size = largest(trained.inverseDeviation);
    assertClose(run.get(y), trained.output, 1e-6 * size, "training");
    const gradients = batchNormBackward(raw, values.weight, trained, upstream, {
      training: true,
      relu: true,
    });
    assertClose(run.get(dx), gradients.input, 4e-6 * size, "dx");
    store.destroy();
  }));

Deno.test("batch norm: evaluation folds into the layer before, or stands alone", () =>
  GuardedRun.with(async (run) => {
    const channels = 68;
    const store = new ParameterStore();
    const layer = new BatchNorm(store, "norm", channels);
    store.allocate(run.gpu, 0);
    const values = makeValues(channels);
    load(store, "norm", values);
    const affine = layer.fold(run.recorder);
    const x = draws(5 * channels, 8);
    const applied = layer.evaluate(run.recorder, run.place("x", [5, channels], x));
    await run.run();
    const a = run.get(affine);
    const folded = x.map((value, j) => value * a[j % channels] + a[channels + j % channels]);
    const expected = batchNormEvaluate(x, values.weight, values.bias, values);
    // Scale (below 4) and shift each carry three roundings.
    assertClose(folded, expected.output, 2e-6, "folded");
    assertClose(run.get(applied), expected.output, 2e-6, "applied");
    const after = await runningStatistics(store);
    assertEquals(after.mean, Float32Array.from(values.mean), "Evaluation changed the mean");
    store.destroy();
  }));

Deno.test("batch norm: a convolution's moments give what the separate kernel gives", () =>
  GuardedRun.with(async (run) => {
    const [batch, length, inputs, outputs, kernelSize] = [3, 47, 12, 16, 5];
    const store = new ParameterStore();
    const convolution = new Conv1d(store, "c", {
      inputs,
      outputs,
      kernelSize,
      stride: 1,
      padding: 2,
    });
    const layers = [new BatchNorm(store, "fused", outputs), new BatchNorm(store, "apart", outputs)];
    store.allocate(run.gpu, 3);
    const values = makeValues(outputs);
    for (const { name } of layers) load(store, name, values);
    const x = draws(batch * length * inputs, 1);
    const convolved = convolution.forward(
      run.recorder,
      run.place("x", [batch, length, inputs], x),
      { statistics: true },
    );
    // Absent on an adapter without such a kernel: then both go the same way.
    const fused = layers[0].forward(run.recorder, convolved.y, convolved.statistics);
    const apart = layers[1].forward(run.recorder, convolved.y);
    await run.run();
    const [{ data }] = await store.state();
    const shape = {
      batch,
      inputLength: length,
      inputChannels: inputs,
      outputChannels: outputs,
      kernelSize,
      stride: 1,
      padding: 2,
    };
    const raw = conv1dForward(
      shape,
      x,
      convWeightFromTorch(data as Float32Array, [outputs, inputs, kernelSize]),
    );
    const { output, inverseDeviation } = batchNormTrain(
      raw,
      values.weight,
      values.bias,
      undefined,
      {
        relu: true,
      },
    );
    // The convolution's 60 products carry 1e-6, divided by its deviation and multiplied by gamma.
    const tolerance = 2e-6 * largest(inverseDeviation);
    assertClose(run.get(fused.y), output, tolerance, "fused");
    assertClose(run.get(apart.y), output, tolerance, "apart");
    store.destroy();
  }));

Deno.test("batch norm lets NaN through, so that a broken batch is seen", () =>
  GuardedRun.with(async (run) => {
    const store = new ParameterStore();
    const layer = new BatchNorm(store, "norm", 4);
    store.allocate(run.gpu, 0);
    const x = draws(40, 1);
    x[9] = NaN;
    const { y } = layer.forward(run.recorder, run.place("x", [10, 1, 4], x));
    await run.run();
    const values = run.get(y);
    values.forEach((value, j) => assertEquals(Number.isNaN(value), j % 4 === 1, `element ${j}`));
    store.destroy();
  }));

Deno.test("batch norm needs a multiple of 4 channels", () => {
  assertThrows(
    () => new BatchNorm(new ParameterStore(), "norm", 6),
    RangeError,
    "Batch normalization norm needs a multiple of 4 channels, got 6",
  );
});

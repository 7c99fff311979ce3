/**
 * Every variant of the windowed product and of its weight gradient against float64.
 *
 * Tolerance of a sum of n products in float32, in any order: |error| <= 1.1 · n · 2^-24 · Σ|x·w|, the
 * standard bound (Higham 2002, section 3.1). It is computed for every single output, so that a lost
 * or doubled term (about 1/n of the sum) shows for the small n used here.
 */

import { assert, assertEquals } from "@std/assert";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { adapterKind, type Variant } from "../../src/gpu/tuning.ts";
import {
  gradientVariants,
  productVariants,
  recordProduct,
  recordWeightGradient,
  type WindowedProduct,
} from "../../src/layers/windowed_product.ts";
import { conv1dBackwardWeight, conv1dForward } from "../reference/layers/conv1d.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

const UNIT_ROUNDOFF = 2 ** -24;
/** Fills everything that a kernel must not touch. */
const SENTINEL = -77777.25;

const gpu = await chooseDevice({ warn() {} });
const kernels = new KernelLibrary(gpu);
globalThis.addEventListener("unload", () => gpu.destroy());

let item = 0;
function uniform(size: number): Float32Array<ArrayBuffer> {
  const random = new CounterRandom(7, Stream.synthetic, { item: item++ });
  return Float32Array.from({ length: size }, () => random.uniform(-1, 1));
}

/** A persistent tensor with these values, followed by `guard` copies of `fill`. */
function upload(name: string, values: Float32Array, guard = 0, fill = SENTINEL): Tensor {
  const all = new Float32Array(values.length + guard).fill(fill);
  all.set(values);
  return Tensor.from(gpu, [all.length], all, name);
}

/**
 * The same dispatches with tensor `inner` followed by a guard band: the memory that a recording gives
 * to moments and partial sums ends where they end, and what is written behind it would vanish.
 */
function guardTensor(recorder: Recorder, inner: Tensor) {
  const guarded = upload(inner.name, new Float32Array(inner.size).fill(SENTINEL), 4096);
  const copy = new Recorder(kernels);
  for (const { kernel, tensors, grid, ...dispatch } of recorder.dispatches) {
    const swapped = Object.entries(tensors).map(([name, tensor]) =>
      [name, tensor === inner ? guarded : tensor] as const
    );
    copy.dispatch(kernel, {
      ...dispatch,
      tensors: Object.fromEntries(swapped),
      // As if more than 65,535 tiles were folded into z: the surplus must write nothing.
      grid: kernel === "conv1d_tiled" ? [grid[0], grid[1], 2] : grid,
    });
  }
  /** The tensor's content, once the guard band is seen to be whole; frees it. */
  const take = async () => {
    const all = await guarded.read();
    guarded.release();
    const touched = all.subarray(inner.size).findIndex((value) => value !== SENTINEL);
    assertEquals(touched, -1, `wrote ${touched} elements after ${inner.name}`);
    const missing = all.subarray(0, inner.size).indexOf(SENTINEL);
    assertEquals(missing, -1, `left element ${missing} of ${inner.name} unwritten`);
    return all.subarray(0, inner.size);
  };
  return { recorder: copy, take };
}

/** Calls `visit` with the places in x, w and y of every product that belongs to the sums. */
function forEachTerm(
  p: WindowedProduct,
  visit: (x: number, w: number, y: number) => void,
): void {
  for (let i = 0; i < p.samples; i++) {
    for (let u = 0; u < p.positions; u++) {
      for (let f = 0; f < p.window; f++) {
        const g = u * p.step + p.offset + f;
        if (g < 0 || g >= p.sample) continue;
        for (let n = 0; n < p.columns; n++) {
          visit(i * p.sample + g, f * p.columns + n, (i * p.positions + u) * p.columns + n);
        }
      }
    }
  }
}

/** The extents of a convolution [N, T, Cin] -> [N, T', Cout] as a windowed product. */
function convolution(
  [batch, length, inputs, outputs, kernelSize, stride]: readonly number[],
): WindowedProduct {
  const padding = kernelSize >> 1;
  return {
    samples: batch,
    positions: Math.floor((length + 2 * padding - kernelSize) / stride) + 1,
    step: stride * inputs,
    offset: -padding * inputs || 0,
    window: kernelSize * inputs,
    sample: length * inputs,
    columns: outputs,
  };
}

/** Sizes for a tile of `rows` by `columns`: 1, prime, tile - 1, tile, tile + 1, several tiles. */
function products(rows: number, columns: number): Record<string, WindowedProduct> {
  return {
    "a single row, one vec4 of columns": convolution([1, 1, 4, 4, 1, 1]),
    "prime extents, stride 2": convolution([3, 13, 4, 12, 7, 2]),
    "one row and one vec4 less than a tile": convolution([1, rows - 1, 4, columns - 4, 3, 1]),
    "one tile": convolution([1, rows, 8, columns, 3, 1]),
    "one row and one vec4 more than a tile": convolution([1, rows + 1, 4, columns + 4, 5, 1]),
    "several tiles across samples, stride 2, odd length": convolution(
      [5, rows - 3, 12, columns + 8, 5, 2],
    ),
    "a linear layer": convolution([rows + 3, 1, 20, columns, 1, 1]),
  };
}

interface Case {
  variant: Variant;
  rows: number;
  columns: number;
}

function describe({ kernel, constants }: Variant): string {
  return `${kernel} ${Object.entries(constants).map(([k, v]) => `${k}=${v}`).join(" ")}`.trim();
}

const tiled = (
  P: number,
  COLUMNS: number,
  DEPTH: number,
  rows: number,
  columns: number,
  PAD = 1,
) => ({
  variant: {
    kernel: "conv1d_tiled",
    constants: { P, COLUMNS, DEPTH, THREAD_ROWS: rows, THREAD_COLUMNS: columns, PAD },
  },
  rows: P,
  columns: COLUMNS,
});
const tiledGradient = (
  R: number,
  COLUMNS: number,
  DEPTH: number,
  rows: number,
  columns: number,
) => ({
  variant: {
    kernel: "conv1d_backward_weight_tiled",
    constants: { R, COLUMNS, DEPTH, THREAD_ROWS: rows, THREAD_COLUMNS: columns, INVOCATIONS: 4096 },
  },
  rows: DEPTH,
  columns: COLUMNS,
});
const S = gpu.subgroupSize;
const hasSubgroups = adapterKind(gpu) === "subgroup";

const productCases: Case[] = [
  { variant: { kernel: "conv1d_simple", constants: {} }, rows: 16, columns: 16 },
  tiled(32, 32, 16, 4, 4),
  tiled(64, 32, 16, 8, 4),
  tiled(64, 64, 12, 8, 8),
  // Fewer window elements in workgroup memory than rows of invocations: tile_w is sized by these.
  tiled(128, 64, 8, 8, 8, 0),
];
const gradientCases: Case[] = [
  { variant: { kernel: "conv1d_backward_weight_simple", constants: {} }, rows: 8, columns: 16 },
  tiledGradient(32, 32, 16, 4, 4),
  tiledGradient(64, 64, 16, 8, 8),
  tiledGradient(48, 64, 24, 4, 8),
];
if (hasSubgroups) {
  for (const [P, Q] of [[16, 1], [32, 1], [16, 2]]) {
    const variant = { kernel: "conv1d_subgroup", constants: { S, P, Q } };
    productCases.push({ variant, rows: P, columns: 4 * S * Q });
  }
  for (const [R, Q] of [[S === 4 ? 16 : 32, 1], [16, 2]]) {
    const variant = { kernel: "conv1d_backward_weight_subgroup", constants: { S, R, Q } };
    gradientCases.push({ variant, rows: 8, columns: 4 * S * Q });
  }
}

/** Runs a product with NaN after x and w, and sentinels around and between the rows of y. */
async function runProduct(
  p: WindowedProduct,
  variant: Variant | undefined,
  x: Float32Array,
  w: Float32Array,
  epilogue: {
    bias?: Float32Array;
    affine?: Float32Array;
    add?: Float32Array;
    afterRelu?: boolean;
    relu?: boolean;
  } = {},
  statistics = false,
) {
  const gap = 4;
  const front = 8;
  const step = p.columns + gap;
  const sample = front + p.positions * step + gap;
  const tensors = {
    x: upload("x", x, 64, NaN),
    w: upload("w", w, 64, NaN),
    y: upload("y", new Float32Array(p.samples * sample).fill(SENTINEL), 4 * p.columns),
  };
  // What is added lies as y does.
  const added = epilogue.add && new Float32Array(p.samples * sample);
  for (let row = 0; added && row < p.samples * p.positions; row++) {
    const i = Math.floor(row / p.positions);
    const values = epilogue.add!.subarray(row * p.columns, (row + 1) * p.columns);
    added.set(values, i * sample + front + (row - i * p.positions) * step);
  }
  const vectors = [epilogue.bias, epilogue.affine, added].map((values, i) =>
    values && upload(`vector ${i}`, values)
  );
  const recorder = new Recorder(kernels);
  const moments = recordProduct(
    recorder,
    { ...p, store: { sample, step, offset: front } },
    tensors,
    {
      ...(vectors[0] && { bias: vectors[0] }),
      ...(vectors[1] && { affine: vectors[1] }),
      ...(vectors[2] && {
        add: { tensor: vectors[2], afterRelu: epilogue.afterRelu ?? false },
      }),
      relu: epilogue.relu ?? false,
    },
    { ...(variant && { variant }), statistics },
  );
  const guarded = moments && guardTensor(recorder, moments.moments);
  const program = await (guarded?.recorder ?? recorder).plan();
  program.run();
  const stored = await tensors.y.read();
  const tiles = await guarded?.take();
  const y = new Float32Array(p.samples * p.positions * p.columns);
  for (let row = 0; row < p.samples * p.positions; row++) {
    const i = Math.floor(row / p.positions);
    const from = i * sample + front + (row - i * p.positions) * step;
    y.set(stored.subarray(from, from + p.columns), row * p.columns);
    stored.fill(SENTINEL, from, from + p.columns);
  }
  const touched = stored.findIndex((value) => value !== SENTINEL);
  assertEquals(touched, -1, `wrote outside y, at element ${touched}`);
  program.destroy();
  for (const tensor of [...Object.values(tensors), ...vectors]) {
    if (tensor) tensor.release();
  }
  return { y, moments: tiles, tileRows: moments?.tileRows ?? 0 };
}

function assertClose(
  actual: Float32Array,
  expected: Float64Array,
  tolerance: (j: number) => number,
  what: string,
): void {
  for (let j = 0; j < expected.length; j++) {
    const error = Math.abs(actual[j] - expected[j]);
    assert(
      error <= tolerance(j),
      `${what}: element ${j} of ${expected.length} is ${actual[j]}, expected ${expected[j]} ± ` +
        `${tolerance(j)}`,
    );
  }
}

/** Mean and sum of squared deviations of each tile of rows, [tiles, 2, columns]. */
function tileMoments(y: Float32Array, columns: number, tileRows: number): Float64Array {
  const rows = y.length / columns;
  const tiles = Math.ceil(rows / tileRows);
  const moments = new Float64Array(tiles * 2 * columns);
  for (let tile = 0; tile < tiles; tile++) {
    const last = Math.min(rows, (tile + 1) * tileRows);
    for (let n = 0; n < columns; n++) {
      const values: number[] = [];
      for (let row = tile * tileRows; row < last; row++) values.push(y[row * columns + n]);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      moments[tile * 2 * columns + n] = mean;
      moments[(tile * 2 + 1) * columns + n] = values.reduce((a, b) => a + (b - mean) ** 2, 0);
    }
  }
  return moments;
}

for (const { variant, rows, columns } of productCases) {
  Deno.test(`${describe(variant)} multiplies like float64 at every size`, async () => {
    const statistics = variant.kernel !== "conv1d_simple";
    for (const [name, p] of Object.entries(products(rows, columns))) {
      const x = uniform(p.samples * p.sample);
      const w = uniform(p.window * p.columns);
      const expected = new Float64Array(p.samples * p.positions * p.columns);
      const magnitude = new Float64Array(expected.length);
      forEachTerm(p, (i, j, k) => {
        expected[k] += x[i] * w[j];
        magnitude[k] += Math.abs(x[i] * w[j]);
      });
      const run = await runProduct(p, variant, x, w, {}, statistics);
      const bound = 1.1 * p.window * UNIT_ROUNDOFF;
      assertClose(run.y, expected, (k) => bound * magnitude[k] + 1e-30, name);
      if (statistics) {
        // Against moments of the y that the kernel itself stored, so that only the adding up of a
        // tile's rows is judged: |y| <= window, n terms, and the mean's error enters the squares.
        const moments = tileMoments(run.y, p.columns, run.tileRows);
        const level = run.y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const slack = 1.1 * (run.tileRows + 4) * UNIT_ROUNDOFF;
        assertClose(run.moments!, moments, (k) => {
          const isMean = Math.floor(k / p.columns) % 2 === 0;
          return isMean ? slack * level : slack * (moments[k] + 4 * run.tileRows * level ** 2);
        }, `${name}, moments`);
      }
    }
  });
}

Deno.test("a product applies bias, affine map, addition and ReLU to its sums in every family", async () => {
  const p = convolution([2, 35, 8, 36, 3, 2]);
  const x = uniform(p.samples * p.sample);
  const w = uniform(p.window * p.columns);
  const bias = uniform(p.columns);
  const affine = uniform(2 * p.columns);
  const add = uniform(p.samples * p.positions * p.columns);
  const sums = new Float64Array(p.samples * p.positions * p.columns);
  forEachTerm(p, (i, j, k) => sums[k] += x[i] * w[j]);
  const mapped = sums.map((sum, k) =>
    sum * affine[k % p.columns] + affine[p.columns + k % p.columns]
  );
  const families = [productCases[0], productCases[1], ...hasSubgroups ? [productCases[5]] : []];
  for (const { variant } of families) {
    for (
      const [epilogue, expected] of [
        [{ bias }, sums.map((sum, k) => sum + bias[k % p.columns])],
        [{ affine, relu: true }, mapped.map((value) => Math.max(0, value))],
        [{ add }, sums.map((sum, k) => sum + add[k])],
        [{ affine, add, relu: true }, mapped.map((value, k) => Math.max(0, value + add[k]))],
        [
          { affine, add, afterRelu: true, relu: true },
          mapped.map((value, k) => Math.max(0, value) + add[k]),
        ],
      ] as const
    ) {
      const { y } = await runProduct(p, variant, x, w, epilogue);
      // |sum| <= 24 terms of at most 1; three more roundings.
      assertClose(y, expected, () => 27 * 27 * UNIT_ROUNDOFF, describe(variant));
    }
  }
});

Deno.test("variants of the product give the same bits on one adapter", async () => {
  const p = convolution([2, 67, 12, 68, 5, 1]);
  const x = uniform(p.samples * p.sample);
  const w = uniform(p.window * p.columns);
  const reference = (await runProduct(p, productCases[1].variant, x, w)).y;
  for (const { variant } of productCases.slice(2)) {
    const { y } = await runProduct(p, variant, x, w);
    assertEquals(y.findIndex((value, j) => value !== reference[j]), -1, describe(variant));
  }
});

for (const { variant, rows, columns } of gradientCases) {
  Deno.test(`${describe(variant)} sums like float64 at every size`, async () => {
    const cases = Object.entries(products(rows, columns));
    cases.push(["several chunks", convolution([3, 131, 4, 8, 3, 1])]);
    for (const [name, p] of cases) {
      const x = uniform(p.samples * p.sample);
      const dy = uniform(p.samples * p.positions * p.columns);
      const before = uniform(p.window * p.columns);
      const expected = Float64Array.from(before);
      const magnitude = before.map(Math.abs);
      forEachTerm(p, (i, j, k) => {
        expected[j] += x[i] * dy[k];
        magnitude[j] += Math.abs(x[i] * dy[k]);
      });
      const guard = 64;
      const tensors = {
        x: upload("x", x, 64, NaN),
        dy: upload("dy", dy, 64, NaN),
        gradient: upload("gradient", before, guard),
      };
      const recorder = new Recorder(kernels);
      recordWeightGradient(recorder, p, tensors, { variant });
      const partial = guardTensor(recorder, recorder.dispatches[0].tensors.partial);
      const program = await partial.recorder.plan();
      program.run();
      const actual = await tensors.gradient.read();
      await partial.take();
      assertEquals(
        actual.subarray(before.length),
        new Float32Array(guard).fill(SENTINEL),
        `${name}: wrote after the gradient`,
      );
      const terms = p.samples * p.positions + 2;
      const bound = 1.1 * terms * UNIT_ROUNDOFF;
      assertClose(actual, expected, (j) => bound * magnitude[j] + 1e-30, name);
      program.destroy();
      for (const tensor of Object.values(tensors)) tensor.release();
    }
  });
}

Deno.test("the float64 sums of these tests are those of a convolution", () => {
  const shape = {
    batch: 2,
    inputLength: 9,
    inputChannels: 4,
    outputChannels: 8,
    kernelSize: 5,
    stride: 2,
    padding: 2,
  };
  const p = convolution([2, 9, 4, 8, 5, 2]);
  const [x, w, dy] = [2 * 9 * 4, 5 * 4 * 8, 2 * 5 * 8].map((n) => Float64Array.from(uniform(n)));
  const y = new Float64Array(dy.length);
  const dw = new Float64Array(w.length);
  forEachTerm(p, (i, j, k) => {
    y[k] += x[i] * w[j];
    dw[j] += x[i] * dy[k];
  });
  const close = (a: Float64Array, b: Float64Array) =>
    a.forEach((value, j) => assert(Math.abs(value - b[j]) < 1e-12));
  close(y, conv1dForward(shape, x, w));
  close(dw, conv1dBackwardWeight(shape, x, dy).weight);
});

Deno.test("productVariants and gradientVariants keep to 16 KiB, 256 invocations and whole loads", () => {
  // As recorded on a GPU, whatever adapter runs this test.
  const names = ["NVIDIA H200", "Apple M2", "AMD Radeon RX 7900", "Intel Arc"];
  const layers = [
    [128, 1000, 12, 64, 11, 2],
    [128, 500, 64, 64, 7, 1],
    [128, 500, 64, 128, 7, 2],
    [128, 125, 256, 256, 3, 1],
    [128, 1, 256, 128, 1, 1],
    [128, 1, 128, 32, 1, 1],
  ];
  for (const name of names) {
    const recorder = { gpu: { name, software: false, subgroupSize: 0 } } as unknown as Recorder;
    for (const p of layers.map(convolution)) {
      const variants = productVariants(recorder, p);
      assertEquals(variants.at(-1)!.kernel, "conv1d_simple");
      for (const { constants } of variants.slice(0, -1)) {
        const { P, COLUMNS, DEPTH, THREAD_ROWS, THREAD_COLUMNS, PAD } = constants as Record<
          string,
          number
        >;
        const TY = P / THREAD_ROWS;
        const threads = TY * COLUMNS / THREAD_COLUMNS;
        assert(threads <= 256);
        assertEquals([P * DEPTH / 4 % threads, DEPTH * COLUMNS / 4 % threads, DEPTH % 4], [
          0,
          0,
          0,
        ]);
        const memory = 16 * (P * (DEPTH / 4 + PAD) + Math.max(DEPTH, TY) * COLUMNS / 4);
        assert(memory <= 16384, `${memory} bytes`);
      }
      for (const { kernel, constants } of gradientVariants(recorder, p)) {
        if (kernel !== "conv1d_backward_weight_tiled") continue;
        const { R, COLUMNS, DEPTH, THREAD_ROWS, THREAD_COLUMNS } = constants as Record<
          string,
          number
        >;
        const threads = R * COLUMNS / (THREAD_ROWS * THREAD_COLUMNS);
        assert(threads <= 256);
        assertEquals([DEPTH * R / 4 % threads, DEPTH * COLUMNS / 4 % threads], [0, 0]);
        assert(4 * DEPTH * (R + COLUMNS) <= 16384);
      }
    }
  }
});

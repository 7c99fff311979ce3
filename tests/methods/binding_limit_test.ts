/**
 * Whole training steps on an adapter that binds little at once: dispatches are cut into parts, and
 * loss, running statistics and gradients stay what they are, bit for bit.
 *
 * Parts begin where tiles of moments and chunks of weight gradients begin, so the order of additions
 * is kept. Where even a chunk is too large for a binding, chunks become smaller, and a weight gradient
 * is the same sum in another order: n terms move by less than n 2^-24 of the sum of magnitudes, which
 * for the 4,096 rows here is below 1e-5 of the gradient's norm.
 */

import { assert, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { adapterKind, type Variant } from "../../src/gpu/tuning.ts";
import { BatchNorm } from "../../src/layers/batch_norm.ts";
import { Dropout } from "../../src/layers/dropout.ts";
import { maxPool } from "../../src/layers/max_pool.ts";
import { meanMaxPool } from "../../src/layers/mean_max_pool.ts";
import { meanPool } from "../../src/layers/mean_pool.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { ByolMethod } from "../../src/methods/byol.ts";
import { ClassificationMethod } from "../../src/methods/classification.ts";
import { ContrastiveMethod } from "../../src/methods/contrastive.ts";
import { MaskedMethod } from "../../src/methods/masked.ts";
import { SimclrMethod } from "../../src/methods/simclr.ts";
import { Byol } from "../../src/models/byol.ts";
import { Classifier } from "../../src/models/classifier.ts";
import {
  CLASSIFIER_ARCHITECTURES,
  type ClassifierArchitecture,
  createClassifier,
  isClassifierArchitecture,
} from "../../src/models/registry.ts";
import { Reconstruction } from "../../src/models/reconstruction.ts";
import { CONTRASTIVE_HEAD, Simclr } from "../../src/models/simclr.ts";
import { makeSamples } from "../augment/pipeline.ts";
import { download, openGpu, relativeError, release, upload } from "../support/gpu.ts";

const ROWS = 8;
const LENGTH = 512;
/** Bytes of a batch of records, [8, 512, 12]: mixing needs them whole. */
const BATCH_BYTES = 4 * ROWS * LENGTH * 12;
/** Half of it; the largest weight, [3, 64, 64], takes half of this. */
const LITTLE = BATCH_BYTES / 2;

/** The variants of one family, whatever the adapter's own are. */
interface Family {
  readonly product: Variant;
  readonly gradient: Variant;
}

const tile = { DEPTH: 16, THREAD_ROWS: 4, THREAD_COLUMNS: 4 };
const simple: Family = {
  product: { kernel: "conv1d_simple", constants: {} },
  gradient: { kernel: "conv1d_backward_weight_simple", constants: {} },
};
const tiled: Family = {
  product: { kernel: "conv1d_tiled", constants: { ...tile, P: 32, COLUMNS: 32, PAD: 1 } },
  // Few invocations: chunks of several hundred rows, which begin within samples.
  gradient: {
    kernel: "conv1d_backward_weight_tiled",
    constants: { ...tile, R: 32, COLUMNS: 32, INVOCATIONS: 2048 },
  },
};
const { gpu: opened } = await openGpu();
const S = opened.subgroupSize;
const subgroup: Family = {
  product: { kernel: "conv1d_subgroup", constants: { S, P: 32, Q: 1 } },
  gradient: {
    kernel: "conv1d_backward_weight_subgroup",
    constants: { S, R: S === 4 ? 16 : 32, Q: 1 },
  },
};
const hasSubgroups = adapterKind(opened) === "subgroup";
const fastest = hasSubgroups ? subgroup : tiled;

const LIBRARIES = new Map<Family, KernelLibrary>();

/** Kernels of one family on a device of any binding limit. */
function library(family: Family): KernelLibrary {
  const known = LIBRARIES.get(family);
  if (known) return known;
  const kernels = new KernelLibrary(new Gpu(opened.adapter, opened.device));
  // A head of five classes has the plain kernels for its only choice.
  kernels.tuning.lookup = (key) =>
    key.includes("columns=5")
      ? undefined
      : key.startsWith("product")
      ? family.product
      : family.gradient;
  LIBRARIES.set(family, kernels);
  return kernels;
}

const small = { width: 16, hidden: 32, projection: 16 };
const full = augmentationConfig("full");
const none = augmentationConfig("none");
const PRETRAINING = {
  "simclr": (store: ParameterStore) =>
    new SimclrMethod(store, new Simclr(store, small), { temperature: 0.1, augmentations: none }),
  "augmented simclr": (store: ParameterStore) =>
    new SimclrMethod(store, new Simclr(store, small), { temperature: 0.1, augmentations: full }),
  "contrastive": (store: ParameterStore) =>
    new ContrastiveMethod(store, new Simclr(store, { ...CONTRASTIVE_HEAD, width: 16 }), {
      temperature: 0.1,
    }),
  // A view at a time: wider, so that there is something to cut.
  "byol": (store: ParameterStore) =>
    new ByolMethod(store, new Byol(store, { ...small, width: 32 }), {
      momentum: 0.9,
      schedule: "constant",
      augmentations: full,
    }),
  "masked": (store: ParameterStore) =>
    new MaskedMethod(store, new Reconstruction(store, small), { ratio: 0.3, blockSize: 50 }),
};

/** Loss, gradients and running statistics of one step, and how often each kernel was launched. */
async function runStep(
  family: Family,
  kind: keyof typeof PRETRAINING | ClassifierArchitecture,
  bindingLimit = Infinity,
) {
  const kernels = library(family);
  const { gpu } = kernels;
  const limit = Math.min(bindingLimit, opened.bindingLimit);
  Object.defineProperty(gpu, "bindingLimit", { value: limit, configurable: true });
  const store = new ParameterStore();
  const classWeights = upload(gpu, "class weights", [5], [1, 1, 1, 1, 1]);
  const method = isClassifierArchitecture(kind)
    ? new ClassificationMethod(
      store,
      createClassifier(store, { architecture: kind, classes: 5, width: 8 }),
      { loss: { name: "bce", classWeights: [1, 1, 1, 1, 1] }, classWeights },
    )
    : PRETRAINING[kind](store);
  store.allocate(gpu, 3);
  const records = await ResidentRecords.upload(kernels, {
    samples: makeSamples(ROWS + 1, LENGTH),
    signalLength: LENGTH,
    samplingRate: 500,
    millivoltsPerUnit: 1e-3,
  });
  const step = new StepState(gpu);
  // A bias's gradient of twelve leads is cut by 4,096 rows, which are eight records.
  const rows = kind === "masked" ? 2 * ROWS : ROWS;
  const indices = upload(
    gpu,
    "batch",
    [rows],
    Uint32Array.from({ length: rows }, (_, i) => i * 4 % 9),
  );
  const normalization = upload(gpu, "normalization", [24], [
    ...Array(12).fill(0),
    ...Array(12).fill(1),
  ]);
  const labels = upload(gpu, "labels", [9, 5], Array.from({ length: 45 }, (_, i) => +(i % 3 < 1)));
  const recorder = new Recorder(kernels);
  method.record(recorder, { records, indices, step, normalization, labels, rows });
  const program = await recorder.plan();
  step.begin({ seed: 1, epoch: 1, step: 0, records: rows });
  program.run();
  const [{ loss }] = await step.read();
  const values = [
    ...await store.gradients(),
    ...(await store.state()).filter(({ name }) => name.includes("running")),
  ];
  const launches: Record<string, number> = {};
  for (const { kernel } of program.dispatches) launches[kernel] = (launches[kernel] ?? 0) + 1;
  const counts = { recorded: recorder.dispatches.length, launched: program.dispatches.length };
  for (const owner of [program, records, step, store]) owner.destroy();
  release(gpu, indices, normalization, labels, classWeights);
  return { loss, values, launches, counts };
}

type Step = Awaited<ReturnType<typeof runStep>>;

function assertSameBits(parts: Step, whole: Step): void {
  assert(whole.loss > 0.1 && whole.loss < 10);
  assertEquals(whole.counts.launched, whole.counts.recorded, "what fits is launched once");
  assertEquals(parts.loss, whole.loss);
  parts.values.forEach(({ name, data }, i) => {
    // BYOL's target is not trained.
    if (!name.startsWith("target")) assertNotEquals(Math.hypot(...data as Float32Array), 0, name);
    assertEquals(data, whole.values[i].data, name);
  });
}

function assertCut(parts: Step, whole: Step, kernels: readonly string[]): void {
  for (const kernel of kernels) assert(parts.launches[kernel] > whole.launches[kernel], kernel);
}

for (const [name, family] of Object.entries({ tiled, ...(hasSubgroups && { subgroup }) })) {
  Deno.test(`SimCLR with augmentations in parts gives the same bits: ${name} kernels`, async () => {
    const whole = await runStep(family, "augmented simclr");
    const parts = await runStep(family, "augmented simclr", BATCH_BYTES);
    assertSameBits(parts, whole);
    assertCut(parts, whole, [
      "augment_content",
      "augment_spectrum",
      "augment_finish",
      "batch_norm",
      "batch_norm_backward",
      "batch_norm_backward_reduce",
      family.product.kernel,
      family.gradient.kernel,
    ]);
  });
}

/** Limits that the largest weight just fits, and kernels that are cut then. */
const classifiers: Record<ClassifierArchitecture, [limit: number, kernels: readonly string[]]> = {
  ECGClassifier: [LITTLE / 2, ["gather", "batch_norm", "batch_norm_backward"]],
  ResNet1D: [120 * 1024, ["gather", "batch_norm", "max_pool", "max_pool_backward"]],
  ImprovedECGClassifier: [LITTLE, ["gather", "batch_norm", "batch_norm_backward_reduce"]],
};
for (const architecture of CLASSIFIER_ARCHITECTURES) {
  Deno.test(`classification by ${architecture} in small parts gives the same bits`, async () => {
    const [limit, kernels] = classifiers[architecture];
    const whole = await runStep(fastest, architecture);
    const parts = await runStep(fastest, architecture, limit);
    assertSameBits(parts, whole);
    assertCut(parts, whole, [...kernels, fastest.product.kernel, fastest.gradient.kernel]);
  });
}

const cutInPretraining = {
  contrastive: ["contrastive_views", "batch_norm"],
  byol: ["batch_norm", "batch_norm_backward"],
  masked: ["mask_blocks", "mean_squared_error", "column_sum_partial", "relu_backward"],
};
for (const kind of ["contrastive", "byol", "masked"] as const) {
  Deno.test(`${kind} pretraining in parts gives the same bits`, async () => {
    const whole = await runStep(fastest, kind);
    const parts = await runStep(fastest, kind, BATCH_BYTES);
    assertSameBits(parts, whole);
    const kernels = [fastest.product.kernel, fastest.gradient.kernel];
    assertCut(parts, whole, [...kernels, ...cutInPretraining[kind]]);
  });
}

Deno.test("each layer over activations gives the same bits in parts", async () => {
  const kernels = library(fastest);
  const { gpu } = kernels;
  const store = new ParameterStore();
  const norm = new BatchNorm(store, "norm", 16);
  store.allocate(gpu, 3);
  const step = new StepState(gpu);
  const values = (item: number) => makeSamples(1, 600).subarray(item, item + 8 * 40 * 16);
  const [x, added] = [0, 900].map((item) => upload(gpu, "x", [8, 40, 16], values(item)));
  type Pass = { y: Tensor; backward: (dy: Tensor) => Tensor | { dx: Tensor; residual: Tensor } };
  const dropout = { layer: new Dropout(2, 0.3), step };
  const layers: Record<string, (recorder: Recorder) => Pass> = {
    "normalization, dropout, shortcut": (recorder) =>
      norm.forward(recorder, x, undefined, { dropout, skip: added }),
    "normalization, residual": (recorder) => norm.forwardResidual(recorder, x, added),
    "dropout": (recorder) => dropout.layer.forward(recorder, x, step),
    "maximum": (recorder) => maxPool(recorder, x, { kernelSize: 3, stride: 2, padding: 1 }),
    "mean": (recorder) => meanPool(recorder, x),
    "mean and maximum": (recorder) => meanMaxPool(recorder, x),
  };
  step.begin({ seed: 5, epoch: 1, step: 0, records: 8 });
  for (const [name, layer] of Object.entries(layers)) {
    const run = async (bindingLimit: number) => {
      Object.defineProperty(gpu, "bindingLimit", { value: bindingLimit, configurable: true });
      const recorder = new Recorder(kernels);
      const { y, backward } = layer(recorder);
      const back = backward(y.size === x.size ? x : y);
      const results = [y, ...("dx" in back ? [back.dx, back.residual] : [back])];
      const program = await recorder.plan(results);
      program.run();
      const content = [];
      for (const tensor of results) content.push(await download(gpu, tensor));
      program.destroy();
      return { content, launches: program.dispatches.length, recorded: recorder.dispatches.length };
    };
    const whole = await run(opened.bindingLimit);
    // 8 x 40 x 16 floats take 20 KiB.
    const parts = await run(12 * 1024);
    assertEquals(whole.launches, whole.recorded, name);
    assert(parts.launches >= parts.recorded + 2, `${name}: ${parts.launches} launches`);
    assertEquals(parts.content, whole.content, name);
  }
  step.destroy();
  store.destroy();
  release(gpu, x, added);
});

Deno.test("evaluation in small parts gives the same bits", async () => {
  const kernels = library(fastest);
  const { gpu } = kernels;
  const store = new ParameterStore();
  const model = new Classifier(store, { width: 16 });
  store.allocate(gpu, 3);
  const x = upload(gpu, "x", [ROWS, LENGTH, 12], makeSamples(ROWS, LENGTH).map((v) => v / 100));
  const evaluate = async (bindingLimit: number) => {
    Object.defineProperty(gpu, "bindingLimit", { value: bindingLimit, configurable: true });
    const recorder = new Recorder(kernels);
    const { logits, features } = model.evaluate(recorder, x);
    const program = await recorder.plan([logits, features]);
    program.run();
    const results = [await download(gpu, logits), await download(gpu, features)];
    program.destroy();
    return { results, parts: program.dispatches.length - recorder.dispatches.length };
  };
  const whole = await evaluate(opened.bindingLimit);
  const parts = await evaluate(LITTLE);
  assertEquals(whole.parts, 0);
  assert(parts.parts > 5, `${parts.parts} more launches`);
  assertEquals(parts.results, whole.results);
  assert(whole.results[0].some((value) => value !== whole.results[0][0]));
  store.destroy();
  release(gpu, x);
});

Deno.test("plain kernels in small parts: weight gradients up to their order, all else the same", async () => {
  const whole = await runStep(simple, "simclr");
  const parts = await runStep(simple, "simclr", LITTLE);
  assertCut(parts, whole, [
    "gather",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_backward_reduce",
    "batch_norm_statistics",
    "conv1d_backward_weight_simple",
    "conv1d_simple",
    "mean_pool_backward",
    "sum_partials",
  ]);
  const isWeight = (name: string) => /block.0.weight$/.test(name);
  const others = ({ values, ...step }: Step) => ({
    ...step,
    values: values.filter(({ name }) => !isWeight(name)),
  });
  assertSameBits(others(parts), others(whole));
  parts.values.forEach(({ name, data }, i) => {
    const expected = whole.values[i].data as Float32Array;
    if (isWeight(name)) assertLess(relativeError(data as Float32Array, expected), 1e-5, name);
  });
});

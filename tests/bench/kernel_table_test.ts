import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { boundBytes, launchKinds, tabulate } from "../../src/bench/kernel_table.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { SimclrMethod } from "../../src/methods/simclr.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { Adam } from "../../src/optim/adam.ts";
import { openGpu } from "../support/gpu.ts";

const RECORDS = 2;

/** Multiply-adds of the encoder's forward pass for one row, counted as two: 196.9 MFLOP. */
const FORWARD = 2 * [
  [12, 64, 11, 500],
  [64, 64, 7, 500],
  [64, 128, 7, 250],
  [128, 128, 5, 250],
  [128, 256, 5, 125],
  [256, 256, 3, 125],
].reduce((sum, extents) => sum + extents.reduce((product, extent) => product * extent), 0);

/** Records a SimCLR step without planning it: nothing is compiled or launched. */
async function recordStep() {
  const { gpu, kernels } = await openGpu();
  const records = await ResidentRecords.upload(kernels, {
    samples: new Int16Array(RECORDS * 12000),
    signalLength: 1000,
    samplingRate: 100,
    millivoltsPerUnit: 0.001,
  });
  const store = new ParameterStore();
  const model = new Simclr(store);
  store.allocate(gpu, 1);
  const step = new StepState(gpu);
  const adam = new Adam(gpu, store.flat());
  const recorder = new Recorder(kernels);
  new SimclrMethod(store, model, { temperature: 0.1, augmentations: augmentationConfig("full") })
    .record(recorder, {
      records,
      indices: new Tensor("batch", [RECORDS]),
      step,
      normalisation: new Tensor("normalisation", [24]),
      labels: new Tensor("labels", [RECORDS, 5]),
      rows: RECORDS,
    });
  adam.record(recorder, step);
  for (const owner of [records, store, step, adam]) owner.destroy();
  return recorder.dispatches;
}

Deno.test("tabulate() takes a SimCLR step apart by what its launches do", async () => {
  const dispatches = await recordStep();
  // A millisecond each: rates are then operations and bytes over launches.
  const table = tabulate(dispatches.map((dispatch) => ({ dispatch, milliseconds: 1 })));
  assertEquals(table.milliseconds, dispatches.length);
  const { convolutions, linear, input, rest } = table;
  const flops = ({ gflops, milliseconds }: { gflops: number; milliseconds: number }) =>
    gflops * milliseconds * 1e6;
  // Exact up to the rounding of float64 sums.
  assertAlmostEquals(flops(convolutions.forward) / (2 * RECORDS * FORWARD), 1, 1e-12);
  assertAlmostEquals(flops(convolutions["weight gradient"]) / (2 * RECORDS * FORWARD), 1, 1e-12);
  // The first layer's input needs no gradient; the phases of a strided layer share out its taps.
  const first = 2 * 12 * 64 * 11 * 500;
  const gradient = flops(convolutions["input gradient"]) / (2 * RECORDS);
  assertAlmostEquals(gradient / (FORWARD - first), 1, 1e-12);
  assertEquals(convolutions.forward.launches, 6);
  assertEquals(
    convolutions.all.launches,
    convolutions.forward.launches + convolutions["input gradient"].launches +
      convolutions["weight gradient"].launches,
  );
  // Linear 256 → 2048 → 128, forward and both gradients; NT-Xent's similarities of 2N rows of 128,
  // and their gradient.
  const rows = 2 * RECORDS;
  const expected = 2 * rows * 3 * (256 * 2048 + 2048 * 128) + 2 * 2 * rows * rows * 128;
  assertAlmostEquals(flops(linear) / expected, 1, 1e-12);
  assert(input.launches >= 4, "gather, plan, content, finish");
  assertEquals(
    convolutions.all.launches + linear.launches + input.launches + rest.launches,
    dispatches.length,
  );
  assertAlmostEquals(convolutions.all.share + linear.share + input.share + rest.share, 1, 1e-12);
  const byKernel = table.kernels.reduce((sum, { launches }) => sum + launches, 0);
  assertEquals(byKernel, dispatches.length);
});

Deno.test("launchKinds() counts helpers to the product they serve", async () => {
  const dispatches = await recordStep();
  const kinds = launchKinds(dispatches);
  dispatches.forEach(({ kernel, label }, i) => {
    if (kernel === "conv1d_pack" && label.includes("encoder")) {
      assertEquals(kinds[i], { kind: "convolution", direction: "input gradient" }, label);
    }
    if (kernel.startsWith("sum_partials") && label.includes("encoder")) {
      assertEquals(kinds[i], { kind: "convolution", direction: "weight gradient" }, label);
    }
    if (kernel.startsWith("batch_norm")) assertEquals(kinds[i], { kind: "rest" }, label);
    if (label.includes("projection_head")) assert(kinds[i].kind !== "convolution", label);
  });
});

Deno.test("boundBytes() counts a batch of the resident records, not all of them", () => {
  const dispatch = {
    kernel: "gather",
    label: "input gather",
    constants: {},
    tensors: {
      records: new Tensor("records", [1000, 100, 6]),
      x: new Tensor("x", [4, 100, 12]),
    },
    dims: { rows: 4, length: 100 },
    grid: [1, 1, 1] as const,
    flops: 0,
  };
  assertEquals(boundBytes(dispatch), 4 * 100 * 24 + 4 * 4 * 100 * 12);
});

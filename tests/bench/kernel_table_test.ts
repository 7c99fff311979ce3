import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { boundBytes, DIRECTIONS, launchGroups, tabulate } from "../../src/bench/kernel_table.ts";
import { STEPS } from "../../src/bench/steps.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { openGpu } from "../support/gpu.ts";

const RECORDS = 2;

/** Multiply-adds of one row, counted as two, of convolutions [inputs, outputs, taps, positions]. */
function flopsOf(convolutions: number[][]): number {
  return convolutions.reduce(
    (sum, extents) => sum + 2 * extents.reduce((product, extent) => product * extent),
    0,
  );
}

/** The encoder's first convolution: inputs, outputs, taps, positions. */
const STEM = [12, 64, 11, 500];

/** Multiply-adds of the encoder's forward pass for one row, counted as two: 196.9 MFLOP. */
const FORWARD = flopsOf([
  STEM,
  [64, 64, 7, 500],
  [64, 128, 7, 250],
  [128, 128, 5, 250],
  [128, 256, 5, 125],
  [256, 256, 3, 125],
]);
const FIRST = flopsOf([STEM]);

/** Operations of a group of launches. */
function flops({ gflops, milliseconds }: { gflops: number; milliseconds: number }): number {
  return Math.round(gflops * milliseconds * 1e6);
}

/** Records a training step up to its gradients, without planning it: nothing is compiled. */
async function recordStep(name: string) {
  const { gpu, kernels } = await openGpu();
  const records = await ResidentRecords.upload(kernels, {
    samples: new Int16Array(RECORDS * 12000),
    signalLength: 1000,
    samplingRate: 100,
    millivoltsPerUnit: 0.001,
  });
  const store = new ParameterStore();
  const method = STEPS[name].make({
    store,
    classWeights: new Tensor("class weights", [5]),
    patients: new Int32Array(RECORDS),
  });
  assert(typeof method !== "function", "a training step");
  const step = new StepState(gpu);
  const recorder = new Recorder(kernels);
  method.record(recorder, {
    records,
    indices: new Tensor("batch", [RECORDS]),
    step,
    normalization: new Tensor("normalization", [24]),
    labels: new Tensor("labels", [RECORDS, 5]),
    rows: RECORDS,
  });
  for (const owner of [records, step]) owner.destroy();
  return recorder.dispatches;
}

Deno.test("tabulate() takes a SimCLR step apart by what its launches do", async () => {
  const dispatches = await recordStep("simclr");
  // A millisecond each: rates are then operations and bytes over launches.
  const table = tabulate(dispatches.map((dispatch) => ({ dispatch, milliseconds: 1 })));
  assertEquals(table.milliseconds, dispatches.length);
  const { convolutions, linear, input, rest } = table;
  assertEquals(flops(convolutions.forward), 2 * RECORDS * FORWARD);
  assertEquals(flops(convolutions["weight gradient"]), 2 * RECORDS * FORWARD);
  // The first layer's input needs no gradient; the phases of a strided layer share out its taps.
  assertEquals(flops(convolutions["input gradient"]), 2 * RECORDS * (FORWARD - FIRST));
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
  assertEquals(flops(linear), expected);
  assert(input.launches >= 4, "gather, plan, content, finish");
  assertEquals(
    convolutions.all.launches + linear.launches + input.launches + rest.launches,
    dispatches.length,
  );
  assertAlmostEquals(convolutions.all.share + linear.share + input.share + rest.share, 1, 1e-12);
  assertAlmostEquals(table.outside, input.share + rest.share, 1e-12);
  const byKernel = table.kernels.reduce((sum, { launches }) => sum + launches, 0);
  assertEquals(byKernel, dispatches.length);
});

/** [forward, input gradient, weight gradient]: operations for one record. */
async function countedFlops(name: string): Promise<number[]> {
  const dispatches = await recordStep(name);
  const { convolutions } = tabulate(dispatches.map((dispatch) => ({ dispatch, milliseconds: 1 })));
  return DIRECTIONS.map((direction) => flops(convolutions[direction]) / RECORDS);
}

Deno.test("a BYOL step passes both networks forward and one back, for two views", async () => {
  const [forward, input, weight] = await countedFlops("byol");
  assertEquals([forward, input, weight], [4 * FORWARD, 2 * (FORWARD - FIRST), 2 * FORWARD]);
});

Deno.test("a masked step counts transposed convolutions by what they are for", async () => {
  const doubling = [[256, 128, 4, 125], [128, 64, 4, 250], [64, 32, 4, 500]];
  const decoder = flopsOf([...doubling, [32, 12, 3, 1000]]);
  const [forward, input, weight] = await countedFlops("masked");
  assertEquals(
    [forward, input, weight],
    [FORWARD + decoder, FORWARD - FIRST + decoder, FORWARD + decoder],
  );
});

Deno.test("a ResNet-1D step counts the convolutions of its shortcuts", async () => {
  const stem = [12, 64, 15, 1000];
  const convolutions = [stem, ...new Array(4).fill([64, 64, 7, 500])];
  for (const [channels, positions] of [[128, 250], [256, 125], [512, 63]]) {
    convolutions.push(
      [channels / 2, channels, 7, positions],
      [channels / 2, channels, 1, positions],
      ...new Array(3).fill([channels, channels, 7, positions]),
    );
  }
  const [forward, input, weight] = await countedFlops("resnet1d");
  assertEquals([forward, weight], [flopsOf(convolutions), flopsOf(convolutions)]);
  // The last stage halves 125 positions to 63. Of its input, 63 even positions meet 3 taps each and
  // 62 odd ones 4: 4 fewer than the 63 x 7 of the forward pass, which count the padding.
  const padding = flopsOf([[256, 512, 4]]);
  assertEquals(input, forward - flopsOf([stem]) - padding);
});

Deno.test("launchGroups() counts helpers to the product they serve", async () => {
  const dispatches = await recordStep("simclr");
  const groups = launchGroups(dispatches);
  dispatches.forEach(({ kernel, label }, i) => {
    if (kernel === "conv1d_pack" && label.includes("encoder")) {
      assertEquals(groups[i], "input gradient", label);
    }
    if (kernel.startsWith("sum_partials") && label.includes("encoder")) {
      assertEquals(groups[i], "weight gradient", label);
    }
    if (kernel.startsWith("batch_norm")) assertEquals(groups[i], "rest", label);
    if (label.includes("projection_head")) {
      assert(!DIRECTIONS.some((direction) => direction === groups[i]), label);
    }
  });
});

Deno.test("launchGroups() knows the parts of a convolution that is cut by a binding's limit", async () => {
  const dispatches = await recordStep("simclr");
  const parts = dispatches.map((dispatch) => {
    const { x } = dispatch.tensors;
    if (!dispatch.kernel.startsWith("conv1d_") || !x) return dispatch;
    return { ...dispatch, tensors: { ...dispatch.tensors, x: x.view(0, x.size) } };
  });
  assertEquals(launchGroups(parts), launchGroups(dispatches));
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

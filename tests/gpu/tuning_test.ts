import { assert, assertEquals } from "@std/assert";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder, type Tunable } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { defaultTuningFile, tune } from "../../src/gpu/tuner.ts";
import type { Variant } from "../../src/gpu/tuning.ts";
import { recordProduct, recordWeightGradient } from "../../src/layers/windowed_product.ts";

const gpu = await chooseDevice({ warn() {} });
globalThis.addEventListener("unload", () => gpu.destroy());

const slow: Variant = { kernel: "peak_multiply_add", constants: { CHAINS: 4 } };
const quick: Variant = { kernel: "peak_multiply_add", constants: { CHAINS: 1 } };
/** No kernel declares this constant, as if a driver refused to compile it. */
const broken: Variant = { kernel: "peak_multiply_add", constants: { NOTHING: 1 } };

/** A problem whose second variant does next to nothing, the first one some 40 ms of work. */
function problem(key: string, candidates = [slow, quick]): Tunable & { recorded: number } {
  return {
    key,
    candidates,
    recorded: 0,
    record(recorder, variant) {
      this.recorded++;
      recorder.dispatch(variant.kernel, {
        constants: variant.constants,
        tensors: { y: recorder.transient("y", [1024, 4]) },
        dims: {
          rounds: variant.constants.CHAINS === 1 ? 4 : 200_000,
          factor: 0.5,
          increment: 1,
        },
        grid: [16],
      });
    },
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("tune() keeps the fastest variant on disk and measures it once", () =>
  inFolder(async (folder) => {
    const file = `${folder}/deep/tuning.json`;
    const buffers = gpu.liveBuffers;
    const first = new KernelLibrary(gpu);
    const lines: string[] = [];
    const report = await tune(first, [problem("a"), problem("b")], {
      enabled: true,
      file,
      onProgress: (done, total, key) => lines.push(`${done}/${total} ${key}`),
    });
    assertEquals(
      [report.measured, report.known, report.guessed, report.file],
      [2, 0, 0, file],
    );
    assertEquals(lines, ["0/2 a", "1/2 b"]);
    assertEquals(first.tuning.lookup("a"), quick);
    assertEquals(gpu.liveBuffers, buffers);
    // A temporary file must not stay behind.
    assertEquals([...Deno.readDirSync(`${folder}/deep`)].map(({ name }) => name), ["tuning.json"]);

    const again = problem("a");
    const second = new KernelLibrary(gpu);
    const cached = await tune(second, [again], { enabled: true, file });
    assertEquals([cached.measured, cached.known, again.recorded], [0, 1, 0]);
    assertEquals(second.tuning.lookup("a"), quick);

    // All measurements stand in the file, and what stands there decides.
    const content = JSON.parse(await Deno.readTextFile(file));
    const [adapter] = Object.keys(content.adapters);
    assert(adapter.includes(gpu.name));
    const entry = content.adapters[adapter].a;
    assertEquals(entry.measurements.length, 2);
    for (const { milliseconds } of entry.measurements) {
      assert(milliseconds.length > 0 && milliseconds.every((time: number) => time >= 0));
    }
    entry.winner = slow;
    content.adapters[adapter].b.hash = "0000000000000000";
    await Deno.writeTextFile(file, JSON.stringify(content));
    const third = new KernelLibrary(gpu);
    const changed = await tune(third, [problem("a"), problem("b")], { enabled: true, file });
    assertEquals(third.tuning.lookup("a"), slow);
    // Its kernels changed since: measured anew.
    assertEquals([changed.measured, changed.known], [1, 1]);
  }));

Deno.test("tune() ignores a corrupt file and writes it anew", () =>
  inFolder(async (folder) => {
    const file = `${folder}/tuning.json`;
    for (
      const content of [
        "{ not json",
        "[]",
        '{"format":"ssrl-ecg tuning 1","adapters":{"x":{"a":7},"y":null}}',
        '{"format":"something else","adapters":{}}',
      ]
    ) {
      await Deno.writeTextFile(file, content);
      const kernels = new KernelLibrary(gpu);
      const report = await tune(kernels, [problem("a")], { enabled: true, file });
      assertEquals([report.measured, report.file], [1, file]);
      assertEquals(
        (await tune(new KernelLibrary(gpu), [problem("a")], { enabled: true, file }))
          .known,
        1,
      );
    }
  }));

Deno.test("tune() works in memory when the file cannot be written", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const kernels = new KernelLibrary(gpu);
    const file = `${folder}/file/tuning.json`; // a file is no folder, not even for root
    const report = await tune(kernels, [problem("a")], { enabled: true, file });
    assertEquals([report.measured, report.file], [1, undefined]);
    assertEquals(kernels.tuning.lookup("a"), quick);
  }));

Deno.test("tune() measures nothing when disabled and nothing more when the budget is spent", () =>
  inFolder(async (folder) => {
    const file = `${folder}/tuning.json`;
    const off = new KernelLibrary(gpu);
    await tune(off, [problem("a")], { enabled: false, file });
    assertEquals(off.tuning.lookup("a"), undefined);

    const spent = new KernelLibrary(gpu);
    const report = await tune(spent, [problem("a")], { enabled: true, file, budget: 0 });
    assertEquals([report.measured, report.guessed], [0, 1]);
    assertEquals(spent.tuning.lookup("a"), slow);
    // The guess stands for good, so that the next run computes the same bits.
    const later = await tune(new KernelLibrary(gpu), [problem("a")], { enabled: true, file });
    assertEquals([later.measured, later.known], [0, 1]);
  }));

Deno.test("tune() leaves out a variant that does not compile and says why in the file", () =>
  inFolder(async (folder) => {
    const file = `${folder}/tuning.json`;
    const kernels = new KernelLibrary(gpu);
    await tune(kernels, [problem("a", [broken, quick])], { enabled: true, file });
    assertEquals(kernels.tuning.lookup("a"), quick);
    assert((await Deno.readTextFile(file)).includes("NOTHING"));

    // Where all of them fail, the kernel for any extents, which is never timed, is left.
    const plain: Variant = { kernel: "conv1d_simple", constants: {} };
    await tune(kernels, [problem("b", [broken, plain])], { enabled: true, file });
    assertEquals(kernels.tuning.lookup("b"), plain);
  }));

Deno.test("a recording notes its products and gradients, and the next one runs the winners", async () => {
  const kernels = new KernelLibrary(gpu);
  const p = {
    samples: 2,
    positions: 20,
    step: 8,
    offset: -8,
    window: 24,
    sample: 160,
    columns: 8,
  };
  const record = () => {
    const recorder = new Recorder(kernels);
    const x = recorder.transient("x", [2, 160]);
    const w = recorder.transient("w", [24, 8]);
    const y = recorder.transient("y", [2, 20, 8]);
    recordProduct(recorder, p, { x, w, y });
    recordWeightGradient(recorder, p, { x, dy: y, gradient: new Tensor("dw", [24, 8]) });
    return recorder;
  };
  const dryRun = record();
  assertEquals([...dryRun.tunables.keys()], [
    "product rows=40 window=24 columns=8 step=8",
    "gradient rows=40 window=24 columns=8 step=8",
  ]);
  for (const { key, candidates } of dryRun.tunables.values()) {
    kernels.tuning.remember(key, candidates.at(-1)!);
  }
  assertEquals(record().dispatches.map(({ kernel }) => kernel), [
    "conv1d_simple",
    "conv1d_backward_weight_simple",
    "sum_partials",
  ]);
  // Scratch recordings of every candidate plan without the tensors of the step.
  for (const { candidates, record } of dryRun.tunables.values()) {
    const scratch = new Recorder(kernels);
    record(scratch, candidates.at(-1)!);
    (await scratch.plan()).destroy();
  }
  gpu.throwIfFailed();
});

Deno.test("defaultTuningFile() lies in the user's cache folder", () => {
  const before = Deno.env.get("XDG_CACHE_HOME");
  try {
    Deno.env.set("XDG_CACHE_HOME", "/somewhere");
    assertEquals(defaultTuningFile()?.replaceAll("\\", "/"), "/somewhere/ssrl-ecg/tuning.json");
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
  }
});

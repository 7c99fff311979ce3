import { assertEquals, assertThrows } from "@std/assert";
import { kernelSources } from "../../src/gpu/kernels.ts";
import { RING_SLOTS, STATE_WORDS, StepState } from "../../src/gpu/step_state.ts";
import { Stream } from "../../src/random/philox.ts";
import { openGpu } from "../support/gpu.ts";

/** Constants that a file of `kernels/shared/` declares, names in camelCase. */
function constantsOf(path: string): Record<string, number> {
  return Object.fromEntries(
    [...kernelSources[path].matchAll(/^const (\w+) = (\d+)u;/gm)].map(([, name, value]) => [
      name.toLowerCase().replace(/_stream$/, "").replaceAll(/_./g, ([, x]) => x.toUpperCase()),
      Number(value),
    ]),
  );
}

Deno.test("kernels and host number the words of the step state and the streams alike", () => {
  assertEquals(constantsOf("shared/step_state"), { ...STATE_WORDS });
  const streams = constantsOf("shared/streams");
  assertEquals(Object.keys(streams).length, 4);
  for (const [name, value] of Object.entries(streams)) {
    assertEquals(value, Stream[name as keyof typeof Stream], name);
  }
});

Deno.test("a step's values are where the kernels look for them", async () => {
  const { gpu } = await openGpu();
  const before = gpu.liveBuffers;
  const step = new StepState(gpu);
  step.begin({
    seed: 0xfffffff0,
    epoch: 7,
    step: RING_SLOTS + 5,
    records: 61,
    stepSize: 0.125,
    rootCorrection2: 0.75,
  });
  const words = new Uint32Array((await step.state.read()).buffer);
  assertEquals([...words.subarray(0, 8)], [0xfffffff0, 7, RING_SLOTS + 5, 5, 61, 0, 0, 0]);
  assertEquals([...new Float32Array(words.buffer).subarray(8)], [0.125, 0.75, 0, 0, 0, 0, 0, 0]);
  step.destroy();
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("read() gives the steps since the last read, across the ring's end", async () => {
  const { gpu } = await openGpu();
  const step = new StepState(gpu);
  const ring = new Float32Array(4 * RING_SLOTS);
  for (let slot = 0; slot < RING_SLOTS; slot++) ring.set([slot, slot + 0.5, slot % 2, 9], 4 * slot);
  step.ring.write(ring);
  const begin = (i: number) => step.begin({ seed: 0, epoch: 0, step: i, records: 1 });
  for (let i = RING_SLOTS - 2; i < RING_SLOTS + 1; i++) begin(i);
  assertEquals(step.unread, 3);
  const last = RING_SLOTS - 1;
  assertEquals(await step.read(), [
    { step: last - 1, loss: last - 1, gradientNorm: last - 0.5, skipped: false },
    { step: last, loss: last, gradientNorm: last + 0.5, skipped: true },
    { step: last + 1, loss: 0, gradientNorm: 0.5, skipped: false },
  ]);
  assertEquals(await step.read(), []);
  begin(RING_SLOTS + 1);
  step.restart();
  assertEquals(step.unread, 0);
  step.destroy();
});

Deno.test("begin() refuses to overwrite metrics that nobody read", async () => {
  const { gpu } = await openGpu();
  const step = new StepState(gpu);
  for (let i = 0; i < RING_SLOTS; i++) step.begin({ seed: 0, epoch: 0, step: i, records: 1 });
  assertThrows(
    () => step.begin({ seed: 0, epoch: 0, step: RING_SLOTS, records: 1 }),
    RangeError,
    "Read the metrics ring at least every 1024 steps",
  );
  assertEquals((await step.read()).length, RING_SLOTS);
  step.begin({ seed: 0, epoch: 0, step: RING_SLOTS, records: 1 });
  step.destroy();
});

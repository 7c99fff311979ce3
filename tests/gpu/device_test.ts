import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { chooseDevice, DeviceLostError, type Gpu, megabytes } from "../../src/gpu/device.ts";
import { openGpu } from "../support/gpu.ts";

Deno.test("an uncaptured error fails the next read, once", async () => {
  const { gpu } = await openGpu();
  const buffer = gpu.storage(16, "buffer");
  const breakIt = () => {
    // Reading back and storage exclude each other.
    gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  };
  breakIt();
  await assertRejects(() => gpu.read(buffer), Error, "The GPU reported an error: ");
  assertEquals((await gpu.read(buffer)).byteLength, 16);
  breakIt();
  await assertRejects(() => gpu.finish(), Error, "The GPU reported an error: ");
  gpu.release(buffer);
});

Deno.test("buffers are counted, and zero when new", async () => {
  const { gpu } = await openGpu();
  const before = [gpu.liveBuffers, gpu.liveBytes];
  const buffer = gpu.storage(20, "buffer"); // rounded up to 32
  assertEquals([gpu.liveBuffers - before[0], gpu.liveBytes - before[1]], [1, 32]);
  assertEquals(new Uint8Array(await gpu.read(buffer)), new Uint8Array(32));
  gpu.write(buffer, Uint32Array.of(1, 2, 3), 8);
  assertEquals([...new Uint32Array(await gpu.read(buffer, 12, 8))], [1, 2, 3]);
  gpu.release(buffer);
  assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
});

Deno.test("a buffer beyond the adapter's limit is a UserError with advice", async () => {
  const { gpu } = await openGpu();
  const before = gpu.liveBuffers;
  const error = assertThrows(
    () => gpu.storage(gpu.device.limits.maxBufferSize + 1, "records"),
    UserError,
    "Cannot allocate records: ",
  );
  assertStringIncludes(error.message, gpu.name);
  assertEquals(error.facts?.remedy, "smaller-batch");
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("chooseDevice() names the adapters there are where none has the wanted name", async () => {
  const { gpu } = await openGpu();
  const error = await assertRejects(
    () => chooseDevice({ adapter: "no such thing" }),
    UserError,
    'Found no adapter whose name contains "no such thing": there is "',
  );
  assertStringIncludes(error.message, gpu.name);
});

Deno.test("chooseDevice() finds an adapter by part of its name and warns once of software", async () => {
  const { gpu } = await openGpu();
  const lines: string[] = [];
  const found = await chooseDevice({
    adapter: gpu.name.slice(0, 6).toUpperCase(),
    warn: (line) => lines.push(line),
  });
  assertStringIncludes(found.name.toLowerCase(), gpu.name.slice(0, 6).toLowerCase());
  assertEquals(lines.length, found.software ? 1 : 0);
  if (found.software) assertStringIncludes(lines[0], found.name);
  assert(found.bindingLimit >= 2 ** 27, "WebGPU promises 128 MiB");
  found.destroy();
});

Deno.test("a lost device is a DeviceLostError that says how to go on", async () => {
  let lose: (info: { message: string; reason: string }) => void = () => {};
  const lost = new Promise((resolve) => lose = resolve as typeof lose);
  const { gpu: real } = await openGpu();
  // A device whose driver went away, as far as Gpu sees it.
  const device = {
    lost,
    limits: real.device.limits,
    features: real.device.features,
    addEventListener() {},
  } as unknown as GPUDevice;
  const { Gpu } = await import("../../src/gpu/device.ts");
  const gpu: Gpu = new Gpu(real.adapter, device);
  gpu.throwIfFailed();
  lose({ message: "driver reset", reason: "unknown" });
  await lost;
  const error = assertThrows(() => gpu.throwIfFailed(), DeviceLostError, "was lost: driver reset");
  assertEquals(error.facts?.remedy, "resume-run");
});

Deno.test("megabytes() keeps a decimal while numbers are small", () => {
  assertEquals(megabytes(1.5 * 2 ** 20), "1.5 MiB");
  assertEquals(megabytes(128 * 2 ** 20), "128 MiB");
});

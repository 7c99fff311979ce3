/** The random words and the trigonometry that the kernels share, against the processor's. */

import { assert, assertEquals } from "@std/assert";
import { kernelSources } from "../../src/gpu/kernels.ts";
import { preprocess } from "../../src/gpu/preprocess.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { openGpu } from "../support/gpu.ts";
import source from "./philox_words.wgsl" with { type: "text" };

/** Counter, key, count and angle of each case, [n, 8] words. */
function makeCases(): Uint32Array<ArrayBuffer> {
  const special = [
    // The known answers of Random123's kat_vectors for philox4x32-10.
    [0, 0, 0, 0, 0, 0],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
  ];
  const cases = new Uint32Array(8 * 1027);
  const angles = new Float32Array(cases.buffer);
  for (let i = 0; i < cases.length / 8; i++) {
    const row = special[i] ??
      [...philox4x32([i, 1, 0, 0], [5, 5]), ...philox4x32([i, 2, 0, 0], [5, 5]).slice(2)];
    cases.set(row, 8 * i);
    cases[8 * i + 6] = [1, 2, 3, 1000, 0xffffffff][i % 5];
    // Every eighth of a turn, then ever larger angles of both signs.
    angles[8 * i + 7] = i < 64 ? i / 8 - 4 : (i - 500) * 0.0371;
  }
  return cases;
}

async function runShader(cases: Uint32Array<ArrayBuffer>): Promise<Uint32Array> {
  const { gpu } = await openGpu();
  const code = preprocess("philox_words", source, {}, (path) => kernelSources[path]);
  const input = gpu.storage(cases.byteLength, "counters");
  const output = gpu.storage(cases.byteLength, "words");
  gpu.write(input, cases);
  const pipeline = gpu.device.createComputePipeline({
    layout: "auto",
    compute: { module: gpu.device.createShaderModule({ code }), entryPoint: "main" },
  });
  const group = gpu.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [input, output].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(cases.length / 8 / 64));
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  const result = new Uint32Array(await gpu.read(output, cases.byteLength));
  gpu.release(input);
  gpu.release(output);
  return result;
}

Deno.test("philox.wgsl draws the words of philox.ts, bit by bit", async () => {
  const cases = makeCases();
  const words = await runShader(cases);
  for (let i = 0; i < cases.length / 8; i++) {
    const [c0, c1, c2, c3, k0, k1, count] = cases.subarray(8 * i, 8 * i + 7);
    const expected = philox4x32([c0, c1, c2, c3], [k0, k1]);
    assertEquals([...words.subarray(8 * i, 8 * i + 4)], expected);
    const integer = Number(BigInt(expected[0]) * BigInt(count) >> 32n);
    assertEquals(words[8 * i + 4], integer, `below ${count}`);
  }
  const units = new Float32Array(words.buffer);
  for (let i = 0; i < cases.length / 8; i++) {
    assertEquals(units[8 * i + 5], (words[8 * i + 1] >>> 8) / 2 ** 24);
  }
});

Deno.test("turns.wgsl gives cosines and sines on every part of the circle", async () => {
  const cases = makeCases();
  const angles = new Float32Array(cases.buffer);
  const results = new Float32Array((await runShader(cases)).buffer);
  for (let i = 0; i < cases.length / 8; i++) {
    const turns = angles[8 * i + 7];
    // Truncated series 4e-8, float32 rounding of a few operations on values up to 1: below 4e-7.
    const expected = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
    for (const part of [0, 1]) {
      const error = Math.abs(results[8 * i + 6 + part] - expected[part]);
      assert(error < 4e-7, `${turns} turns: error ${error}`);
    }
  }
});

/** Times whole runs of a program on the device. */

import type { Program } from "./program.ts";

/**
 * Milliseconds of each of `runs` runs after one warm-up: by timestamps where the adapter has them,
 * else by the clock over batches long enough for the 11 ms of a wait in Deno not to matter.
 */
export async function timeProgram(program: Program, runs: number): Promise<number[]> {
  const { gpu } = program;
  const times: number[] = [];
  if (gpu.canTime) {
    await program.profile();
    while (times.length < runs) {
      const dispatches = await program.profile();
      times.push(dispatches.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
    }
    return times;
  }
  program.run();
  await gpu.finish();
  let batch = 1;
  while (times.length < runs) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) program.run();
    await gpu.finish();
    const elapsed = performance.now() - start;
    if (elapsed < 60 && batch < 1024) batch *= elapsed < 20 ? 4 : 2;
    else times.push(elapsed / batch);
  }
  return times;
}

/** Reads what the WFDB library's rdsamp printed: rows of numbers, one column a signal. */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { INVALID_SAMPLE, type WfdbSignal } from "../../../../src/data/files/wfdb/record.ts";

/**
 * Compares physical values. rdsamp prints eight decimals: half a unit of the last one, and what
 * float64 adds. It prints "-" for a missing sample, which reads as NaN.
 */
export function assertPrinted(values: Float64Array, expected: Float64Array): void {
  assertEquals(values.length, expected.length);
  expected.forEach((value, t) => {
    if (Number.isNaN(value)) assertEquals(values[t], NaN, `sample ${t}`);
    else assertLessOrEqual(Math.abs(values[t] - value), 5.01e-9, `sample ${t}`);
  });
}

/** Columns of such a file, unpacked where its name ends in `.gz`. */
export async function rdsampColumns(path: string): Promise<Float64Array[]> {
  let stream: ReadableStream<BufferSource> = (await Deno.open(path)).readable;
  if (path.endsWith(".gz")) stream = stream.pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
  const rows = text.trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return rows[0].map((_, c) => Float64Array.from(rows, (row) => row[c]));
}

/**
 * One digital value for each frame: the mean of the frame's samples, rounded towards zero, as the
 * WFDB library gives a signal that is sampled more often than the frame rate.
 *
 * @returns [frames]; {@linkcode INVALID_SAMPLE} where a sample of the frame is missing
 */
export function frameMeans(
  signal: Pick<WfdbSignal, "samples" | "samplesPerFrame">,
): Int32Array {
  const { samples, samplesPerFrame } = signal;
  if (samplesPerFrame === 1) return samples.slice();
  const means = new Int32Array(samples.length / samplesPerFrame);
  for (let t = 0; t < means.length; t++) {
    let sum = 0;
    for (let k = 0; k < samplesPerFrame && sum !== INVALID_SAMPLE; k++) {
      const value = samples[t * samplesPerFrame + k];
      sum = value === INVALID_SAMPLE ? INVALID_SAMPLE : sum + value;
    }
    means[t] = sum === INVALID_SAMPLE ? INVALID_SAMPLE : Math.trunc(sum / samplesPerFrame);
  }
  return means;
}

/** Records that live on the GPU: uploaded once as int16, gathered by index ever after. */

import type { Gpu } from "../gpu/device.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { gridFor, Recorder } from "../gpu/recorder.ts";
import { Tensor } from "../gpu/tensor.ts";

/** The part of a record set that the GPU needs. */
export interface RecordSamples {
  /** Digital units, [records, T, 12]. */
  readonly samples: Int16Array;
  /** T. */
  readonly signalLength: number;
  /** Hz. */
  readonly samplingRate: number;
  readonly millivoltsPerUnit: number;
}

/** Consecutive records in one buffer. */
export interface RecordChunk {
  /** [count, T, 6] words of two samples. */
  readonly words: Tensor;
  /** First record of the chunk. */
  readonly first: number;
  /** Records of the chunk. */
  readonly count: number;
}

/** Options of {@linkcode ResidentRecords.upload}. */
export interface UploadOptions {
  /** Bytes that one buffer may hold; default: what the adapter binds at once. For tests. */
  chunkBytes?: number;
}

/** Bytes written between two submits: queued writes hold staging memory until then. */
const UPLOAD_PIECE = 32 * 2 ** 20;

/** Leads of a record on the GPU. */
export const LEAD_COUNT = 12;

/** Records on the GPU, split over several buffers where one binding cannot hold them all. */
export class ResidentRecords {
  private constructor(
    readonly gpu: Gpu,
    /** Records in all. */
    readonly records: number,
    /** T, samples. */
    readonly signalLength: number,
    /** Hz. */
    readonly samplingRate: number,
    readonly millivoltsPerUnit: number,
    readonly chunks: readonly RecordChunk[],
    /** [records, 12] standard deviation of every lead of every record, mV. */
    readonly deviation: Tensor,
  ) {}

  /**
   * Uploads a record set and computes the standard deviations of its leads.
   *
   * @param set samples [records, T, 12]; can be dropped afterwards.
   * @returns The records; the caller owns them and ends with `destroy()`.
   * @throws {RangeError} When the samples are no whole number of records.
   */
  static async upload(
    kernels: KernelLibrary,
    set: RecordSamples,
    options: UploadOptions = {},
  ): Promise<ResidentRecords> {
    const gpu = kernels.gpu;
    const { samples, signalLength, samplingRate, millivoltsPerUnit } = set;
    const recordSamples = signalLength * LEAD_COUNT;
    const records = samples.length / recordSamples;
    if (!(Number.isInteger(records) && records > 0)) {
      throw new RangeError(
        `Cannot upload ${samples.length} samples: need whole records of ${signalLength} x ${LEAD_COUNT}`,
      );
    }
    const recordBytes = 2 * recordSamples;
    const limit = Math.min(options.chunkBytes ?? Infinity, gpu.bindingLimit);
    const perChunk = Math.floor(limit / recordBytes);
    if (perChunk < 1) {
      throw new RangeError(
        `Cannot upload records of ${recordBytes} bytes into chunks of ${limit} bytes`,
      );
    }
    const owned: Tensor[] = [];
    const make = (name: string, shape: readonly number[]) => {
      owned.push(Tensor.zeros(gpu, shape, name));
      return owned.at(-1)!;
    };
    try {
      const chunks: RecordChunk[] = [];
      for (let first = 0; first < records; first += perChunk) {
        const count = Math.min(perChunk, records - first);
        const words = make(`records ${first}..`, [count, signalLength, LEAD_COUNT / 2]);
        chunks.push({ words, first, count });
        const step = Math.max(1, Math.floor(UPLOAD_PIECE / recordBytes));
        for (let done = 0; done < count; done += step) {
          const from = (first + done) * recordSamples;
          const to = from + Math.min(step, count - done) * recordSamples;
          gpu.write(words.placement!.buffer, samples.subarray(from, to), done * recordBytes);
          gpu.device.queue.submit([]);
        }
        // Staging memory comes back when the copies are done.
        await gpu.finish();
      }
      const deviation = make("lead deviations", [records, LEAD_COUNT]);
      const recorder = new Recorder(kernels);
      for (const { words, first, count } of chunks) {
        recorder.dispatch("gather_deviation", {
          tensors: { records: words, deviation },
          dims: { length: signalLength, first, count, scale: millivoltsPerUnit },
          grid: gridFor(count * LEAD_COUNT / 2, 64),
        });
      }
      const program = await recorder.plan();
      try {
        program.run();
        await gpu.finish();
      } finally {
        program.destroy();
      }
      return new ResidentRecords(
        gpu,
        records,
        signalLength,
        samplingRate,
        millivoltsPerUnit,
        chunks,
        deviation,
      );
    } catch (error) {
      for (const tensor of owned) tensor.release();
      throw error;
    }
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.chunks.reduce((sum, { words }) => sum + words.bytes, this.deviation.bytes);
  }

  /** Gives the memory back. Recordings that gather from here must not run any more. */
  destroy(): void {
    for (const { words } of this.chunks) words.release();
    this.deviation.release();
  }
}

/**
 * Time from records on disk to records on the GPU.
 *
 * @module
 */

import { ResidentRecords } from "../augment/resident_records.ts";
import { loadPtbXl } from "../data/datasets/ptb_xl.ts";
import { recordCount } from "../data/signals/record_set.ts";
import type { KernelLibrary } from "../gpu/kernels.ts";
import { type Spread, spread } from "./spread.ts";

/** What was measured of a start. */
export interface StartUpFigures {
  readonly records: number;
  /** Seconds of the first reading in this process; writes the cache where there is none. */
  readonly first: number;
  /** Seconds of a start that finds the cache. */
  readonly second: Spread;
  /** Seconds of it for the upload. */
  readonly upload: Spread;
}

/** Loads and uploads a data set several times over. */
export async function measureStartUp(
  kernels: KernelLibrary,
  dataRoot: string,
  repetitions: number,
): Promise<StartUpFigures> {
  const start = async () => {
    const started = performance.now();
    const set = await loadPtbXl(dataRoot);
    const loaded = performance.now();
    const resident = await ResidentRecords.upload(kernels, set);
    const done = performance.now();
    resident.destroy();
    const records = recordCount(set);
    return { records, total: (done - started) / 1000, upload: (done - loaded) / 1000 };
  };
  const first = await start();
  const later: typeof first[] = [];
  for (let i = 0; i < repetitions; i++) later.push(await start());
  return {
    records: first.records,
    first: first.total,
    second: spread(later.map(({ total }) => total)),
    upload: spread(later.map(({ upload }) => upload)),
  };
}

/** Small record files in temporary folders, for tests of readers and loaders. */

import { LEADS } from "../../../src/data/signals/record_set.ts";
import {
  type SignalDescription,
  writeRecordSync,
} from "../../../src/data/files/wfdb/write_record.ts";

/** Digital value, µV, of the records below at a time in seconds: slow enough for any rate. */
export function waveAt(seconds: number, lead: number): number {
  return Math.round(1000 * Math.sin(3 * seconds + lead) + 10 * lead);
}

/** Signals in µV. */
export function plainSignals(names: readonly string[]): SignalDescription[] {
  return names.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" }));
}

/** Writes a WFDB record of {@linkcode waveAt}. */
export function writeWave(folder: string, name: string, samplingRate: number, samples: number) {
  writeRecordSync(folder, {
    name,
    samplingRate,
    signals: plainSignals(LEADS),
    samples: Int16Array.from(
      { length: 12 * samples },
      (_, i) => waveAt(Math.floor(i / 12) / samplingRate, i % 12),
    ),
  });
}

/** A table of {@linkcode waveAt} in mV, without a time column. */
export function waveCsv(samplingRate: number, samples: number): string {
  const rows = Array.from(
    { length: samples },
    (_, t) => LEADS.map((_, lead) => waveAt(t / samplingRate, lead) / 1000).join(),
  );
  return [LEADS.join(), ...rows].join("\n") + "\n";
}

/** Runs `body` with an empty folder that is removed afterwards. */
export async function withFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "records_" });
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Changes bits of one byte of a file. */
export function flipBits(path: string, at: number, bits = 1): void {
  const bytes = Deno.readFileSync(path);
  bytes[at] ^= bits;
  Deno.writeFileSync(path, bytes);
}

/** Replaces the first occurrence of a text in a file. */
export function editText(path: string, from: string | RegExp, to: string): void {
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace(from, to));
}

/** What a loader gives, and whether it read records: it tells its progress then. */
export async function watchReading<Set>(
  load: (options: { onProgress: () => void }) => Promise<Set>,
): Promise<{ set: Set; read: boolean }> {
  let read = false;
  const set = await load({ onProgress: () => read = true });
  return { set, read };
}

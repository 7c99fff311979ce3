/** Small record files in temporary folders, for tests of readers and loaders. */

import { LEADS } from "../../../src/data/signals/record_set.ts";
import { writeRecordSync } from "../../../src/data/files/wfdb/write_record.ts";

/** Digital value, µV, of the records below at a time in seconds: slow enough for any rate. */
export function waveAt(seconds: number, lead: number): number {
  return Math.round(1000 * Math.sin(3 * seconds + lead) + 10 * lead);
}

/** Writes a WFDB record of {@linkcode waveAt}. */
export function writeWave(folder: string, name: string, samplingRate: number, samples: number) {
  writeRecordSync(folder, {
    name,
    samplingRate,
    signals: LEADS.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" })),
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

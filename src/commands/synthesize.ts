/**
 * `synthesize` as a person sees it.
 *
 * @module
 */

import type { CommandContext } from "../console/flags/command.ts";
import { formatBytes, formatCount, formatPath } from "../text/format.ts";
import { Interrupted } from "../console/flags/interrupt.ts";
import { Progress } from "../console/progress.ts";
import { writeCohort } from "../data/synthetic/write_cohort.ts";

/** The options of `synthesize`. */
export interface SynthesizeFlags {
  readonly records: number;
  readonly seed: number;
  readonly out: string;
}

/** Runs the command. */
export async function runSynthesize(
  { records, seed, out }: SynthesizeFlags,
  { signal, program }: Pick<CommandContext, "signal" | "program">,
): Promise<void> {
  using progress = new Progress({ label: "Synthesizing", total: records, unit: "records" });
  try {
    const written = await writeCohort({
      destination: out,
      records,
      seed,
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.finish(
      `Wrote ${formatCount(written.records)} ${written.records === 1 ? "record" : "records"} of ` +
        `${formatCount(written.patients)} ${written.patients === 1 ? "patient" : "patients"} ` +
        `(${formatBytes(written.bytes)}) to ${formatPath(out)}`,
    );
    console.log(`Next: ${program} train-simclr --data-root ${formatPath(out)}`);
  } catch (error) {
    if (error instanceof Interrupted) {
      throw new Interrupted(
        `Stopped before the end. ${formatPath(out)} has no table yet; run the same command again`,
      );
    }
    throw error;
  }
}

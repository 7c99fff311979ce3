/**
 * What masked reconstruction sees of a record, what is hidden from it, and what it makes of that.
 */

import { ecgChart, type EcgPanel } from "./ecg_chart.ts";

/** One record with its reconstruction. */
export interface ReconstructedRecord {
  /** Such as `record 17`. */
  readonly name: string;
  /** mV, [T, leads] */
  readonly input: ArrayLike<number>;
  /** The same after masking: mV, [T, leads] */
  readonly masked: ArrayLike<number>;
  /** mV, [T, leads] */
  readonly reconstruction: ArrayLike<number>;
  /** Masked samples: start .. end - 1 of each stretch. */
  readonly stretches: readonly (readonly [start: number, end: number])[];
}

/** What {@linkcode reconstructionChart} draws. */
export interface ReconstructionChart {
  readonly title: string;
  readonly caption?: string;
  /** Hz. */
  readonly samplingRate: number;
  /** Names of the columns of a record. */
  readonly leads: readonly string[];
  /** Leads drawn of every record; two or three stay readable. */
  readonly shown: readonly string[];
  readonly records: readonly ReconstructedRecord[];
}

/**
 * Draws the leads of every record one under the other: the masked input pale, what the mask hides
 * orange, the reconstruction black on top. Masked stretches have darker paper.
 *
 * @throws {RangeError} When there is no record, or a lead is not among the columns.
 */
export function reconstructionChart(chart: ReconstructionChart): string {
  const { title, caption, samplingRate, leads, shown, records } = chart;
  const panels = records.flatMap((record) =>
    shown.map((name): EcgPanel => {
      const lead = leads.indexOf(name);
      if (lead < 0) throw new RangeError(`No lead ${name} among ${leads.join(", ")}`);
      const column = (signal: ArrayLike<number>) =>
        Float32Array.from(
          { length: signal.length / leads.length },
          (_, t) => signal[t * leads.length + lead],
        );
      const input = column(record.input);
      // One sample more on each side, where the line leaves the masked input.
      const hidden = new Float32Array(input.length).fill(NaN);
      for (const [start, end] of record.stretches) {
        const first = Math.max(0, start - 1);
        hidden.set(input.subarray(first, end + 1), first);
      }
      return {
        label: `${record.name}, ${name}`,
        traces: [
          { name: "masked input", samples: column(record.masked) },
          { name: "hidden by the mask", samples: hidden },
          { name: "reconstruction", samples: column(record.reconstruction) },
        ],
        shaded: record.stretches.map(([start, end]) => [start / samplingRate, end / samplingRate]),
      };
    })
  );
  return ecgChart({ title, samplingRate, panels, caption });
}

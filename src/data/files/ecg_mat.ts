/** An ECG as a matrix in a MATLAB file without a header. */

import { knownUnit, type LeadSignals, type SignalAssumptions } from "../signals/lead_signals.ts";
import { LEADS } from "../signals/record_set.ts";
import { cannotRead } from "./file_errors.ts";
import { parseMatlabV4 } from "./matlab_v4.ts";

/**
 * Takes the one matrix with 12 rows (else 12 columns) for the leads in the order of `LEADS`, the
 * order of the PhysioNet challenges: the file itself names neither leads nor rate nor unit.
 *
 * @param assumptions Rate and unit, both needed
 * @throws {UserError} where the rate or the unit is not given, the file is not of level 4 or
 *   damaged, or not exactly one of its matrices has 12 rows or columns
 */
export function parseEcgMat(
  bytes: Uint8Array,
  file: string,
  assumptions: SignalAssumptions,
): LeadSignals {
  const fail = cannotRead(file);
  const matrices = parseMatlabV4(bytes, file);
  const count = LEADS.length;
  const candidates = matrices.filter(({ rows, columns, values }) =>
    (rows === count || columns === count) && values.length > 0
  );
  if (candidates.length !== 1) {
    const found = matrices.map(({ name, rows, columns }) => `${name} (${rows} × ${columns})`);
    throw fail(
      `it needs exactly one matrix with ${count} rows or columns, one for each lead; it has ` +
        (found.length === 0 ? "no matrix" : found.join(", ")),
    );
  }
  const { sourceRate, units } = assumptions;
  if (sourceRate === undefined) {
    throw fail(
      "its sampling rate is not known, since there is no .hea file beside it",
      { remedy: "state-sampling-rate" },
    );
  }
  if (units === undefined) {
    throw fail(
      "its unit is not known, since there is no .hea file beside it: V, mV, uV or nV (the files of " +
        "the PhysioNet challenges are in uV)",
      { remedy: "state-units" },
    );
  }
  const scale = knownUnit(units, fail);
  const [{ rows, columns, values }] = candidates;
  const byRow = rows === count;
  const samples = byRow ? columns : rows;
  const leads = LEADS.map((_, lead) =>
    Float64Array.from(
      { length: samples },
      (_, t) => values[byRow ? t * count + lead : lead * samples + t] * scale,
    )
  );
  return { samplingRate: sourceRate, samples, leads };
}

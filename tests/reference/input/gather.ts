/**
 * From stored int16 records to a batch of signals, in float64. Twin of `kernels/gather.wgsl`.
 *
 *     x[n, t, c] = raw[index[n], t, c] · scale               (mV)
 *     x[n, t, c] = (x[n, t, c] − mean[c]) / deviation[c]     (when a normalization is given)
 */

/** Per-lead normalization; units mV. */
export interface LeadNormalization {
  /** [C] */
  readonly mean: ArrayLike<number>;
  /** [C], above 0. */
  readonly deviation: ArrayLike<number>;
}

/**
 * A batch of records.
 *
 * @param samples raw [records, T, C], digital units
 * @param length T
 * @param leads C
 * @param millivoltsPerUnit scale, mV per digital unit
 * @param indices index [N]
 * @returns [N, T, C], mV or normalized
 */
export function gather(
  samples: Int16Array,
  length: number,
  leads: number,
  millivoltsPerUnit: number,
  indices: ArrayLike<number>,
  normalization?: LeadNormalization,
): Float64Array {
  const size = length * leads;
  const batch = new Float64Array(indices.length * size);
  for (let n = 0; n < indices.length; n++) {
    if (!(indices[n] >= 0 && (indices[n] + 1) * size <= samples.length)) {
      throw new RangeError(`No record ${indices[n]} among ${samples.length / size}`);
    }
    for (let j = 0; j < size; j++) {
      batch[n * size + j] = samples[indices[n] * size + j] * millivoltsPerUnit;
    }
  }
  return normalization ? normalizeLeads(batch, leads, normalization) : batch;
}

/** (x − mean) / deviation per lead of `signals` [..., C]; returns a new array. */
export function normalizeLeads(
  signals: Float64Array,
  leads: number,
  { mean, deviation }: LeadNormalization,
): Float64Array {
  return signals.map((x, j) => (x - mean[j % leads]) / deviation[j % leads]);
}

/**
 * Batches and initial weights of the PyTorch parity runs, drawn from formulas so that no data has to
 * be stored. `tests/fixtures/parity/make_parity.py` computes the same numbers, bit by bit: only
 * + − × ÷ and counter-based random numbers are used, one rounding to float32 at the end (a Gaussian
 * bump would need `exp`, whose last bit differs between languages).
 *
 * Record r (seed 2024):
 * - draws `u` from stream `synthetic`, item r: period = 70 + ⌊41u⌋ samples, phase = ⌊period · u⌋, then
 *   one u for each of the five waves w: amplitude a_w = base_w · (0.5 + u);
 * - wave w lies `offset_w` samples from the beat and is `half_w` samples wide on each side:
 *   d = ((t − phase − offset_w + h) mod period) − h with h = ⌊period / 2⌋, v = d / half_w,
 *   bump = (1 − v²)² where |v| < 1, else 0;
 * - lead c: clean[t, c] = Σ_w (a_w · (0.4 + 0.05 · ((3c + 5w) mod 13)) · (c = 3 ? −1 : 1)) · bump,
 *   added in the order of w, in mV.
 *
 * View v of record r: draws from stream `augment`, item r, view v: gain = 0.9 + 0.2u, then for every
 * sample and lead (lead fastest) x = clean · gain + 0.1 · (u − 0.5), cast to float32.
 *
 * Labels of record r: stream `labels`, item r: y_c = u < 0.35, in order of class.
 */

import { CounterRandom, Stream } from "../../src/random/philox.ts";

/** Seed of batches. */
export const BATCH_SEED = 2024;
/** Seed of initial weights. */
export const WEIGHT_SEED = 42;

const leads = 12;
const offsets = [-18, -4, 0, 4, 26]; // P Q R S T
const halfWidths = [8, 3, 4, 4, 14];
const amplitudes = [0.12, -0.1, 1.0, -0.25, 0.3];

/** One view of records `first`..`first + count − 1`: [count, T, 12], mV. */
export function parityView(
  first: number,
  count: number,
  length: number,
  view: number,
): Float32Array {
  const x = new Float32Array(count * length * leads);
  for (let r = 0; r < count; r++) {
    const record = new CounterRandom(BATCH_SEED, Stream.synthetic, { item: first + r });
    const period = 70 + Math.floor(41 * record.uniform());
    const phase = Math.floor(period * record.uniform());
    const wave = amplitudes.map((base) => base * (0.5 + record.uniform()));
    const half = Math.floor(period / 2);
    const viewed = new CounterRandom(BATCH_SEED, Stream.augment, { item: first + r, view });
    const gain = 0.9 + 0.2 * viewed.uniform();
    const bumps = new Float64Array(5);
    for (let t = 0; t < length; t++) {
      for (let w = 0; w < 5; w++) {
        const shifted = t - phase - offsets[w] + half;
        const distance = ((shifted % period) + period) % period - half;
        const v = distance / halfWidths[w];
        const g = 1 - v * v;
        bumps[w] = g > 0 ? g * g : 0;
      }
      for (let c = 0; c < leads; c++) {
        let clean = 0;
        for (let w = 0; w < 5; w++) {
          const share = (0.4 + 0.05 * ((3 * c + 5 * w) % 13)) * (c === 3 ? -1 : 1);
          clean += (wave[w] * share) * bumps[w];
        }
        x[(r * length + t) * leads + c] = clean * gain + 0.1 * (viewed.uniform() - 0.5);
      }
    }
  }
  return x;
}

/**
 * Batch of SimCLR's step `step` (0, 1, …): records 8·step.., first views then second views,
 * [2·batch, T, 12].
 */
export function paritySimclrBatch(step: number, batch: number, length: number): Float32Array {
  const size = batch * length * leads;
  const x = new Float32Array(2 * size);
  for (const view of [0, 1]) x.set(parityView(step * batch, batch, length, view), view * size);
  return x;
}

/** Batch of the classifier's step `step`: view 0 of the records [batch, T, 12] and labels [batch, 5]. */
export function parityClassifierBatch(
  step: number,
  batch: number,
  length: number,
): { x: Float32Array; y: Float32Array } {
  const y = new Float32Array(batch * 5);
  for (let r = 0; r < batch; r++) {
    const random = new CounterRandom(BATCH_SEED, Stream.labels, { item: step * batch + r });
    for (let c = 0; c < 5; c++) y[r * 5 + c] = random.uniform() < 0.35 ? 1 : 0;
  }
  return { x: parityView(step * batch, batch, length, 0), y };
}

/**
 * Initial weights, before the biases of a fixture are shifted, in PyTorch's names, layout and scale: uniform in ±1/√fan_in, drawn in row-major
 * order of the PyTorch layout from stream `init`, item = index of the parameter in registration
 * order; batch-norm weights 1, biases 0.
 *
 * The fan_in of a linear bias is that of its weight, which stands just before it.
 *
 * @param isNorm Whether a parameter of that name is a batch norm's.
 */
export function parityWeights(
  parameters: readonly { readonly name: string; readonly shape: readonly number[] }[],
  isNorm: (name: string) => boolean = (name) => /\.(block|net)\.1\./.test(name),
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  let bound = 0;
  parameters.forEach(({ name, shape }, item) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = new Float32Array(size);
    if (isNorm(name)) {
      values.fill(name.endsWith("weight") ? 1 : 0);
    } else {
      if (shape.length >= 2) bound = 1 / Math.sqrt(size / shape[0]);
      const random = new CounterRandom(WEIGHT_SEED, Stream.init, { item });
      for (let k = 0; k < size; k++) values[k] = random.uniform(-bound, bound);
    }
    weights.set(name, values);
  });
  return weights;
}

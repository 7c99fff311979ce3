/**
 * What disturbs a recording, electrode by electrode: amplifier noise, muscle, breathing and slow
 * drift, mains, an electrode that moves, an electrode that hardly touches.
 */

import { CounterRandom, philox4x32, Stream } from "../../random/philox.ts";
import { ELECTRODE_COUNT } from "./leads.ts";

/** Mean and SD of the sum of four bytes. */
const BYTES_MEAN = 4 * 127.5;
const BYTES_DEVIATION = Math.sqrt(4 * (256 * 256 - 1) / 12);

/**
 * Unit-variance noise: each word of Philox gives the sum of its four bytes (Irwin–Hall with n = 4),
 * near enough to a normal deviate for noise, and free of logarithms.
 */
function fillWhite(
  output: Float32Array,
  seed: number,
  record: number,
  electrode: number,
): void {
  const key: [number, number] = [seed >>> 0, Stream.synthetic];
  for (let t = 0; t < output.length; t += 4) {
    const words = philox4x32([t >>> 2, record >>> 0, electrode, 3], key);
    for (let i = 0; i < 4 && t + i < output.length; i++) {
      const word = words[i];
      const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
      output[t + i] = (sum - BYTES_MEAN) / BYTES_DEVIATION;
    }
  }
}

/**
 * Adds one record's disturbances to electrode potentials.
 *
 * @param potentials [T, 9] in mV, added to.
 * @param breathing Breaths per second.
 * @param record Number of the record: with the seed it decides every draw.
 */
export function addNoise(
  potentials: Float32Array,
  samplingRate: number,
  breathing: number,
  seed: number,
  record: number,
): void {
  const length = potentials.length / ELECTRODE_COUNT;
  const random = new CounterRandom(seed, Stream.synthetic, { item: record, view: 2 });
  const white = new Float32Array(length);

  // How restless the patient and how good the recorder: one number for all electrodes.
  const unrest = Math.exp(0.55 * random.normal());
  const mains = random.uniform() < 0.12 ? random.uniform(0.006, 0.03) : 0;
  // Near 50 Hz; at 100 samples per second the sampled wave beats slowly.
  const mainsFrequency = 50 + 0.04 * random.normal();
  const burstCenter = random.uniform(0, length);
  const burstWidth = random.uniform(0.4, 2) * samplingRate;
  const burst = random.uniform() < 0.2 ? random.uniform(2, 7) : 0;
  const movingElectrode = random.uniform() < 0.08 ? random.integer(ELECTRODE_COUNT) : -1;
  const poorElectrode = random.uniform() < 0.025 ? 3 + random.integer(6) : -1;
  const breath = random.uniform(0, 2 * Math.PI);

  for (let electrode = 0; electrode < ELECTRODE_COUNT; electrode++) {
    const limb = electrode < 3;
    // White floor of 2 to 3 µV in the median; hands and feet are noisier than the chest.
    let floor = (limb ? 0.0028 : 0.0018) * unrest * Math.exp(0.35 * random.normal());
    let gain = 1;
    if (electrode === poorElectrode) {
      gain = random.uniform(0, 0.35);
      floor += random.uniform(0.01, 0.06);
    }
    const burstHere = burst * random.uniform(0.2, 1);
    const mainsHere = mains * random.uniform(0.1, 1);
    const mainsPhase = random.uniform(0, 2 * Math.PI);
    const offset = 0.002 * random.normal();
    const respiration = 0.021 * unrest * Math.abs(random.normal());
    const drift = 0.02 * unrest * Math.exp(0.7 * random.normal());
    const driftFrequency = [random.uniform(0.06, 0.15), random.uniform(0.15, 0.5)];
    const driftPhase = [random.uniform(0, 2 * Math.PI), random.uniform(0, 2 * Math.PI)];
    const jumpAt = random.uniform(0, length);
    const jump = random.uniform(0.25, 0.9) * (random.uniform() < 0.5 ? -1 : 1);
    const jumpDecay = random.uniform(0.15, 0.7) * samplingRate;

    fillWhite(white, seed, record, electrode);
    const perSecond = 2 * Math.PI / samplingRate;
    let previous = 0;
    for (let t = 0; t < length; t++) {
      const distance = (t - burstCenter) / burstWidth;
      const envelope = burstHere > 0 && Math.abs(distance) < 3
        ? burstHere * Math.exp(-0.5 * distance * distance)
        : 0;
      // Muscle noise is above 20 Hz: the difference of white noise.
      let value = floor * (white[t] + envelope * 0.7 * (white[t] - previous));
      previous = white[t];
      value += offset + respiration * Math.sin(perSecond * breathing * t + breath) +
        drift * Math.sin(perSecond * driftFrequency[0] * t + driftPhase[0]) +
        0.5 * drift * Math.sin(perSecond * driftFrequency[1] * t + driftPhase[1]);
      if (mainsHere > 0) {
        value += mainsHere * Math.sin(perSecond * mainsFrequency * t + mainsPhase);
      }
      if (electrode === movingElectrode) {
        // A jump within 50 ms and a return at the time constant of the high-pass filter.
        const since = t - jumpAt;
        value += since < 0
          ? jump * Math.exp(since / (0.05 * samplingRate))
          : jump * Math.exp(-since / jumpDecay);
      }
      const at = t * ELECTRODE_COUNT + electrode;
      potentials[at] = gain * potentials[at] + value;
    }
  }
}

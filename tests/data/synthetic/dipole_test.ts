import { assertAlmostEquals, assertLess } from "@std/assert";
import { dipoleSeries } from "../../../src/data/synthetic/dipole.ts";
import type { Wave } from "../../../src/data/synthetic/heart.ts";
import { patientWith, quietRecord } from "./support.ts";

Deno.test("dipoleSeries() solves the differential equations of McSharry et al. 2003", () => {
  // The paper's five events (its table I: angles, amplitudes, widths), at 60 beats per minute.
  const angle = [-Math.PI / 3, -Math.PI / 12, 0, Math.PI / 12, Math.PI / 2];
  const amplitude = [1.2, -5, 30, -7.5, 0.75];
  const width = [0.25, 0.1, 0.1, 0.1, 0.4];
  const omega = 2 * Math.PI;
  // ẋ = αx − ωy, ẏ = αy + ωx with α = 1 − √(x² + y²); ż without the pull to the baseline.
  const derivative = ([x, y]: number[]) => {
    const alpha = 1 - Math.hypot(x, y);
    const theta = Math.atan2(y, x);
    let z = 0;
    for (let i = 0; i < 5; i++) {
      let distance = (theta - angle[i]) % (2 * Math.PI);
      if (distance > Math.PI) distance -= 2 * Math.PI;
      if (distance < -Math.PI) distance += 2 * Math.PI;
      z -= amplitude[i] * distance * Math.exp(-0.5 * (distance / width[i]) ** 2);
    }
    return [alpha * x - omega * y, alpha * y + omega * x, z];
  };
  const rate = 1000;
  const step = 1 / rate;
  let state = [-1, 0, 0]; // half a cycle before R
  const solution: number[] = [];
  for (let n = 0; n < rate; n++) {
    solution.push(state[2]);
    const along = (k: number[], h: number) => state.map((s, i) => s + h * k[i]);
    const k1 = derivative(state);
    const k2 = derivative(along(k1, step / 2));
    const k3 = derivative(along(k2, step / 2));
    const k4 = derivative(along(k3, step));
    state = state.map((s, i) => s + step / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  }
  // The same events as waves: time θ/ω, width b/ω, height a·b²/ω. Kind QRS: no stretching.
  const waves: Wave[] = angle.map((theta, i) => ({
    kind: "QRS",
    time: theta / omega,
    width: width[i] / omega,
    vector: [amplitude[i] * width[i] ** 2 / omega, 0, 0],
  }));
  const output = new Float32Array(3 * rate);
  dipoleSeries(
    [{ time: 0.5, interval: 1, kind: "sinus" }],
    { sinus: waves, atrial: [], ventricular: [] },
    rate,
    output,
  );
  // Peak is 0.05; what the T wave's Gaussian has left at ±π is 1e-4 of its 0.02.
  for (let t = 0; t < rate; t++) assertAlmostEquals(output[3 * t], solution[t], 2e-5);
});

Deno.test("dipoleSeries() gives the same heart at every sampling rate", () => {
  const patient = patientWith([{ code: "CRBBB", severity: 0.8 }], 3);
  const fine = quietRecord(patient, 500);
  const coarse = quietRecord(patient, 100);
  for (const lead of [1, 6, 10]) {
    const a = fine.lead(lead);
    const b = coarse.lead(lead);
    let worst = 0;
    for (let t = 0; t < b.length; t++) worst = Math.max(worst, Math.abs(a[5 * t] - b[t]));
    // One digital unit of rounding.
    assertLess(worst, 0.0011);
  }
});

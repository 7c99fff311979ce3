/**
 * NT-Xent, the loss of SimCLR (Chen, Kornblith, Norouzi & Hinton 2020, equation 1):
 *
 *   u_i = z_i / |z_i|,   s_ik = u_i . u_k / temperature
 *   L = (1 / 2N) sum over i of  -s_{i,p(i)} + ln sum over k != i of exp(s_ik)
 *
 * Rows 0 .. N-1 of z are the first views, rows N .. 2N-1 the second; p(i) = (i + N) mod 2N.
 *
 * Backward: with ds the gradient in s,   du = (ds + ds^T) u ,   dz = (du - u (u . du)) / |z|
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { StepState } from "../gpu/step_state.ts";
import { packWeights } from "../layers/pack_weights.ts";
import { recordProduct } from "../layers/windowed_product.ts";
import { recordLoss } from "./record_loss.ts";

/**
 * Records loss and gradient.
 *
 * @param z [2N, D]
 * @param step Where the loss goes: this step's slot of the metrics ring.
 * @param temperature Above 0; the reference uses 0.07.
 * @returns dz [2N, D]
 * @throws {RangeError} When the temperature is not above 0.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { chooseDevice, KernelLibrary, ntXent, Recorder, StepState, Tensor } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const [a, b] = [[1, 0, 0, 0], [0, 1, 0, 0]];
 * const z = Tensor.from(gpu, [4, 4], [a, b, a, b].flat()); // two records, two equal views each
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const step = new StepState(gpu);
 * ntXent(recorder, z, step, 1);
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 2 });
 * program.run();
 * const [{ loss }] = await step.read();
 * assert(Math.abs(loss - Math.log(1 + 2 / Math.E)) < 1e-6);
 * gpu.destroy();
 * ```
 */
export function ntXent(
  recorder: Recorder,
  z: Tensor,
  step: StepState,
  temperature: number,
): { dz: Tensor } {
  if (!(temperature > 0)) {
    throw new RangeError(`NT-Xent needs a temperature > 0, got ${temperature}`);
  }
  const [rows, width] = z.shape;
  const square = (name: string) => recorder.transient(`nt-xent ${name}`, [rows, rows]);
  const like = (name: string) => recorder.transient(`nt-xent ${name}`, [rows, width]);
  const dense = { samples: 1, positions: rows, offset: 0 };

  const u = like("u");
  const inverse = recorder.transient("nt-xent inverse", [rows]);
  recorder.dispatch("l2_normalize", {
    tensors: { z, u, inverse },
    dims: { width },
    grid: [rows],
  });
  const transposed = packWeights(recorder, "nt_xent", u);
  const similarity = square("similarity");
  recordProduct(
    recorder,
    { ...dense, step: width, window: width, sample: rows * width, columns: rows },
    { x: u, w: transposed, y: similarity },
    {},
    { label: "nt_xent similarity" },
  );
  const ds = square("ds");
  const loss = recorder.transient("nt-xent loss", [rows]);
  recorder.dispatch("nt_xent", {
    tensors: { similarity, ds, loss },
    dims: { rows, temperature },
    grid: [rows],
  });
  recordLoss(recorder, loss, step);
  const symmetric = square("symmetric");
  recorder.dispatch("add_transposed", {
    tensors: { x: ds, y: symmetric },
    dims: { rows },
    grid: gridFor(ds.size, 64),
  });
  const du = like("du");
  recordProduct(
    recorder,
    { ...dense, step: rows, window: rows, sample: rows * rows, columns: width },
    { x: symmetric, w: u, y: du },
    {},
    { label: "nt_xent du" },
  );
  const dz = like("dz");
  recorder.dispatch("l2_normalize_backward", {
    tensors: { u, du, inverse, dz },
    dims: { width },
    grid: [rows],
  });
  return { dz };
}

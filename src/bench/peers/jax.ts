/**
 * `@jax-js/jax` as a contender; see `problem.ts`. The whole step (forward, backward, Adam) is one
 * jitted function. Differences: running statistics of batch normalization are not kept.
 */

import {
  type Array as Jax,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "npm:@jax-js/jax@0.1.25";
import { answer, readProblem, SETTINGS, timeSteps, TRAINED } from "./problem.ts";

const [folder, seconds] = Deno.args;
const given = await readProblem(folder);
if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js found no WebGPU device");
defaultDevice("webgpu");

const array = (name: string) => {
  const { shape, data } = given(name);
  return np.array(data, { shape });
};

// In jax-js every use of an array consumes it; `.ref` keeps it for another use.

function forward(p: Jax[], x: Jax): Jax {
  const at = (name: string) => p[TRAINED.indexOf(name)];
  let value = x;
  SETTINGS.blocks.forEach(({ taps, stride, weight, gamma, beta }) => {
    const pad = (taps - 1) / 2;
    const y = lax.convGeneralDilated(value, at(weight), [stride], [[pad, pad]]);
    const centered = y.ref.sub(np.mean(y, [0, 2], { keepdims: true }));
    const variance = np.mean(np.square(centered.ref), [0, 2], { keepdims: true });
    const channel = (name: string) => at(name).reshape([1, -1, 1]);
    const scale = channel(gamma).div(np.sqrt(variance.add(1e-5)));
    value = nn.relu(centered.mul(scale).add(channel(beta)));
  });
  const linear = ({ weight, bias }: typeof SETTINGS.hidden, input: Jax) =>
    np.matmul(input, at(weight).transpose()).add(at(bias));
  return linear(SETTINGS.output, nn.relu(linear(SETTINGS.hidden, np.mean(value, 2))));
}

const x = array("x").transpose([0, 2, 1]).add(0); // [2N, 12, T], contiguous
const rows = x.shape[0];
/** Rows against columns: −10⁹ on the diagonal; and 1 where the column is the row's other view. */
const selfMask = new Float32Array(rows * rows);
const partners = new Float32Array(rows * rows);
for (let i = 0; i < rows; i++) {
  selfMask[i * rows + i] = -1e9;
  partners[i * rows + (i + rows / 2) % rows] = 1;
}

function lossOf(p: Jax[], x: Jax, mask: Jax, pairs: Jax): Jax {
  const z = forward(p, x);
  const length = np.sqrt(np.sum(np.square(z.ref), 1, { keepdims: true }));
  const unit = z.div(length);
  const similarity = np.matmul(unit.ref, unit.transpose()).div(SETTINGS.temperature);
  const positive = np.sum(similarity.ref.mul(pairs), 1);
  return np.mean(nn.logsumexp(similarity.add(mask), 1).sub(positive));
}

type Trained = [loss: Jax, p: Jax[], m: Jax[], v: Jax[]];

const trainStep = jit((
  p: Jax[],
  m: Jax[],
  v: Jax[],
  x: Jax,
  mask: Jax,
  pairs: Jax,
  stepSize: Jax,
  root: Jax,
): Trained => {
  const weights = p.map((each) => each.ref);
  const [loss, gradient] = valueAndGrad(lossOf)(weights, x, mask, pairs) as [Jax, Jax[]];
  const next = { p: [] as Jax[], m: [] as Jax[], v: [] as Jax[] };
  gradient.forEach((g, i) => {
    const first = m[i].mul(0.9).add(g.ref.mul(0.1));
    const second = v[i].mul(0.999).add(np.square(g).mul(0.001));
    const divisor = np.sqrt(second.ref).div(root.ref).add(1e-8);
    next.p.push(p[i].sub(first.ref.div(divisor).mul(stepSize.ref)));
    next.m.push(first);
    next.v.push(second);
  });
  stepSize.dispose();
  root.dispose();
  return [loss, next.p, next.m, next.v];
});

let p = TRAINED.map(array);
let m = p.map((each) => np.zeros(each.shape));
let v = p.map((each) => np.zeros(each.shape));
const mask = np.array(selfMask, { shape: [rows, rows] });
const pairs = np.array(partners, { shape: [rows, rows] });
const scalar = (value: number) => np.array(Float32Array.of(value), { shape: [] });
const timed = await timeSteps((t) => {
  // Adam's two corrections, as in `src/optim/adam.ts`.
  const stepSize = scalar(SETTINGS.learningRate / (1 - 0.9 ** (t + 1)));
  const root = scalar(Math.sqrt(1 - 0.999 ** (t + 1)));
  let loss: Jax;
  [loss, p, m, v] = trainStep(p, m, v, x.ref, mask.ref, pairs.ref, stepSize, root) as Trained;
  return async () => (await loss.data())[0];
}, Number(seconds));
answer({ name: "jax-js", about: "@jax-js/jax 0.1.25, WebGPU, one jitted step", ...timed });

/**
 * TensorFlow.js on its WebGPU backend in `bench-peers`; see `problem.ts`. Differences: channels
 * last, strided convolutions pad in a separate operation (TensorFlow's "same" is asymmetric), running
 * statistics of batch normalization are not kept.
 */

import * as tf from "npm:@tensorflow/tfjs@4.22.0";
import "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { answer, BLOCKS, HIDDEN, OUTPUT, readProblem, timeSteps, TRAINED } from "./problem.ts";

const [folder, seconds] = Deno.args;
const problem = await readProblem(folder);
if (!await tf.setBackend("webgpu")) throw new Error("TensorFlow.js found no WebGPU device");
await tf.ready();

const rows = 2 * problem.batch;
const variables = new Map(TRAINED.map((name) => {
  const { shape, data } = problem.tensors.get(name)!;
  const given = tf.tensor(data, [...shape]);
  // Convolutions [out, in, k] to [k, in, out], linear layers [out, in] to [in, out].
  const stored = shape.length > 1 ? tf.transpose(given) : given;
  return [name, tf.variable(stored)];
}));
const at = (name: string) => variables.get(name)!;
const x = tf.tidy(() => {
  const { shape, data } = problem.tensors.get("x")!;
  return tf.transpose(tf.tensor3d(data, shape as [number, number, number]), [0, 2, 1]); // [2N, T, 12]
});
const selfMask = tf.tidy(() => tf.mul(tf.eye(rows), -1e9));

function lossOf(): tf.Scalar {
  let value = x;
  BLOCKS.forEach(({ taps, stride, weight, gamma, beta }) => {
    const pad = (taps - 1) / 2;
    const filter = at(weight) as unknown as tf.Tensor3D;
    const y = stride === 1
      ? tf.conv1d(value, filter, 1, "same")
      : tf.conv1d(tf.pad(value, [[0, 0], [pad, pad], [0, 0]]), filter, stride, "valid");
    const { mean, variance } = tf.moments(y, [0, 1]);
    const scale = tf.div(at(gamma), tf.sqrt(tf.add(variance, 1e-5)));
    const normed = tf.add(tf.mul(tf.sub(y, mean), scale), at(beta));
    value = tf.relu(normed) as tf.Tensor3D;
  });
  const linear = ({ weight, bias }: typeof HIDDEN, input: tf.Tensor2D) =>
    tf.add(tf.matMul(input, at(weight) as unknown as tf.Tensor2D), at(bias)) as tf.Tensor2D;
  const pooled = tf.mean(value, 1) as tf.Tensor2D;
  const z = linear(OUTPUT, tf.relu(linear(HIDDEN, pooled)));
  const unit = tf.div(z, tf.norm(z, 2, 1, true)) as tf.Tensor2D;
  const similarity = tf.div(tf.matMul(unit, unit, false, true), problem.temperature);
  const [first, second] = tf.split(unit, 2);
  const pairs = tf.div(tf.sum(tf.mul(first, second), 1), problem.temperature);
  const normalizer = tf.logSumExp(tf.add(similarity, selfMask), 1);
  return tf.sub(tf.mean(normalizer), tf.mean(pairs)) as tf.Scalar;
}

const adam = tf.train.adam(problem.learningRate, 0.9, 0.999, 1e-8);
const timed = await timeSteps(() => {
  const loss = adam.minimize(lossOf, true)!;
  return async () => {
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}, Number(seconds));
answer({ name: "TensorFlow.js", about: `@tensorflow/tfjs ${tf.version.tfjs}, WebGPU`, ...timed });

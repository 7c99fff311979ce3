/**
 * TensorFlow.js on its WebGPU backend as a contender; see `problem.ts`. Differences: channels
 * last, strided convolutions pad in a separate operation (TensorFlow's "same" is asymmetric), running
 * statistics of batch normalization are not kept.
 */

import * as tf from "npm:@tensorflow/tfjs@4.22.0";
import "npm:@tensorflow/tfjs-backend-webgpu@4.22.0";
import { answer, readProblem, SETTINGS, timeSteps, TRAINED } from "./problem.ts";

const [folder, seconds] = Deno.args;
const given = await readProblem(folder);
if (!await tf.setBackend("webgpu")) throw new Error("TensorFlow.js found no WebGPU device");
await tf.ready();

const tensor = (name: string) => {
  const { shape, data } = given(name);
  return tf.tensor(data, shape);
};
const variables = new Map(TRAINED.map((name) => {
  const weight = tensor(name);
  // Convolutions [out, in, k] to [k, in, out], linear layers [out, in] to [in, out].
  return [name, tf.variable(weight.rank > 1 ? tf.transpose(weight) : weight)];
}));
const at = (name: string) => variables.get(name)!;
const x = tensor("x") as tf.Tensor3D; // [2N, T, 12]
const selfMask = tf.tidy(() => tf.mul(tf.eye(x.shape[0]), -1e9));

function lossOf(): tf.Scalar {
  let value = x;
  SETTINGS.blocks.forEach(({ taps, stride, weight, gamma, beta }) => {
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
  const linear = ({ weight, bias }: typeof SETTINGS.hidden, input: tf.Tensor2D) =>
    tf.add(tf.matMul(input, at(weight) as unknown as tf.Tensor2D), at(bias)) as tf.Tensor2D;
  const pooled = tf.mean(value, 1) as tf.Tensor2D;
  const z = linear(SETTINGS.output, tf.relu(linear(SETTINGS.hidden, pooled)));
  const unit = tf.div(z, tf.norm(z, 2, 1, true)) as tf.Tensor2D;
  const similarity = tf.div(tf.matMul(unit, unit, false, true), SETTINGS.temperature);
  const [first, second] = tf.split(unit, 2);
  const pairs = tf.div(tf.sum(tf.mul(first, second), 1), SETTINGS.temperature);
  const normalizer = tf.logSumExp(tf.add(similarity, selfMask), 1);
  return tf.sub(tf.mean(normalizer), tf.mean(pairs)) as tf.Scalar;
}

const adam = tf.train.adam(SETTINGS.learningRate, 0.9, 0.999, 1e-8);
const timed = await timeSteps(() => {
  const loss = adam.minimize(lossOf, true)!;
  return async () => {
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}, Number(seconds));
answer({ name: "TensorFlow.js", about: `@tensorflow/tfjs ${tf.version.tfjs}, WebGPU`, ...timed });

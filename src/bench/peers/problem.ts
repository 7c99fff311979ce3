/**
 * What all contenders are given, and what each of them answers.
 *
 * The problem is two files: `problem.json` (settings) and `problem.safetensors` (float32: weights in
 * PyTorch's layout and under its names, and the batch `x` [2N, T, 12], whose rows N … 2N − 1 are the
 * second views).
 *
 * A contender is started with the folder of both files and the seconds to time. It takes two steps
 * to warm up, then as many as fill the time by the second one's measure, with one wait at the end,
 * and prints one line of JSON on standard output: a {@linkcode ContenderResult}, or an array of them.
 */

import { decodeSafetensors, encodeSafetensors } from "../../checkpoint/safetensors.ts";
import { asFloat32, type StateDict } from "../../checkpoint/state_dict.ts";

/** What a contender answers. */
export interface ContenderResult {
  readonly name: string;
  /** Versions, device. */
  readonly about: string;
  /** Losses of both warm-up steps and of the last timed one. */
  readonly losses: readonly number[];
  /** Timed steps. */
  readonly steps: number;
  /** Milliseconds of a timed step, on average. */
  readonly milliseconds: number;
}

/** Timed steps at most; nothing waits for the device between them. */
const MOST_STEPS = 500;

const linear = (name: string) => ({ weight: `${name}.weight`, bias: `${name}.bias` });

/** Settings, and the names of the tensors by layer. */
export const SETTINGS = {
  // At this temperature the loss of one batch seen again and again does not vanish at once.
  temperature: 0.5,
  learningRate: 1e-3,
  /** Convolutions (padding is (taps − 1) / 2), each with batch normalization and rectifier. */
  blocks: [[11, 2], [7, 1], [7, 2], [5, 1], [5, 2], [3, 1]].map(([taps, stride], i) => {
    const { weight: gamma, bias: beta } = linear(`encoder.features.${i}.block.1`);
    return { taps, stride, weight: `encoder.features.${i}.block.0.weight`, gamma, beta };
  }),
  /** Layers of the projection head. */
  hidden: linear("projection_head.net.0"),
  output: linear("projection_head.net.2"),
};

/** Names of all trained tensors. */
export const TRAINED: readonly string[] = [
  ...SETTINGS.blocks.flatMap(({ weight, gamma, beta }) => [weight, gamma, beta]),
  ...[SETTINGS.hidden, SETTINGS.output].flatMap(({ weight, bias }) => [weight, bias]),
];

/** Writes the problem. */
export async function writeProblem(folder: string, tensors: StateDict): Promise<void> {
  const file = encodeSafetensors({ sections: new Map([["model", tensors]]), metadata: {} });
  await Deno.writeFile(`${folder}/problem.safetensors`, file);
  await Deno.writeTextFile(`${folder}/problem.json`, JSON.stringify(SETTINGS));
}

/** Reads the problem, and gives its tensors by name. */
export async function readProblem(folder: string) {
  const path = `${folder}/problem.safetensors`;
  const tensors = decodeSafetensors(await Deno.readFile(path), path).sections.get("model")!;
  return (name: string): { shape: number[]; data: Float32Array<ArrayBuffer> } => {
    const tensor = tensors.get(name)!;
    return { shape: [...tensor.shape], data: Float32Array.from(asFloat32(tensor)) };
  };
}

/**
 * Two warm-up steps, then about `seconds` of timed ones.
 *
 * @param step Launches a step and gives a function that waits for its loss.
 */
export async function timeSteps(
  step: (t: number) => () => Promise<number>,
  seconds: number,
): Promise<Pick<ContenderResult, "losses" | "steps" | "milliseconds">> {
  const losses = [await step(0)()];
  const before = performance.now();
  losses.push(await step(1)());
  const started = performance.now();
  const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(1000 * seconds / (started - before))));
  for (let t = 2; t < 1 + steps; t++) step(t);
  losses.push(await step(1 + steps)());
  return { losses, steps, milliseconds: (performance.now() - started) / steps };
}

/** Prints the answer and ends the process, whatever still holds it. */
export function answer(result: ContenderResult): never {
  console.log(JSON.stringify(result));
  Deno.exit(0);
}

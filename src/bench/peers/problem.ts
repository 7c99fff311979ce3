/**
 * What all contenders are given, and what each of them answers.
 *
 * The problem is two files, which any language reads in a few lines: `problem.json`
 * (settings, and name, shape and offset of every tensor) and `problem.bin` (float32, little-endian,
 * weights in PyTorch's layout and under its names, and the batch `x` [2N, 12, T]: rows N … 2N − 1
 * are the second views).
 *
 * A contender is started with the folder of both files and the seconds to time. It takes two steps
 * to warm up, then as many as fill the time by the second one's measure, with one wait at the end,
 * and prints one line of JSON on standard output: a {@linkcode ContenderResult}, or an array of them.
 *
 * @module
 */

/** Settings and tensors of the problem. */
export interface Problem {
  /** N: records of a step, 2N rows. */
  readonly batch: number;
  readonly temperature: number;
  readonly learningRate: number;
  readonly blocks: typeof BLOCKS;
  readonly tensors: ReadonlyMap<string, ProblemTensor>;
}

/** A tensor of the problem. */
export interface ProblemTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

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

/** Blocks of the encoder: taps and stride (padding is (taps − 1) / 2), and names of the tensors. */
export const BLOCKS = [[11, 2], [7, 1], [7, 2], [5, 1], [5, 2], [3, 1]].map(([taps, stride], i) => {
  const name = `encoder.features.${i}.block`;
  return {
    taps,
    stride,
    weight: `${name}.0.weight`,
    gamma: `${name}.1.weight`,
    beta: `${name}.1.bias`,
  };
});

/** Linear layers of the projection head. */
export const [HIDDEN, OUTPUT] = ["projection_head.net.0", "projection_head.net.2"]
  .map((name) => ({ weight: `${name}.weight`, bias: `${name}.bias` }));

/** Names of all trained tensors. */
export const TRAINED: readonly string[] = [
  ...BLOCKS.flatMap(({ weight, gamma, beta }) => [weight, gamma, beta]),
  ...[HIDDEN, OUTPUT].flatMap(({ weight, bias }) => [weight, bias]),
];

/** Writes the problem. */
export async function writeProblem(folder: string, problem: Problem): Promise<void> {
  const { tensors, ...settings } = problem;
  let offset = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const entry = { name, shape, offset };
    offset += data.length;
    return entry;
  });
  const values = new Float32Array(offset);
  for (const { name, offset } of entries) values.set(tensors.get(name)!.data, offset);
  await Deno.writeFile(`${folder}/problem.bin`, new Uint8Array(values.buffer));
  await Deno.writeTextFile(
    `${folder}/problem.json`,
    JSON.stringify({ ...settings, tensors: entries }),
  );
}

/** Reads the problem. */
export async function readProblem(folder: string): Promise<Problem> {
  const header = JSON.parse(await Deno.readTextFile(`${folder}/problem.json`));
  const { buffer } = await Deno.readFile(`${folder}/problem.bin`);
  const tensors = new Map<string, ProblemTensor>();
  for (const { name, shape, offset } of header.tensors) {
    const size = shape.reduce((product: number, extent: number) => product * extent, 1);
    tensors.set(name, { shape, data: new Float32Array(buffer, 4 * offset, size).slice() });
  }
  return { ...header, tensors };
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
  let last: () => Promise<number> = () => Promise.resolve(NaN);
  for (let t = 2; t < 2 + steps; t++) last = step(t);
  losses.push(await last());
  return { losses, steps, milliseconds: (performance.now() - started) / steps };
}

/** Prints the answer and ends the process, whatever still holds it. */
export function answer(result: ContenderResult): never {
  console.log(JSON.stringify(result));
  Deno.exit(0);
}

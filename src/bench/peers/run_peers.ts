/**
 * Runs the same training step in this project and in others, each in a process of its own, in
 * rounds: A B C D A B C D …, so that a busy moment of the machine hits all alike.
 */

import { fileURLToPath } from "node:url";
import type { HostTensor, StateDict } from "../../checkpoint/state_dict.ts";
import { recordMillivolts } from "../../data/signals/record_set.ts";
import { synthesizeCohort } from "../../data/synthetic/cohort.ts";
import { UserError } from "../../errors.ts";
import { ParameterStore } from "../../layers/parameters.ts";
import { Simclr } from "../../models/simclr.ts";
import { spread } from "../figures.ts";
import { type ContenderResult, writeProblem } from "./problem.ts";

/** Settings of {@linkcode runPeers}. */
export interface PeerOptions {
  readonly batch: number;
  readonly rounds: number;
  /** Seconds of timed steps of a process. */
  readonly seconds: number;
  /** Adapter for this project; the others take the system's choice. */
  readonly adapter?: string;
  /** Which of the others run. */
  readonly contenders: readonly PeerName[];
  readonly signal?: AbortSignal;
  /** A line of progress. */
  readonly onLine?: (line: string) => void;
}

/** The others by name: their titles and scripts. */
const OTHERS = {
  "jax-js": ["jax-js", "jax.ts"],
  "tfjs": ["TensorFlow.js", "tfjs.ts"],
  "pytorch": ["PyTorch", "pytorch_step.py"],
} as const;

/** One of the others. */
export type PeerName = keyof typeof OTHERS;

/** The others by name. */
export const PEERS = Object.keys(OTHERS) as PeerName[];

/** What was measured of one contender. */
export type PeerFigures = Readonly<ReturnType<typeof summarize>[number]>;

/** All contenders' figures, and why others did not run. */
export type PeerReport = Readonly<Awaited<ReturnType<typeof runPeers>>>;

const OURS = "this project";

/** Milliseconds after which a process is stopped. */
const TIMEOUT = 15 * 60_000;

/** Initial weights of seed 42, and a batch of the synthetic cohort, x [2N, T, 12]. */
export function makeProblem(batch: number): StateDict {
  const store = new ParameterStore();
  new Simclr(store);
  const set = synthesizeCohort({ records: batch, seed: 42 });
  const { signalLength, leads: { length: leads } } = set;
  const size = signalLength * leads;
  const x = new Float32Array(2 * batch * size);
  for (let n = 0; n < batch; n++) {
    const frames = recordMillivolts(set, n); // [T, 12]
    // The second view is the first, 7 samples later and weaker; 5 / mV is about one deviation.
    for (let i = 0; i < size; i++) {
      x[n * size + i] = 5 * frames[i];
      x[(batch + n) * size + i] = 4 * frames[(i + 7 * leads) % size];
    }
  }
  const weights = store.initialValues(42)
    .filter(({ dtype }) => dtype === "float32")
    .map(({ name, ...tensor }) => [name, tensor] as const);
  const shape = [2 * batch, signalLength, leads];
  return new Map<string, HostTensor>([...weights, ["x", { dtype: "float32", shape, data: x }]]);
}

/** Measures all contenders that can run here. */
export async function runPeers(options: PeerOptions) {
  const { rounds, batch, seconds, adapter = "", signal, onLine } = options;
  const folder = await Deno.makeTempDir({ prefix: "ssrl-ecg-peers-" });
  try {
    await writeProblem(folder, makeProblem(batch));
    const waiting = [
      [OURS, "ours.ts"],
      ...PEERS.filter((name) => options.contenders.includes(name)).map((name) => OTHERS[name]),
    ];
    const skipped: { name: string; reason: string }[] = [];
    const contenders = new Map<string, readonly string[]>();
    for (const [name, script] of waiting) {
      const file = fileURLToPath(new URL(script, import.meta.url));
      const program = script.endsWith(".py") ? await findPython() : DENO;
      if (program) contenders.set(name, [...program, file, folder, String(seconds), adapter]);
      else skipped.push({ name, reason: "found no python3 with torch" });
    }
    /** Answers by name of the answer; `rounds` long where nothing failed. */
    const answers = new Map<string, ContenderResult[]>();
    for (let round = 1; round <= rounds; round++) {
      for (const [name, command] of contenders) {
        signal?.throwIfAborted();
        const given = await ask(command, signal);
        if (typeof given === "string") {
          if (name === OURS) throw new UserError(`This project's own step failed: ${given}`);
          onLine?.(`${name} failed: ${given}`);
          skipped.push({ name, reason: given });
          contenders.delete(name);
          continue;
        }
        for (const answer of given) {
          answers.set(answer.name, [...answers.get(answer.name) ?? [], answer]);
          const rate = 1000 * batch / answer.milliseconds;
          onLine?.(`Round ${round}/${rounds}  ${answer.name}  ${rate.toPrecision(3)} samples/s`);
        }
      }
    }
    return { figures: summarize(answers, batch), skipped };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Medians; ratios are taken round by round. */
export function summarize(
  answers: ReadonlyMap<string, readonly ContenderResult[]>,
  batch: number,
) {
  const ours = answers.get(OURS)!;
  return [...answers].map(([name, results]) => {
    const times = results.map(({ milliseconds }) => milliseconds);
    return {
      name,
      about: results[0].about,
      samplesPerSecond: spread(times.map((each) => 1000 * batch / each)),
      milliseconds: spread(times),
      // This project's samples/s by the contender's; absent for this project.
      ratio: name === OURS
        ? undefined
        : spread(times.map((each, round) => each / ours[round].milliseconds)),
      // Of the first round: both warm-up steps and the last timed one.
      losses: results[0].losses,
      // Relative, from this project's: the same weights and batch.
      firstLossDifference: Math.abs(results[0].losses[0] / ours[0].losses[0] - 1),
    };
  });
}

/** Runs a script; the peers' packages are named in theirs alone and never reach the lock file. */
const DENO = [
  ...[Deno.execPath(), "run", "--allow-all", "--quiet", "--no-lock", "--config"],
  fileURLToPath(new URL("../../../deno.json", import.meta.url)),
];

/** The first Python that has torch. */
async function findPython(): Promise<string[] | undefined> {
  for (const python of ["python3", "/usr/bin/python3", "python"]) {
    const command = new Deno.Command(python, { args: ["-c", "import torch"] });
    // A failure to start says that there is no such program.
    const { success } = await command.output().catch(() => ({ success: false }));
    if (success) return [python];
  }
  return undefined;
}

/** A contender's answers, or why there are none. */
async function ask(
  [program, ...args]: readonly string[],
  signal?: AbortSignal,
): Promise<ContenderResult[] | string> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).output();
  signal?.throwIfAborted();
  if (timeout.aborted) return `took more than ${TIMEOUT / 60_000} minutes`;
  const [out, log] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).split("\n").map((line) => line.trim()).filter(Boolean)
  );
  const last = out.at(-1) ?? "";
  if (success) {
    try {
      return [JSON.parse(last)].flat();
    } catch {
      return `gave no figures, but "${last.slice(0, 200)}"`;
    }
  }
  return log.findLast((line) => /error/i.test(line) && !line.includes("XDG_RUNTIME_DIR")) ??
    log.at(-1) ?? "ended without a message";
}

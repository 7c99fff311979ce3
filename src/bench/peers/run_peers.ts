/**
 * Runs the same training step in this project and in others, each in a process of its own, in
 * rounds: A B C D A B C D …, so that a busy moment of the machine hits all alike.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { recordMillivolts } from "../../data/signals/record_set.ts";
import { synthesizeCohort } from "../../data/synthetic/cohort.ts";
import { UserError } from "../../errors.ts";
import { ParameterStore } from "../../layers/parameters.ts";
import { Simclr } from "../../models/simclr.ts";
import { type Spread, spread } from "../spread.ts";
import { BLOCKS, type ContenderResult, type Problem, writeProblem } from "./problem.ts";

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

/** The others by name. */
export const PEERS = ["jax-js", "tfjs", "pytorch"] as const;
/** One of the others. */
export type PeerName = typeof PEERS[number];

/** What was measured of one contender. */
export interface PeerFigures {
  readonly name: string;
  readonly about: string;
  readonly samplesPerSecond: Spread;
  readonly milliseconds: Spread;
  /** This project's samples/s by the contender's, of each round; absent for this project. */
  readonly ratio: Spread | undefined;
  /** Losses of the first round: both warm-up steps and the last timed one. */
  readonly losses: readonly number[];
  /** Relative difference of the first loss from this project's: the same weights and batch. */
  readonly firstLossDifference: number;
}

/** All contenders' figures. */
export interface PeerReport {
  readonly figures: readonly PeerFigures[];
  /** Contenders that did not run, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Relative difference of the first loss up to which two contenders computed the same thing. */
export const LOSS_TOLERANCE = 1e-3;

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Milliseconds after which a process is stopped. */
const TIMEOUT = 15 * 60_000;

/** The problem of a batch: initial weights of seed 42, records of the synthetic cohort. */
export function makeProblem(batch: number): Problem {
  const store = new ParameterStore();
  new Simclr(store);
  const tensors = new Map(
    store.initialValues(42)
      .filter(({ dtype }) => dtype === "float32")
      .map(({ name, shape, data }) => [
        name,
        { shape, data: Float32Array.from(data as Float32Array) },
      ]),
  );
  const set = synthesizeCohort({ records: batch, seed: 42 });
  const { signalLength } = set;
  const leads = set.leads.length;
  const x = new Float32Array(2 * batch * leads * signalLength); // [2N, 12, T]
  for (let n = 0; n < batch; n++) {
    const frames = recordMillivolts(set, n); // [T, 12]
    for (let view = 0; view < 2; view++) {
      // The second view is the first, 7 samples later and weaker; 5 / mV is about one deviation.
      const [shift, gain] = view === 0 ? [0, 5] : [7, 4];
      for (let c = 0; c < leads; c++) {
        for (let t = 0; t < signalLength; t++) {
          x[((view * batch + n) * leads + c) * signalLength + t] = gain *
            frames[(t + shift) % signalLength * leads + c];
        }
      }
    }
  }
  tensors.set("x", { shape: [2 * batch, leads, signalLength], data: x });
  // A temperature at which the loss of one batch seen again and again does not vanish at once.
  return { batch, temperature: 0.5, learningRate: 1e-3, blocks: BLOCKS, tensors };
}

/** Measures all contenders that can run here. */
export async function runPeers(options: PeerOptions): Promise<PeerReport> {
  const { rounds, batch, signal, onLine } = options;
  const folder = await Deno.makeTempDir({ prefix: "ssrl-ecg-peers-" });
  try {
    await writeProblem(folder, makeProblem(batch));
    const skipped: { name: string; reason: string }[] = [];
    let contenders = await findContenders(folder, options, skipped);
    /** Answers by name of the answer; `rounds` long where nothing failed. */
    const answers = new Map<string, ContenderResult[]>();
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        signal?.throwIfAborted();
        const given = await ask(contender, signal);
        if (typeof given === "string") {
          if (contender.name === "this project") {
            throw new UserError(`This project's own step failed: ${given}`);
          }
          onLine?.(`${contender.name} failed: ${given}`);
          skipped.push({ name: contender.name, reason: given });
          contenders = contenders.filter((one) => one !== contender);
          continue;
        }
        for (const answer of given) {
          answers.set(answer.name, [...answers.get(answer.name) ?? [], answer]);
          const rate = 1000 * batch / answer.milliseconds;
          onLine?.(
            `Round ${round + 1}/${rounds}  ${answer.name}  ${rate.toPrecision(3)} samples/s`,
          );
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
): PeerFigures[] {
  const ours = answers.get("this project")!;
  return [...answers].map(([name, results]) => ({
    name,
    about: results[0].about,
    samplesPerSecond: spread(results.map(({ milliseconds }) => 1000 * batch / milliseconds)),
    milliseconds: spread(results.map(({ milliseconds }) => milliseconds)),
    ratio: results === ours
      ? undefined
      : spread(results.map(({ milliseconds }, round) => milliseconds / ours[round].milliseconds)),
    losses: results[0].losses,
    firstLossDifference: Math.abs(results[0].losses[0] / ours[0].losses[0] - 1),
  }));
}

async function findContenders(
  folder: string,
  { contenders, seconds, adapter }: PeerOptions,
  skipped: { name: string; reason: string }[],
): Promise<Contender[]> {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  // The peers' packages are named in their scripts alone and never reach the lock file.
  const script = (name: string, file: string): Contender => ({
    name,
    command: Deno.execPath(),
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--no-lock",
      "--config",
      here("../../../deno.json"),
      here(file),
      folder,
      String(seconds),
      ...(file === "./ours.ts" && adapter !== undefined ? [adapter] : []),
    ],
  });
  const found = [script("this project", "./ours.ts")];
  if (contenders.includes("jax-js")) found.push(script("jax-js", "./jax.ts"));
  if (contenders.includes("tfjs")) found.push(script("TensorFlow.js", "./tfjs.ts"));
  if (contenders.includes("pytorch")) {
    const python = await findPython();
    if (python === undefined) {
      skipped.push({ name: "PyTorch", reason: "found no python3 with torch" });
    } else {
      const args = [here("./pytorch_step.py"), folder, String(seconds)];
      found.push({ name: "PyTorch", command: python, args });
    }
  }
  return found;
}

/** The first Python that has torch. */
async function findPython(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3", "python"]) {
    try {
      const command = new Deno.Command(python, {
        args: ["-c", "import torch"],
        stdout: "null",
        stderr: "null",
      });
      if ((await command.output()).success) return python;
    } catch {
      // There is no such program.
    }
  }
  return undefined;
}

/** A contender's answers, or why there are none. */
async function ask(
  { command, args }: Contender,
  signal?: AbortSignal,
): Promise<ContenderResult[] | string> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  const child = new Deno.Command(command, {
    args: [...args],
    stdout: "piped",
    stderr: "piped",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).spawn();
  const { success, stdout, stderr } = await child.output();
  signal?.throwIfAborted();
  if (timeout.aborted) return `took more than ${TIMEOUT / 60_000} minutes`;
  const text = new TextDecoder();
  const line = text.decode(stdout).trim().split("\n").at(-1) ?? "";
  if (success) {
    try {
      return [JSON.parse(line)].flat();
    } catch {
      return `gave no figures, but "${line.slice(0, 200)}"`;
    }
  }
  const complaint = text.decode(stderr).split("\n").map((each) => each.trim());
  return complaint.findLast((each) => /error/i.test(each) && !each.includes("XDG_RUNTIME_DIR")) ??
    complaint.findLast((each) => each !== "") ?? "ended without a message";
}

/**
 * Cells of an experiment in processes of their own (`--jobs`).
 *
 * A worker is the same command with the same flags, so it has the same plan. It gets the names of its
 * cells on stdin, one a line, and answers on stdout with JSON text sequences (RFC 7464), so that
 * anything else that is printed there does no harm. Results are in the cells' folders either way.
 */

import { type ErrorFacts, UserError } from "../errors.ts";
import {
  type Cell,
  type CellEvent,
  type CellOptions,
  type CellRunner,
  isOfCell,
  runCell,
} from "../experiments/experiment.ts";
import { parseNumbers } from "../experiments/stored_result.ts";
import { Interrupted } from "./flags/interrupt.ts";
import type { OwnCommand } from "./flags/own_command.ts";

/** Set in the environment of a worker. */
const WORKER_VARIABLE = "SSRL_ECG_WORKER";

const RECORD_SEPARATOR = "\x1e";
/** In place of a cell's name. */
const STOP = "stop";
const PROGRESS_EVERY_MS = 200;

/** What a worker says of its present cell. */
type Message =
  | CellEvent
  | { readonly kind: "done"; readonly result: unknown; readonly fresh: boolean }
  | { readonly kind: "failed"; readonly error: string; readonly facts?: ErrorFacts };

/** True in a process that a {@linkcode ProcessRunner} has started. */
export function isWorker(): boolean {
  return Deno.env.get(WORKER_VARIABLE) !== undefined;
}

/** Runs cells in a process; it starts with the first cell, and again after it has died. */
export class ProcessRunner implements CellRunner {
  #process: WorkerProcess | undefined;

  constructor(readonly command: OwnCommand) {}

  async run(
    { name }: Cell,
    { signal, report }: CellOptions,
  ): Promise<{ result: unknown; fresh: boolean }> {
    const worker = this.#process ??= new WorkerProcess(this.command);
    const stop = () => void worker.send(STOP);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await worker.send(name);
      for (let message; (message = await worker.next()) !== undefined;) {
        if (message.kind === "done") return message;
        if (message.kind === "failed") throw new UserError(message.error, message.facts);
        report?.(message);
      }
      this.#process = undefined;
      throw new UserError(`The process of the run has died: ${await worker.end()}`);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends the process, where there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.end();
  }
}

class WorkerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncGenerator<string>;
  readonly #errors: Promise<string>;

  constructor({ program, args }: OwnCommand) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      env: { [WORKER_VARIABLE]: "1", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = linesOf(this.#child.stdout);
    this.#errors = new Response(this.#child.stderr).text();
  }

  async send(line: string): Promise<void> {
    try {
      await this.#input.write(new TextEncoder().encode(`${line}\n`));
    } catch {
      // It has died; the end of its output tells.
    }
  }

  /** What the worker says next; undefined when it has ended. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const { value, done } = await this.#output.next();
      if (done) return undefined;
      if (value.startsWith(RECORD_SEPARATOR)) return parseNumbers(value.slice(1)) as Message;
    }
  }

  /** Waits for the end, and says how it came. */
  async end(): Promise<string> {
    await this.#input.close().catch(() => {}); // has died
    const { code, signal } = await this.#child.status;
    const said = (await this.#errors).trim().split("\n").slice(-3).join(" ");
    return `${signal ?? `exit code ${code}`}${said === "" ? "" : `, ${said}`}`;
  }
}

/** The life of a worker: runs the cells whose names it is given, until there are no more. */
export async function serveCells(
  cells: readonly Cell[],
  options: Pick<CellOptions, "commandLine"> & { readonly signal: AbortSignal },
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const lines = linesOf(Deno.stdin.readable);
  let line = lines.next();
  for (;;) {
    const name = await line;
    if (name.done || name.value === STOP) return;
    line = lines.next();
    const work = serveCell(cells.find((cell) => cell.name === name.value)!, { ...options, signal });
    // The next name comes after this cell has ended.
    const early = await Promise.race([work, line]);
    if (early === undefined) continue;
    // The parent process is gone, and may be started again for the same run at any time.
    if (early.done) Deno.exit(1);
    stop.abort(new Interrupted("Stopped before the end"));
    await work;
  }
}

async function serveCell(
  cell: Cell,
  options: CellOptions & { readonly signal: AbortSignal },
): Promise<undefined> {
  let saidAt = 0;
  const report = (event: CellEvent) => {
    if (event.kind === "progress") {
      if (performance.now() - saidAt < PROGRESS_EVERY_MS) return;
      saidAt = performance.now();
    }
    say(event);
  };
  try {
    say({ kind: "done", ...await runCell(cell, { ...options, report }) });
  } catch (error) {
    if (options.signal.aborted || !isOfCell(error)) throw error;
    say({ kind: "failed", error: error.message, facts: error.facts });
  }
}

function say(message: Message): void {
  console.log(RECORD_SEPARATOR + JSON.stringify(message));
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  return undefined;
}

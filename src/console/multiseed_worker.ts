/**
 * Runs of `train-multiseed` in processes of their own.
 *
 * A worker is the same command with the same flags. It gets the names of its tasks on stdin, a line
 * each, and answers on stdout with JSON text sequences (RFC 7464), so that anything else that is
 * printed there does no harm.
 *
 * @module
 */

import type { JsonValue } from "../checkpoint/state_dict.ts";
import { Interrupted } from "./flags/interrupt.ts";
import type { OwnCommand } from "./flags/own_command.ts";
import { UserError } from "../errors.ts";
import type { TaskEvents, TaskRunner } from "../experiments/multiseed.ts";
import type { MultiseedTask } from "../experiments/multiseed_plan.ts";

/** Set in the environment of a worker. */
const WORKER_VARIABLE = "SSRL_ECG_MULTISEED_WORKER";

const RECORD_SEPARATOR = "\x1e";
/** In place of a task's name. */
const STOP = "stop";
const PROGRESS_EVERY_MS = 200;

/** What a worker says of its present task. */
type Message =
  | { readonly kind: "progress"; readonly epochs: number }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "done"; readonly result: JsonValue }
  | { readonly kind: "failed"; readonly error: string };

/** True in a process that {@linkcode MultiseedWorker} has started. */
export function isWorker(): boolean {
  return Deno.env.get(WORKER_VARIABLE) !== undefined;
}

/** A process that does tasks; it starts with the first, and anew after it has died. */
export class MultiseedWorker implements TaskRunner {
  #process: WorkerProcess | undefined;

  /** @param signal Stops the task at work, so that it can go on later. */
  constructor(readonly command: OwnCommand, readonly signal: AbortSignal) {}

  async run(task: MultiseedTask, events: TaskEvents): Promise<JsonValue> {
    const worker = this.#process ??= new WorkerProcess(this.command);
    const stop = () => void worker.send(STOP);
    this.signal.addEventListener("abort", stop, { once: true });
    try {
      await worker.send(task.name);
      for (let message; (message = await worker.next()) !== undefined;) {
        switch (message.kind) {
          case "progress":
            events.progress?.(task, message.epochs);
            break;
          case "warning":
            events.warning?.(task, message.text);
            break;
          case "done":
            return message.result;
          case "failed":
            throw new UserError(message.error);
        }
      }
      this.#process = undefined;
      throw new UserError(`The process of the run has died: ${await worker.end()}`);
    } finally {
      this.signal.removeEventListener("abort", stop);
    }
  }

  /** Ends the process, where there is one. */
  async close(): Promise<void> {
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
      if (value.startsWith(RECORD_SEPARATOR)) return JSON.parse(value.slice(1));
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

/**
 * The life of a worker: does the tasks whose names it is given, until there are no more.
 *
 * @param run Does a task; stops when the signal aborts.
 */
export async function serveTasks(
  tasks: readonly MultiseedTask[],
  run: (task: MultiseedTask, events: TaskEvents, signal: AbortSignal) => Promise<JsonValue>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const lines = linesOf(Deno.stdin.readable);
  let line = lines.next();
  for (;;) {
    const task = await line;
    if (task.done || task.value === STOP) return;
    line = lines.next();
    const work = serveTask(tasks.find(({ name }) => name === task.value)!, run, either);
    // The next task comes after this one has ended.
    const early = await Promise.race([work, line]);
    if (early === undefined) continue;
    // Whoever has started this process is gone, and may be back for the same run at any time.
    if (early.done) Deno.exit(1);
    stop.abort(new Interrupted("Stopped before the end"));
    await work;
  }
}

async function serveTask(
  task: MultiseedTask,
  run: (task: MultiseedTask, events: TaskEvents, signal: AbortSignal) => Promise<JsonValue>,
  signal: AbortSignal,
): Promise<undefined> {
  let saidAt = 0;
  const events: TaskEvents = {
    progress(_task, epochs) {
      if (performance.now() - saidAt < PROGRESS_EVERY_MS) return;
      saidAt = performance.now();
      say({ kind: "progress", epochs });
    },
    warning: (_task, text) => say({ kind: "warning", text }),
  };
  try {
    say({ kind: "done", result: await run(task, events, signal) });
  } catch (error) {
    if (signal.aborted || !(error instanceof UserError)) throw error;
    say({ kind: "failed", error: error.message });
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

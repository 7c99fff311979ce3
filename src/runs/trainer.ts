/**
 * The training loop that all methods share: records a step once per batch size, replays it over an
 * epoch's order, and reads losses now and then.
 *
 * @module
 */

import { batchSizes } from "../data/sampling/batches.ts";
import { UserError } from "../errors.ts";
import type { Program } from "../gpu/program.ts";
import { recordTuned } from "../gpu/record_tuned.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { type StepMetrics, StepState } from "../gpu/step_state.ts";
import { Tensor } from "../gpu/tensor.ts";
import type { Method } from "../methods/method.ts";
import { Adam, type AdamOptions } from "../optim/adam.ts";
import { type LearningRateSchedule, scheduledRate } from "../optim/learning_rate.ts";
import type { MetricsRow } from "../results/run_files.ts";
import type { Workspace } from "./workspace.ts";

/** Settings of a {@linkcode Trainer}. */
export interface TrainerOptions {
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Steps between two looks at the losses; a slow adapter is looked at more often. */
  readonly logEvery: number;
  /** Steps of the whole run, for schedules. */
  readonly totalSteps?: number;
  /** Default: constant. */
  readonly schedule?: LearningRateSchedule;
  readonly adam?: AdamOptions;
  readonly signal?: AbortSignal;
}

/** What an epoch is told to do. */
export interface EpochRequest {
  /** Counted from 1. */
  readonly epoch: number;
  /** Rows of the workspace, in the order of visiting. */
  readonly order: Int32Array;
  readonly onSteps?: (done: number, total: number, loss: number) => void;
  /** Rows for `metrics.jsonl`, one a step. */
  readonly onRows?: (rows: MetricsRow[]) => void;
}

/** What an epoch gives. */
export interface EpochResult {
  /** Mean loss over the records visited. */
  readonly loss: number;
  readonly seconds: number;
  /** Records a second, without the recording of steps. */
  readonly recordsPerSecond: number;
  /** Loss of every step. */
  readonly losses: readonly number[];
}

/** Steps in a row without a finite gradient after which training gives up. */
const PATIENCE = 20;

/** Error for a diverged run, of which nothing is written. */
export function diverged(symptom: string, epoch: number): UserError {
  return new UserError(`Training diverged in epoch ${epoch}: ${symptom}`, {
    remedy: "smaller-learning-rate",
  });
}

/** Trains one method on one workspace. */
export class Trainer {
  readonly optimizer: Adam;
  /** Steps done in all epochs. */
  steps = 0;
  /** Before the schedule. */
  learningRate: number;
  readonly #programs = new Map<number, Program>();
  readonly #step: StepState;
  readonly #indices: Tensor;
  #secondsPerStep = Infinity;
  #skipped = 0;

  constructor(
    readonly workspace: Workspace,
    readonly method: Method,
    readonly options: TrainerOptions,
  ) {
    const { gpu } = workspace;
    this.#step = new StepState(gpu);
    // One more than a batch: a single record left over joins the last one.
    this.#indices = Tensor.zeros(gpu, [options.batchSize + 1], "batch");
    this.optimizer = new Adam(
      gpu,
      method.store.flat(method.trainedFrom, method.trainedTo),
      options.adam,
    );
    this.learningRate = options.learningRate;
  }

  /** Bytes of transient memory of the steps recorded so far. */
  get arenaBytes(): number {
    return [...this.#programs.values()].reduce((sum, program) => sum + program.arenaBytes, 0);
  }

  /**
   * Records the steps that an epoch over `records` records needs, before the first one runs, so that
   * what does not fit is known at once.
   */
  async prepare(records: number): Promise<void> {
    for (const rows of batchSizes(records, this.options.batchSize)) await this.#program(rows);
  }

  async #program(rows: number): Promise<Program> {
    const known = this.#programs.get(rows);
    if (known) return known;
    const program = await recordTuned(this.workspace.kernels, (recorder) => {
      this.#record(recorder, rows);
    }, rows);
    this.#programs.set(rows, program);
    return program;
  }

  #record(recorder: Recorder, rows: number): void {
    const { records, normalizationTensor: normalization, labels } = this.workspace;
    const step = this.#step;
    const batch = { records, indices: this.#indices, step, normalization, labels, rows };
    this.method.record(recorder, batch);
    this.optimizer.record(recorder, step);
    this.method.recordUpdate?.(recorder, batch);
  }

  /** Visits every row of an order once. */
  async epoch(request: EpochRequest): Promise<EpochResult> {
    const { batchSize, signal, seed, totalSteps = 0 } = this.options;
    const { epoch, order } = request;
    await this.prepare(order.length);
    const sizes = batchSizes(order.length, batchSize);
    const total = sizes.length;
    const started = performance.now();
    const losses: number[] = [];
    let weighted = 0;
    let lastRead = started;
    let first = 0;
    for (const [index, rows] of sizes.entries()) {
      const program = await this.#program(rows);
      this.#indices.write(Uint32Array.from(order.subarray(first, first + rows)));
      first += rows;
      this.#step.begin({
        seed,
        epoch,
        step: this.steps,
        records: rows,
        ...this.optimizer.values(this.steps, this.#rate(this.steps)),
        momentum: this.method.momentum?.(this.steps, totalSteps) ?? 0,
      });
      program.run();
      this.method.store.batchesTracked += this.method.statisticsUpdates ?? 1;
      this.steps++;
      const done = index + 1;
      if (this.#step.unread < this.#readEvery() && done < total && !signal?.aborted) continue;

      const metrics = await this.#step.read();
      const now = performance.now();
      this.#secondsPerStep = (now - lastRead) / 1000 / metrics.length;
      lastRead = now;
      this.#watch(metrics, epoch);
      for (const { loss } of metrics) {
        const at = losses.push(loss) - 1;
        weighted += loss * sizes[at];
      }
      request.onRows?.(metrics.map((entry) => this.#row(entry, epoch)));
      request.onSteps?.(done, total, losses[losses.length - 1]);
      if (signal?.aborted) throw signal.reason;
    }
    if (!Number.isFinite(losses[losses.length - 1])) {
      throw diverged(`the loss of step ${this.steps} is ${losses[losses.length - 1]}`, epoch);
    }
    const seconds = (performance.now() - started) / 1000;
    return {
      loss: weighted / order.length,
      seconds,
      recordsPerSecond: order.length / seconds,
      losses,
    };
  }

  #rate(step: number): number {
    const { schedule = "constant", totalSteps = 0 } = this.options;
    return scheduledRate(schedule, this.learningRate, step, totalSteps);
  }

  /** About one look a second, but never rarer than every `logEvery` steps. */
  #readEvery(): number {
    const perSecond = Math.floor(1 / this.#secondsPerStep);
    return Math.max(1, Math.min(this.options.logEvery, perSecond));
  }

  #row({ step, loss, gradientNorm, skipped }: StepMetrics, epoch: number): MetricsRow {
    return {
      epoch,
      step: step + 1,
      loss,
      gradient_norm: gradientNorm,
      learning_rate: this.#rate(step),
      ...(skipped ? { skipped } : {}),
    };
  }

  #watch(metrics: readonly StepMetrics[], epoch: number): void {
    for (const { skipped, step } of metrics) {
      this.#skipped = skipped ? this.#skipped + 1 : 0;
      if (this.#skipped >= PATIENCE) {
        throw diverged(`no finite gradient in ${PATIENCE} steps up to step ${step + 1}`, epoch);
      }
    }
  }

  /** Gives the memory back; the method's parameters stay with their owner. */
  destroy(): void {
    for (const program of this.#programs.values()) program.destroy();
    this.optimizer.destroy();
    this.#step.destroy();
    this.#indices.release();
  }
}

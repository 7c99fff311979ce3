/**
 * The training loop that all methods share: records a step once per batch size, replays it over an
 * epoch's order, and reads losses now and then.
 */

import { batchSizes, epochOrder } from "../data/sampling/batches.ts";
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
  /** Records of a step; 64. At most all that an epoch visits. */
  readonly batchSize?: number;
  /** 1e-3. */
  readonly learningRate?: number;
  /** 42. */
  readonly seed?: number;
  /** Steps between two looks at the losses; 20. A slow adapter is looked at more often. */
  readonly logEvery?: number;
  /** Records that an epoch visits; all training records. */
  readonly records?: number;
  /** Epochs of the whole run, for schedules. */
  readonly epochs?: number;
  /** Default: constant. */
  readonly schedule?: LearningRateSchedule;
  readonly adam?: AdamOptions;
  readonly signal?: AbortSignal;
}

/** What an epoch is told to do. */
export interface EpochRequest {
  /** Counted from 1. */
  readonly epoch: number;
  /** Rows of the workspace, in the order of visiting; the training records, shuffled. */
  readonly order?: Int32Array;
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
  /** Records of an epoch, and of each of its steps. */
  readonly #records: number;
  readonly #sizes: readonly number[];
  readonly #totalSteps: number;
  readonly #seed: number;
  readonly #programs = new Map<number, Program>();
  readonly #step: StepState;
  readonly #indices: Tensor;
  readonly #partners: Tensor | undefined;
  #secondsPerStep = Infinity;
  #skipped = 0;

  constructor(
    readonly workspace: Workspace,
    readonly method: Method,
    readonly options: TrainerOptions = {},
  ) {
    const { gpu, split } = workspace;
    const { batchSize = 64, learningRate = 1e-3, seed = 42, epochs = 0 } = options;
    const { records = split.train.length } = options;
    this.#records = records;
    this.#sizes = batchSizes(records, Math.min(batchSize, records));
    this.#totalSteps = epochs * this.#sizes.length;
    this.#seed = seed;
    this.learningRate = learningRate;
    this.#step = new StepState(gpu);
    this.#indices = Tensor.zeros(gpu, [Math.max(...this.#sizes)], "batch");
    this.#partners = method.partnersOf &&
      Tensor.zeros(gpu, this.#indices.shape, "partners");
    this.optimizer = new Adam(
      gpu,
      method.store.flat(method.trainedFrom, method.trainedTo),
      options.adam,
    );
  }

  /** Bytes of transient memory of the steps recorded so far. */
  get arenaBytes(): number {
    return [...this.#programs.values()].reduce((sum, program) => sum + program.arenaBytes, 0);
  }

  /** Records the steps of an epoch before the first one runs, so that what does not fit is known. */
  async prepare(): Promise<void> {
    for (const rows of new Set(this.#sizes)) {
      if (this.#programs.has(rows)) continue;
      const record = (recorder: Recorder) => this.#record(recorder, rows);
      this.#programs.set(rows, await recordTuned(this.workspace.kernels, record, rows));
    }
  }

  #record(recorder: Recorder, rows: number): void {
    const { records, normalizationTensor: normalization, labels } = this.workspace;
    const step = this.#step;
    const [indices, partners] = [this.#indices, this.#partners];
    const batch = { records, indices, partners, step, normalization, labels, rows };
    this.method.record(recorder, batch);
    this.optimizer.record(recorder, step);
    this.method.recordUpdate?.(recorder, batch);
  }

  /**
   * Visits every row of an order once.
   *
   * @throws {RangeError} When the order has more or fewer rows than the trainer was made for.
   * @throws {UserError} When the step does not fit the adapter, or training diverges. The reason of the
   * signal, when it aborts.
   */
  async epoch({ epoch, order = this.#shuffled(epoch), onSteps, onRows }: EpochRequest): Promise<
    EpochResult
  > {
    if (order.length !== this.#records) {
      throw new RangeError(
        `The order has ${order.length} rows, the trainer was made for ${this.#records}: ` +
          `give it the option records`,
      );
    }
    const { signal } = this.options;
    await this.prepare();
    const { method } = this;
    const [sizes, seed] = [this.#sizes, this.#seed];
    const started = performance.now();
    const losses: number[] = [];
    let weighted = 0;
    let lastRead = started;
    let first = 0;
    for (const [index, rows] of sizes.entries()) {
      const batch = order.subarray(first, first + rows);
      this.#indices.write(Uint32Array.from(batch));
      this.#partners?.write(Uint32Array.from(method.partnersOf!(batch, { seed, epoch })));
      first += rows;
      this.#step.begin({
        seed,
        epoch,
        step: this.steps,
        records: rows,
        ...this.optimizer.values(this.steps, this.#rate(this.steps)),
        momentum: method.momentum?.(this.steps, this.#totalSteps) ?? 0,
      });
      this.#programs.get(rows)!.run();
      method.store.batchesTracked += method.statisticsUpdates ?? 1;
      this.steps++;
      const done = index + 1;
      if (this.#step.unread < this.#readEvery() && done < sizes.length && !signal?.aborted) {
        continue;
      }

      const metrics = await this.#step.read();
      const now = performance.now();
      this.#secondsPerStep = (now - lastRead) / 1000 / metrics.length;
      lastRead = now;
      this.#watch(metrics, epoch);
      for (const { loss } of metrics) {
        const at = losses.push(loss) - 1;
        weighted += loss * sizes[at];
      }
      onRows?.(metrics.map((entry) => this.#row(entry, epoch)));
      onSteps?.(done, sizes.length, losses[losses.length - 1]);
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

  #shuffled(epoch: number): Int32Array {
    const indices = this.workspace.split.train;
    return epochOrder({ indices, batchSize: this.#sizes[0], seed: this.#seed, epoch });
  }

  #rate(step: number): number {
    const { schedule = "constant" } = this.options;
    return scheduledRate(schedule, this.learningRate, step, this.#totalSteps);
  }

  /** About one look a second, but never rarer than every `logEvery` steps. */
  #readEvery(): number {
    const perSecond = Math.floor(1 / this.#secondsPerStep);
    return Math.max(1, Math.min(this.options.logEvery ?? 20, perSecond));
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
    this.#partners?.release();
  }
}

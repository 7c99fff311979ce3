/**
 * A recorded step, to be timed with the same writes, launches and readings of the losses as in
 * training.
 *
 * @module
 */

import type { DispatchTime, Program } from "../gpu/program.ts";
import { recordTuned } from "../gpu/record_tuned.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { StepState } from "../gpu/step_state.ts";
import { Tensor } from "../gpu/tensor.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { Method } from "../methods/method.ts";
import { recordInput } from "../augment/record_input.ts";
import { Adam } from "../optim/adam.ts";
import { type KernelTable, tabulate } from "./kernel_table.ts";
import { type Spread, spread } from "./spread.ts";

/** How long to measure. */
export interface Effort {
  /** Repetitions, of which the median counts. */
  readonly repetitions: number;
  /** Milliseconds that a repetition should last at least. */
  readonly repetitionMilliseconds: number;
  /** Profiles with a timestamp around every launch. */
  readonly profiles: number;
}

/** What was measured of a step. */
export interface StepFigures {
  /** Records of a step; where there are two views, each gives two rows. */
  readonly batch: number;
  readonly samplesPerSecond: Spread;
  readonly milliseconds: Spread;
  /** Steps between two looks at the losses, as measured. */
  readonly stepsPerRepetition: number;
  /** Milliseconds of this thread for a step: writes, encoding, submitting. */
  readonly hostMilliseconds: Spread;
  /** Host time by step time. */
  readonly hostShare: number;
  readonly launches: number;
  /** Operations of a step's matrix products, a multiply-add counted as two. */
  readonly flops: number;
  /** Transient memory. */
  readonly arenaBytes: number;
  /** Absent where the adapter has no timestamp queries. */
  readonly device: KernelTable | undefined;
}

/** Steps between two looks at the losses; the ring of losses holds 1,024. */
const MOST_STEPS = 500;

/** A step that can be launched again and again. */
export class MeasuredStep {
  readonly #indices: Tensor;
  readonly #state: StepState;
  #program!: Program;
  #launched = 0;

  private constructor(
    readonly workspace: Workspace,
    readonly batch: number,
    readonly training?: { readonly method: Method; readonly optimizer: Adam },
  ) {
    this.#state = new StepState(workspace.gpu);
    this.#indices = Tensor.zeros(workspace.gpu, [batch], "batch");
  }

  /** A training step: input, forward and backward pass, Adam, and what follows the update. */
  static async training(
    workspace: Workspace,
    method: Method,
    batch: number,
  ): Promise<MeasuredStep> {
    const optimizer = new Adam(
      workspace.gpu,
      method.store.flat(method.trainedFrom, method.trainedTo),
    );
    const step = new MeasuredStep(workspace, batch, { method, optimizer });
    await step.#record((recorder) => {
      const recorded = {
        records: workspace.records,
        indices: step.#indices,
        step: step.#state,
        normalization: workspace.normalizationTensor,
        labels: workspace.labels,
        rows: batch,
      };
      method.record(recorder, recorded);
      optimizer.record(recorder, step.#state);
      method.recordUpdate?.(recorder, recorded);
    });
    return step;
  }

  /** An evaluation pass: input, and what `evaluate` records. */
  static async inference(
    workspace: Workspace,
    evaluate: (recorder: Recorder, x: Tensor) => Tensor,
    batch: number,
  ): Promise<MeasuredStep> {
    const step = new MeasuredStep(workspace, batch);
    await step.#record((recorder) => {
      const x = recordInput(recorder, {
        records: workspace.records,
        batch: step.#indices,
        state: step.#state.state,
        normalization: workspace.normalizationTensor,
        rows: batch,
        views: 1,
      });
      return [evaluate(recorder, x)];
    });
    return step;
  }

  async #record(record: (recorder: Recorder) => readonly Tensor[] | void): Promise<void> {
    try {
      this.#program = await recordTuned(this.workspace.kernels, record);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** What the trainer does for a step (`src/runs/trainer.ts`), without waiting. */
  #launch(order: Int32Array): void {
    const first = this.#launched * this.batch % (order.length - this.batch + 1);
    this.#indices.write(Uint32Array.from(order.subarray(first, first + this.batch)));
    const step = this.#launched++;
    this.#state.begin({
      seed: 1,
      epoch: 1,
      step,
      records: this.batch,
      ...this.training?.optimizer.values(step, 1e-3),
      momentum: this.training?.method.momentum?.(step, MOST_STEPS) ?? 0,
    });
    this.#program.run();
  }

  /** Measures after a warm-up of two steps. */
  async measure(effort: Effort): Promise<StepFigures> {
    const { gpu, set } = this.workspace;
    const order = Int32Array.from({ length: set.ids.length }, (_, i) => i);
    const run = async (steps: number): Promise<{ total: number; host: number[] }> => {
      const host: number[] = [];
      const started = performance.now();
      for (let i = 0; i < steps; i++) {
        const before = performance.now();
        this.#launch(order);
        host.push(performance.now() - before);
      }
      await this.#state.read();
      return { total: performance.now() - started, host };
    };
    await run(1);
    let steps = 1;
    for (let { total } = await run(1); total < effort.repetitionMilliseconds;) {
      if (steps === MOST_STEPS) break;
      // Growing by four at most, since the first look holds 11 ms of waiting.
      const factor = Math.min(4, 1.2 * effort.repetitionMilliseconds / total);
      steps = Math.min(MOST_STEPS, Math.ceil(steps * factor));
      ({ total } = await run(steps));
    }
    const milliseconds: number[] = [];
    const host: number[] = [];
    for (let i = 0; i < effort.repetitions; i++) {
      const repetition = await run(steps);
      milliseconds.push(repetition.total / steps);
      // On a processor the device computes on this thread's cores: there only the first launch,
      // on an idle device, tells the host's own time.
      host.push(...(gpu.software ? repetition.host.slice(0, 1) : repetition.host));
    }
    const hostMilliseconds = spread(host);
    const perStep = spread(milliseconds);
    const { dispatches, arenaBytes } = this.#program;
    return {
      batch: this.batch,
      samplesPerSecond: spread(milliseconds.map((each) => 1000 * this.batch / each)),
      milliseconds: perStep,
      stepsPerRepetition: steps,
      hostMilliseconds,
      hostShare: hostMilliseconds.median / perStep.median,
      launches: dispatches.length,
      flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
      arenaBytes,
      device: await this.#profile(effort.profiles),
    };
  }

  async #profile(profiles: number): Promise<KernelTable | undefined> {
    if (!this.workspace.gpu.canTime) return undefined;
    const runs: DispatchTime[][] = [];
    for (let i = 0; i < profiles; i++) runs.push(await this.#program.profile());
    return tabulate(runs[0].map(({ dispatch }, i) => ({
      dispatch,
      milliseconds: spread(runs.map((run) => run[i].milliseconds)).median,
    })));
  }

  #release(): void {
    this.training?.optimizer.destroy();
    this.#state.destroy();
    this.#indices.release();
  }

  /** Gives the memory back. */
  destroy(): void {
    this.#program.destroy();
    this.#release();
  }
}

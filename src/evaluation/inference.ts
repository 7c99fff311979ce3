/** Evaluation-mode passes over any rows of a workspace: pooled features and logits. */

import { recordInput } from "../augment/record_input.ts";
import type { Program } from "../gpu/program.ts";
import { recordTuned } from "../gpu/record_tuned.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { StepState } from "../gpu/step_state.ts";
import { Tensor } from "../gpu/tensor.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Records of a batch in evaluation passes. */
export const INFERENCE_ROWS = 64;

/**
 * A model's evaluation pass: named results of one batch, the rows first.
 *
 * @param x [rows, T, leads], normalized
 * @param batch Row numbers of the records, [rows], and the words of the step: seed and epoch are 0.
 */
export type EvaluationPass = (
  recorder: Recorder,
  x: Tensor,
  batch: { readonly indices: Tensor; readonly state: Tensor },
) => Record<string, Tensor>;

/**
 * A recorded evaluation pass. Rows do not influence each other in evaluation mode, so the last
 * batch is filled up with its first row and the surplus results are dropped.
 */
export class Inference {
  readonly #workspace: Workspace;
  readonly #program: Program;
  readonly #indices: Tensor;
  readonly #step: StepState;
  readonly #results: Readonly<Record<string, Tensor>>;

  private constructor(
    workspace: Workspace,
    readonly rows: number,
    program: Program,
    indices: Tensor,
    step: StepState,
    results: Readonly<Record<string, Tensor>>,
  ) {
    this.#workspace = workspace;
    this.#program = program;
    this.#indices = indices;
    this.#step = step;
    this.#results = results;
  }

  /** Records a pass over batches of `rows` records. */
  static async record(
    workspace: Workspace,
    rows: number,
    evaluate: EvaluationPass,
  ): Promise<Inference> {
    const { gpu, kernels, records, normalizationTensor } = workspace;
    const indices = Tensor.zeros(gpu, [rows], "batch");
    const step = new StepState(gpu);
    try {
      let results: Record<string, Tensor> = {};
      const program = await recordTuned(kernels, (recorder) => {
        const x = recordInput(recorder, {
          records,
          batch: indices,
          state: step.state,
          normalization: normalizationTensor,
          rows,
          views: 1,
        });
        results = evaluate(recorder, x, { indices, state: step.state });
        return Object.values(results);
      });
      return new Inference(workspace, rows, program, indices, step, results);
    } catch (error) {
      step.destroy();
      indices.release();
      throw error;
    }
  }

  /**
   * Runs the pass over `rows`.
   *
   * @returns By name of the result: [rows, columns], in the order of `rows`.
   */
  async run(
    rows: ArrayLike<number>,
    onProgress?: (done: number) => void,
  ): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const { gpu } = this.#workspace;
    const total = Math.ceil(rows.length / this.rows) * this.rows;
    const collected = Object.entries(this.#results).map(([name, tensor]) => {
      const columns = tensor.size / tensor.shape[0];
      return { name, tensor, columns, all: gpu.storage(4 * total * columns, `all ${name}`) };
    });
    try {
      for (let first = 0; first < rows.length; first += this.rows) {
        const batch = new Uint32Array(this.rows);
        for (let i = 0; i < this.rows; i++) batch[i] = rows[Math.min(first + i, rows.length - 1)];
        this.#indices.write(batch);
        this.#step.restart();
        this.#step.begin({ seed: 0, epoch: 0, step: 0, records: this.rows });
        this.#program.run();
        const encoder = gpu.device.createCommandEncoder();
        for (const { tensor, columns, all } of collected) {
          const { buffer, offset } = tensor.placement!;
          encoder.copyBufferToBuffer(buffer, offset, all, 4 * first * columns, tensor.bytes);
        }
        gpu.device.queue.submit([encoder.finish()]);
        if (onProgress) {
          await gpu.finish();
          onProgress(Math.min(first + this.rows, rows.length));
        }
      }
      const results: Record<string, Float32Array<ArrayBuffer>> = {};
      for (const { name, columns, all } of collected) {
        results[name] = new Float32Array(await gpu.read(all, 4 * rows.length * columns));
      }
      return results;
    } finally {
      for (const { all } of collected) gpu.release(all);
    }
  }

  /** Gives the memory back. */
  destroy(): void {
    this.#program.destroy();
    this.#step.destroy();
    this.#indices.release();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Records and evaluates a pass over `rows`, once. */
export async function evaluateRows(
  workspace: Workspace,
  rows: ArrayLike<number>,
  evaluate: EvaluationPass,
  onProgress?: (done: number) => void,
): Promise<Record<string, Float32Array<ArrayBuffer>>> {
  const batch = Math.min(INFERENCE_ROWS, rows.length);
  using inference = await Inference.record(workspace, batch, evaluate);
  return await inference.run(rows, onProgress);
}

/** 1 / (1 + exp(-x)) of every logit, in float64. */
export function sigmoid(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, (x) => 1 / (1 + Math.exp(-x)));
}

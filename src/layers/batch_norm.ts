/**
 * Batch normalisation over batch and time, per channel, with the rectifier that always follows it
 * here (Ioffe & Szegedy 2015, with PyTorch's conventions):
 *
 *   xhat = (x - mean) / sqrt(var + 1e-5),   y = max(0, gamma xhat + beta)
 *
 *   x, y [N, T, C]; mean and biased variance over the N T rows; the running variance is the
 *   unbiased one; running = 0.9 running + 0.1 batch
 *
 * Backward, with g = dy where y > 0 and M = N T rows:
 *
 *   dbeta = sum g,   dgamma = sum g xhat
 *   dx = gamma / sqrt(var + eps) (g - dbeta / M - xhat dgamma / M)
 *
 * @module
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Buffer, Parameter, ParameterStore } from "./parameters.ts";
import type { TileStatistics } from "./windowed_product.ts";

const EPSILON = 1e-5;
const MOMENTUM = 0.1;
/** Rows of a tile in the separate statistics kernel and in the backward reduction. */
const STATISTICS_ROWS = 32;
const BACKWARD_ROWS = 64;
/** Rows that share one reading of a channel's factors. */
const ROWS_AT_ONCE = 4;

/**
 * Vectors of four channels that an invocation takes. llvmpipe runs 16 invocations (8, 4) through a
 * whole kernel before the next ones: where a row is longer, they would jump from row to row and read
 * memory in snatches, at half the speed. GPUs want the invocations instead.
 */
function columnsAtOnce(recorder: Recorder, channels: number): number {
  return recorder.gpu.software && channels % 16 === 0 ? channels / 16 : 1;
}

/** Batch normalisation and rectifier. */
export class BatchNorm {
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly runningMean: Buffer & { value: Tensor };
  readonly runningVar: Buffer & { value: Tensor };

  constructor(store: ParameterStore, readonly name: string, readonly channels: number) {
    if (channels % 4 !== 0) {
      throw new RangeError(`Batch normalisation ${name} needs channels in fours, got ${channels}`);
    }
    const constant = (value: number) => ({ kind: "constant", value }) as const;
    this.gamma = store.parameter(`${name}.weight`, [channels], "plain", constant(1));
    this.beta = store.parameter(`${name}.bias`, [channels], "plain", constant(0));
    this.runningMean = store.buffer(`${name}.running_mean`, [channels], 0);
    this.runningVar = store.buffer(`${name}.running_var`, [channels], 1);
    store.counter(`${name}.num_batches_tracked`);
  }

  /**
   * Training mode: statistics of this batch, running statistics updated.
   *
   * @param x [N, T, C]
   * @param statistics Moments of x, where the layer before gave them.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
    statistics?: TileStatistics,
  ): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const rows = x.size / this.channels;
    const channels = this.channels / 4;
    const Q = columnsAtOnce(recorder, channels);
    const given = statistics ?? this.#statistics(recorder, x, rows);
    const affine = recorder.transient(`${this.name} affine`, [4, this.channels]);
    recorder.dispatch("batch_norm_finalize", {
      label: `${this.name} finalize`,
      tensors: {
        moments: given.moments,
        gamma: this.gamma.value,
        beta: this.beta.value,
        running_mean: this.runningMean.value,
        running_var: this.runningVar.value,
        affine,
      },
      dims: {
        rows,
        tile_rows: given.tileRows,
        tiles: given.moments.shape[0],
        channels,
        epsilon: EPSILON,
        momentum: MOMENTUM,
      },
      grid: [channels],
    });
    const y = recorder.transient(`${this.name} y`, x.shape);
    recorder.dispatch("batch_norm", {
      label: `${this.name} forward`,
      constants: { CHANNELS: channels, Q, R: ROWS_AT_ONCE, RELU: true },
      tensors: { x, affine, y },
      dims: { size: x.size / 4 },
      grid: gridFor(Math.ceil(rows / ROWS_AT_ONCE) * channels / Q, 64),
    });
    return { y, backward: (dy) => this.#backward(recorder, x, affine, dy) };
  }

  /** Evaluation mode: scale and shift [C] from the running statistics, for the layer before. */
  fold(recorder: Recorder): { scale: Tensor; shift: Tensor } {
    const scale = recorder.transient(`${this.name} scale`, [this.channels]);
    const shift = recorder.transient(`${this.name} shift`, [this.channels]);
    recorder.dispatch("batch_norm_fold", {
      label: `${this.name} fold`,
      tensors: {
        gamma: this.gamma.value,
        beta: this.beta.value,
        running_mean: this.runningMean.value,
        running_var: this.runningVar.value,
        scale,
        shift,
      },
      dims: { channels: this.channels, epsilon: EPSILON },
      grid: gridFor(this.channels, 64),
    });
    return { scale, shift };
  }

  #statistics(recorder: Recorder, x: Tensor, rows: number): TileStatistics {
    const tiles = Math.ceil(rows / STATISTICS_ROWS);
    const moments = recorder.transient(`${this.name} moments`, [tiles, 2, this.channels]);
    recorder.dispatch("batch_norm_statistics", {
      label: `${this.name} statistics`,
      constants: { P: STATISTICS_ROWS },
      tensors: { x, moments },
      dims: { rows, channels: this.channels / 4 },
      grid: gridFor(tiles * this.channels / 4, 64),
    });
    return { moments, tileRows: STATISTICS_ROWS, rows };
  }

  #backward(recorder: Recorder, x: Tensor, affine: Tensor, dy: Tensor): Tensor {
    const rows = x.size / this.channels;
    const channels = this.channels / 4;
    const Q = columnsAtOnce(recorder, channels);
    const tiles = Math.ceil(rows / BACKWARD_ROWS);
    const partial = recorder.transient(`${this.name} partial`, [tiles, 2, this.channels]);
    recorder.dispatch("batch_norm_backward_reduce", {
      label: `${this.name} backward reduce`,
      constants: { P: BACKWARD_ROWS, Q, RELU: true },
      tensors: { x, dy, affine, partial },
      dims: { rows, channels },
      grid: gridFor(tiles * channels / Q, 64),
    });
    const coefficients = recorder.transient(`${this.name} coefficients`, [2, this.channels]);
    recorder.dispatch("batch_norm_backward_finalize", {
      label: `${this.name} backward finalize`,
      tensors: {
        partial,
        affine,
        dgamma: this.gamma.gradient,
        dbeta: this.beta.gradient,
        coefficients,
      },
      dims: { rows, tiles, channels },
      grid: [channels],
    });
    const dx = recorder.transient(`${this.name} dx`, x.shape);
    recorder.dispatch("batch_norm_backward", {
      label: `${this.name} backward`,
      constants: { CHANNELS: channels, Q, R: ROWS_AT_ONCE, RELU: true },
      tensors: { x, dy, affine, coefficients, dx },
      dims: { size: x.size / 4 },
      grid: gridFor(Math.ceil(rows / ROWS_AT_ONCE) * channels / Q, 64),
    });
    return dx;
  }
}

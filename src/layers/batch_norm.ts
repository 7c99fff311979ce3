/**
 * Batch normalization over batch and time, per channel (Ioffe & Szegedy 2015, with PyTorch's
 * conventions), and what follows it in the same pass over memory:
 *
 *   xhat = (x - mean) / sqrt(var + 1e-5),   z = gamma xhat + beta
 *   y = max(0, z)                           the usual case
 *   y = z                                   without ReLU
 *   y = max(0, z + residual)                the end of a residual block
 *   y = dropout(max(0, z)) + skip           either of the two may be absent
 *
 *   x, y [N, T, C] or [N, C]; mean and biased variance over all rows; the running variance is the
 *   unbiased one; running = 0.9 running + 0.1 batch
 *
 * Backward, with g = dz (dy after dropout, where the ReLU let through) and M rows:
 *
 *   dbeta = sum g,   dgamma = sum g xhat
 *   dx = gamma / sqrt(var + eps) (g - dbeta / M - xhat dgamma / M)
 *
 * The passes, each a kernel of that name; a tile is a stretch of rows, so that every sum has a fixed order:
 *
 *   forward     batch_norm_statistics         x -> moments of each tile; left out where the layer before
 *                                             gives them (`TileStatistics`)
 *               batch_norm_finalize           moments -> affine (scale, shift, mean, 1 / deviation);
 *                                             running statistics
 *               batch_norm                    x, affine -> y, with ReLU, dropout, sum fused
 *   backward    batch_norm_backward_reduce    x, dy -> sums of g and g xhat of each tile (and g, where
 *                                             it is dear to compute twice)
 *               batch_norm_backward_finalize  sums -> dgamma, dbeta, coefficients of dx
 *               batch_norm_backward           x, g, coefficients -> dx
 *   evaluation  batch_norm_fold               running statistics -> scale and shift, which the layer before
 *                                             applies (`Epilogue.affine`), or `batch_norm` where it cannot
 */

import type { Part } from "../gpu/dispatch.ts";
import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Dropout } from "./dropout.ts";
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

/** Invocations that share the tiles of a channel: one a tile, as a power of two, at most 64. */
function sharing(tiles: number): number {
  return Math.min(64, 2 ** Math.ceil(Math.log2(tiles)));
}

/** What follows the normalization. */
export interface BatchNormOptions {
  /** ReLU; true unless told otherwise. */
  readonly relu?: boolean;
  /** Dropout after the ReLU, drawn for the step. */
  readonly dropout?: { readonly layer: Dropout; readonly step: StepState };
  /** Of x's shape, added at the end; its gradient is dy itself. */
  readonly skip?: Tensor;
}

/** Batch normalization. */
export class BatchNorm {
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly runningMean: Buffer & { value: Tensor };
  readonly runningVar: Buffer & { value: Tensor };

  constructor(store: ParameterStore, readonly name: string, readonly channels: number) {
    if (channels % 4 !== 0) {
      throw new RangeError(
        `Batch normalization ${name} needs a multiple of 4 channels, got ${channels}`,
      );
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
   * @param x [N, T, C] or [N, C]
   * @param statistics Moments of x, where the layer before gave them.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
    statistics?: TileStatistics,
    { relu = true, dropout, skip }: BatchNormOptions = {},
  ): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const affine = this.#affine(recorder, x, statistics);
    const constants: Record<string, boolean> = { RELU: relu };
    const tensors: Record<string, Tensor> = {};
    if (skip) {
      constants.SKIP = true;
      tensors.added = skip;
    }
    const drawn = dropout && !dropout.layer.off ? dropout.layer.bindings(dropout.step) : undefined;
    if (drawn) constants.DROPOUT = true;
    const y = this.#apply(recorder, x, affine, {
      constants,
      tensors: { ...tensors, ...drawn?.tensors },
      dims: drawn?.dims ?? noDims,
    });
    const backward = (dy: Tensor): Tensor => {
      if (!drawn) return this.#backward(recorder, x, affine, dy, { constants: { RELU: relu } }).dx;
      return this.#backward(recorder, x, affine, dy, {
        // Writing g costs less than drawing the dropout once more.
        constants: { RELU: relu, DROPOUT: true, STORE: true },
        ...drawn,
      }).dx;
    };
    return { y, backward };
  }

  /**
   * Training mode of a residual block's end: y = max(0, z + residual).
   *
   * @param x [N, T, C]
   * @param residual Of x's shape.
   * @param statistics Moments of x, where the layer before gave them.
   * @returns y, and the gradients of both summands from that of y.
   */
  forwardResidual(
    recorder: Recorder,
    x: Tensor,
    residual: Tensor,
    statistics?: TileStatistics,
  ): { y: Tensor; backward: (dy: Tensor) => { dx: Tensor; residual: Tensor } } {
    const affine = this.#affine(recorder, x, statistics);
    const y = this.#apply(recorder, x, affine, {
      constants: { RELU: true, RESIDUAL: true },
      tensors: { added: residual },
      dims: noDims,
    });
    const backward = (dy: Tensor) => {
      const { dx, g } = this.#backward(recorder, x, affine, dy, {
        constants: { RELU_OF_SUM: true, STORE: true },
        tensors: { y },
      });
      return { dx, residual: g };
    };
    return { y, backward };
  }

  /**
   * Evaluation mode: scale and shift [2, C] from the running statistics, for the layer before.
   *
   * @param bias [C] of the layer before, which then leaves it out.
   */
  fold(recorder: Recorder, bias?: Tensor): Tensor {
    const affine = recorder.transient(`${this.name} affine`, [2, this.channels]);
    recorder.dispatch("batch_norm_fold", {
      label: `${this.name} fold`,
      constants: bias ? { BIAS: true } : {},
      tensors: {
        ...(bias && { bias }),
        gamma: this.gamma.value,
        beta: this.beta.value,
        running_mean: this.runningMean.value,
        running_var: this.runningVar.value,
        affine,
      },
      dims: { channels: this.channels, epsilon: EPSILON },
      grid: gridFor(this.channels, 64),
    });
    return affine;
  }

  /** Evaluation mode where the layer before cannot take the fold: y = z of x [N, T, C] or [N, C]. */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    const plain = { constants: {}, tensors: {}, dims: noDims };
    return this.#apply(recorder, x, this.fold(recorder), plain);
  }

  /** [4, C]: scale, shift, mean, inverse deviation of this batch; updates the running statistics. */
  #affine(recorder: Recorder, x: Tensor, statistics?: TileStatistics): Tensor {
    const rows = x.size / this.channels;
    const channels = this.channels / 4;
    const given = statistics ?? this.#statistics(recorder, x, rows);
    const tiles = given.moments.shape[0];
    const T = sharing(tiles);
    const affine = recorder.transient(`${this.name} affine`, [4, this.channels]);
    recorder.dispatch("batch_norm_finalize", {
      label: `${this.name} finalize`,
      constants: { T },
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
        tiles,
        channels,
        epsilon: EPSILON,
        momentum: MOMENTUM,
      },
      grid: [Math.ceil(channels * T / 64)],
    });
    return affine;
  }

  #apply(recorder: Recorder, x: Tensor, affine: Tensor, fused: FusedOps): Tensor {
    const channels = this.channels / 4;
    const rows = x.size / this.channels;
    const Q = columnsAtOnce(recorder, channels);
    const y = recorder.transient(`${this.name} y`, x.shape);
    recorder.dispatch("batch_norm", {
      label: `${this.name} forward`,
      constants: { CHANNELS: channels, Q, R: ROWS_AT_ONCE, ...fused.constants },
      tensors: { x, affine, y, ...fused.tensors },
      ...this.#inTiles(
        rows,
        ROWS_AT_ONCE,
        { byRow: ["x", "y", ...(fused.tensors.added ? ["added"] : [])] },
        (first, count) => ({
          dims: { size: count * channels, ...fused.dims(first * channels) },
          grid: gridFor(Math.ceil(count / ROWS_AT_ONCE) * channels / Q, 64),
        }),
      ),
    });
    return y;
  }

  #statistics(recorder: Recorder, x: Tensor, rows: number): TileStatistics {
    const tiles = Math.ceil(rows / STATISTICS_ROWS);
    const moments = recorder.transient(`${this.name} moments`, [tiles, 2, this.channels]);
    recorder.dispatch("batch_norm_statistics", {
      label: `${this.name} statistics`,
      constants: { P: STATISTICS_ROWS },
      tensors: { x, moments },
      ...this.#inTiles(
        rows,
        STATISTICS_ROWS,
        { byRow: ["x"], byTile: ["moments"] },
        (_first, count) => ({
          dims: { rows: count, channels: this.channels / 4 },
          grid: gridFor(Math.ceil(count / STATISTICS_ROWS) * this.channels / 4, 64),
        }),
      ),
    });
    return { moments, tileRows: STATISTICS_ROWS, rows };
  }

  /**
   * A dispatch over tiles of rows, which may be cut between them. Tensors `byRow` are [rows, C], those
   * `byTile` [tiles, 2, C]; `part` is told the first row and the number of rows.
   */
  #inTiles(
    rows: number,
    tileRows: number,
    { byRow, byTile = [] }: { byRow: readonly string[]; byTile?: readonly string[] },
    part: (first: number, count: number) => Part,
  ) {
    const ofTile = [
      ...byRow.map((name) => [name, tileRows * this.channels]),
      ...byTile.map((name) => [name, 2 * this.channels]),
    ];
    return inParts(
      Math.ceil(rows / tileRows),
      Object.fromEntries(ofTile),
      (first, count) => part(first * tileRows, Math.min(count * tileRows, rows - first * tileRows)),
    );
  }

  /** dx, and g where the constants have it stored. */
  #backward(
    recorder: Recorder,
    x: Tensor,
    affine: Tensor,
    dy: Tensor,
    { constants, tensors = {}, dims = noDims }: Partial<FusedOps> & Pick<FusedOps, "constants">,
  ): { dx: Tensor; g: Tensor } {
    const rows = x.size / this.channels;
    const channels = this.channels / 4;
    const Q = columnsAtOnce(recorder, channels);
    const tiles = Math.ceil(rows / BACKWARD_ROWS);
    const partial = recorder.transient(`${this.name} partial`, [tiles, 2, this.channels]);
    const g = constants.STORE ? recorder.transient(`${this.name} g`, x.shape) : dy;
    recorder.dispatch("batch_norm_backward_reduce", {
      label: `${this.name} backward reduce`,
      constants: { P: BACKWARD_ROWS, Q, ...constants },
      tensors: { x, dy, affine, partial, ...tensors, ...(constants.STORE && { stored: g }) },
      ...this.#inTiles(
        rows,
        BACKWARD_ROWS,
        {
          byRow: ["x", "dy", ...(constants.STORE ? ["stored"] : []), ...(tensors.y ? ["y"] : [])],
          byTile: ["partial"],
        },
        (first, count) => ({
          dims: { rows: count, channels, ...dims(first * channels) },
          grid: gridFor(Math.ceil(count / BACKWARD_ROWS) * channels / Q, 64),
        }),
      ),
    });
    const T = sharing(tiles);
    const coefficients = recorder.transient(`${this.name} coefficients`, [2, this.channels]);
    recorder.dispatch("batch_norm_backward_finalize", {
      label: `${this.name} backward finalize`,
      constants: { T },
      tensors: {
        partial,
        affine,
        dgamma: this.gamma.gradient,
        dbeta: this.beta.gradient,
        coefficients,
      },
      dims: { rows, tiles, channels },
      grid: [Math.ceil(channels * T / 64)],
    });
    const dx = recorder.transient(`${this.name} dx`, x.shape);
    recorder.dispatch("batch_norm_backward", {
      label: `${this.name} backward`,
      constants: {
        CHANNELS: channels,
        Q,
        R: ROWS_AT_ONCE,
        RELU: Boolean(constants.RELU) && !constants.STORE,
      },
      tensors: { x, dy: g, affine, coefficients, dx },
      ...this.#inTiles(rows, ROWS_AT_ONCE, { byRow: ["x", "dy", "dx"] }, (_first, count) => ({
        dims: { size: count * channels },
        grid: gridFor(Math.ceil(count / ROWS_AT_ONCE) * channels / Q, 64),
      })),
    });
    return { dx, g };
  }
}

/** What a kernel gets for the operations that are fused with the normalization. */
interface FusedOps {
  readonly constants: Readonly<Record<string, boolean>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** @param first Vectors of x before the part that is launched. */
  readonly dims: (first: number) => Record<string, number>;
}

const noDims: FusedOps["dims"] = () => ({});

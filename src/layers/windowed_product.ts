/**
 * The matrix product behind convolutions and linear layers: `kernels/shared/window.wgsl` has the
 * formula. This file picks a variant of the kernel and records its dispatch.
 *
 * @module
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { adapterKind, type Variant } from "../gpu/tuning.ts";

/** Extents of a windowed product, in floats; see `kernels/shared/window.wgsl`. */
export interface WindowedProduct {
  readonly samples: number;
  readonly positions: number;
  readonly step: number;
  readonly offset: number;
  readonly window: number;
  readonly sample: number;
  readonly columns: number;
  /** Where y[i, u, n] is stored; default: densely, [samples][positions][columns]. */
  readonly store?: { readonly sample: number; readonly step: number; readonly offset: number };
}

/** What happens to a sum before it is stored. */
export interface Epilogue {
  readonly bias?: Tensor;
  readonly affine?: { readonly scale: Tensor; readonly shift: Tensor };
  readonly relu?: boolean;
}

/** Moments of tiles of rows: [tiles, 2, columns], mean and sum of squared deviations. */
export interface TileStatistics {
  readonly moments: Tensor;
  /** Rows of a tile; the last tile may be shorter. */
  readonly tileRows: number;
  /** Rows in all. */
  readonly rows: number;
}

/** Name of a problem in the tuning table; shapes that share it share their winner. */
export function productProblem(p: WindowedProduct, direction: "product" | "gradient"): string {
  return `${direction} rows=${p.samples * p.positions} window=${p.window} columns=${p.columns} ` +
    `step=${p.step}`;
}

/** The variants that can compute a product on this adapter, best guess first. */
export function productVariants(recorder: Recorder, p: WindowedProduct): Variant[] {
  if ([p.step, p.offset, p.window, p.sample, p.columns].some((extent) => extent % 4 !== 0)) {
    return [{ kernel: "conv1d_simple", constants: {} }];
  }
  const S = recorder.gpu.subgroupSize;
  const variants: Variant[] = [];
  const subgroup = (P: number, Q: number) =>
    variants.push({ kernel: "conv1d_subgroup", constants: { S, P, Q } });
  if (adapterKind(recorder.gpu) === "subgroup") {
    if (p.columns >= 8 * S) subgroup(32, 2);
    subgroup(32, 1);
    if (p.columns >= 8 * S) subgroup(16, 2);
    subgroup(16, 1);
  }
  variants.push({ kernel: "conv1d_simple", constants: {} });
  return variants;
}

/** The variants that can compute a weight gradient on this adapter, best guess first. */
export function gradientVariants(recorder: Recorder, p: WindowedProduct): Variant[] {
  if ([p.step, p.offset, p.window, p.sample, p.columns].some((extent) => extent % 4 !== 0)) {
    return [{ kernel: "conv1d_backward_weight_simple", constants: {} }];
  }
  const S = recorder.gpu.subgroupSize;
  const variants: Variant[] = [];
  if (adapterKind(recorder.gpu) === "subgroup") {
    for (const [R, Q] of [[32, 1], [32, 2], [16, 2], [64, 1]]) {
      if ((Q === 1 || p.columns >= 8 * S) && R / 4 <= S) {
        variants.push({ kernel: "conv1d_backward_weight_subgroup", constants: { S, R, Q } });
      }
    }
  }
  variants.push({ kernel: "conv1d_backward_weight_simple", constants: {} });
  return variants;
}

/**
 * Records y = windowed product of x and w.
 *
 * @param statistics Also give the tile moments of y's columns, for batch normalisation.
 */
export function recordProduct(
  recorder: Recorder,
  p: WindowedProduct,
  tensors: { x: Tensor; w: Tensor; y: Tensor },
  epilogue: Epilogue = {},
  options: { label?: string; statistics?: boolean; variant?: Variant } = {},
): TileStatistics | undefined {
  const variant = options.variant ??
    recorder.kernels.tuning.lookup(productProblem(p, "product")) ??
    productVariants(recorder, p)[0];
  const { kernel } = variant;
  const rows = p.samples * p.positions;
  const constants: Record<string, number | boolean> = { ...variant.constants };
  const bound: Record<string, Tensor> = { ...tensors };
  if (epilogue.bias) {
    constants.BIAS = true;
    bound.bias = epilogue.bias;
  }
  if (epilogue.affine) {
    constants.AFFINE = true;
    bound.scale = epilogue.affine.scale;
    bound.shift = epilogue.affine.shift;
  }
  if (epilogue.relu) constants.RELU = true;
  let statistics: TileStatistics | undefined;
  const tileRows = Number(variant.constants.P);
  if (options.statistics && kernel !== "conv1d_simple") {
    const tiles = Math.ceil(rows / tileRows);
    const moments = recorder.transient(`${options.label} moments`, [tiles, 2, p.columns]);
    constants.STATISTICS = true;
    bound.statistics = moments;
    statistics = { moments, tileRows, rows };
  }
  recorder.dispatch(kernel, {
    label: options.label,
    constants,
    tensors: bound,
    dims: {
      rows,
      positions: p.positions,
      step: p.step,
      offset: p.offset,
      window: p.window,
      sample: p.sample,
      columns: p.columns,
      y_sample: p.store?.sample ?? p.positions * p.columns,
      y_step: p.store?.step ?? p.columns,
      y_offset: p.store?.offset ?? 0,
    },
    grid: productGrid(variant, p),
    flops: 2 * rows * p.window * p.columns,
  });
  return statistics;
}

function productGrid(variant: Variant, p: WindowedProduct): readonly [number, number?, number?] {
  const rows = p.samples * p.positions;
  const { S, P, Q } = variant.constants as Record<string, number>;
  switch (variant.kernel) {
    case "conv1d_subgroup":
      return [Math.ceil(rows / (P * 64 / S)), Math.ceil(p.columns / (4 * S * Q))];
    default:
      return gridFor(rows * p.columns, 64);
  }
}

/** Records gradient += weight gradient of the product, [window, columns]. */
export function recordWeightGradient(
  recorder: Recorder,
  p: WindowedProduct,
  tensors: { x: Tensor; dy: Tensor; gradient: Tensor },
  options: { label?: string; variant?: Variant } = {},
): void {
  const variant = options.variant ??
    recorder.kernels.tuning.lookup(productProblem(p, "gradient")) ??
    gradientVariants(recorder, p)[0];
  const { S, R, Q } = variant.constants as Record<string, number>;
  const simple = variant.kernel === "conv1d_backward_weight_simple";
  const rowTiles = simple ? p.window : Math.ceil(p.window / R);
  const columnTiles = simple ? p.columns : Math.ceil(p.columns / (4 * S * Q));
  // Enough pieces to fill the machine, yet few enough that adding them up stays cheap.
  const wanted = Math.ceil((recorder.gpu.software ? 64 : 2048) / (rowTiles * columnTiles));
  const chunk = Math.ceil(p.samples / Math.max(1, Math.min(p.samples, wanted)));
  const chunks = Math.ceil(p.samples / chunk);
  const partial = recorder.transient(`${options.label} partial`, [chunks, p.window, p.columns]);
  recorder.dispatch(variant.kernel, {
    label: options.label,
    constants: variant.constants,
    tensors: { x: tensors.x, dy: tensors.dy, partial },
    dims: {
      samples: p.samples,
      chunk,
      positions: p.positions,
      step: p.step,
      offset: p.offset,
      window: p.window,
      sample: p.sample,
      columns: p.columns,
    },
    grid: simple
      ? gridFor(chunks * p.window * p.columns, 64)
      : [Math.ceil(rowTiles * chunks / (64 / S)), columnTiles],
    flops: 2 * p.samples * p.positions * p.window * p.columns,
  });
  recorder.dispatch("sum_partials", {
    label: `${options.label} sum`,
    tensors: { partial, total: tensors.gradient },
    dims: { size: p.window * p.columns, chunks },
    grid: gridFor(p.window * p.columns, 64),
  });
}

/**
 * The matrix product behind convolutions and linear layers: `kernels/shared/window.wgsl` has the
 * formula. This file picks a variant of the kernel and records its dispatch.
 */

import type { KernelConstants } from "../gpu/preprocess.ts";
import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import { BINDING_ALIGNMENT, type Tensor } from "../gpu/tensor.ts";
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
  /** [2, columns]: factor and summand of every column. */
  readonly affine?: Tensor;
  /** Added to y, of y's shape and stored alike: before the ReLU, or after it. */
  readonly add?: { readonly tensor: Tensor; readonly afterRelu?: boolean };
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

/** True where the vec4 kernels apply: every extent is a multiple of 4 floats. */
function hasVec4(p: WindowedProduct): boolean {
  return [p.step, p.offset, p.window, p.sample, p.columns].every((extent) => extent % 4 === 0);
}

/** The variants that can compute a product on this adapter, best guess first. */
export function productVariants(recorder: Recorder, p: WindowedProduct): Variant[] {
  // An empty window leaves nothing to multiply: the epilogue of zero.
  if (p.window === 0 || !hasVec4(p)) return [{ kernel: "conv1d_simple", constants: {} }];
  const S = recorder.gpu.subgroupSize;
  const variants: Variant[] = [];
  if (adapterKind(recorder.gpu) === "subgroup") {
    const subgroup = (P: number, Q: number) =>
      variants.push({ kernel: "conv1d_subgroup", constants: { S, P, Q } });
    // Two vec4 columns a lane need more registers than 128-bit processors have.
    const wide = S > 4 && p.columns >= 8 * S;
    if (wide) subgroup(32, 2);
    subgroup(32, 1);
    if (wide) subgroup(16, 2);
    subgroup(16, 1);
  } else {
    for (const tile of productTiles(recorder, p)) {
      variants.push({ kernel: "conv1d_tiled", constants: tile });
    }
  }
  variants.push({ kernel: "conv1d_simple", constants: {} });
  return variants;
}

/**
 * Constants of `kernels/conv1d_tiled.wgsl` worth timing, best guess first: 8 × 8 sums an invocation
 * need the fewest reads of workgroup memory for a multiply-add (NVIDIA, AMD), 8 × 4 fewer registers
 * (Apple, Intel), small tiles more workgroups where there are few rows.
 */
function productTiles(recorder: Recorder, p: WindowedProduct): KernelConstants[] {
  const rows = p.samples * p.positions;
  const small = { P: 32, COLUMNS: 32, DEPTH: 16, THREAD_ROWS: 4, THREAD_COLUMNS: 4, PAD: 1 };
  const narrow = { P: 64, COLUMNS: 32, DEPTH: 16, THREAD_ROWS: 8, THREAD_COLUMNS: 4, PAD: 1 };
  // A first layer of 12 leads has windows that 12 divides and 16 does not.
  const depth = p.window % 16 !== 0 && p.window % 12 === 0 ? 12 : 16;
  const square = { P: 64, COLUMNS: 64, DEPTH: depth, THREAD_ROWS: 8, THREAD_COLUMNS: 8, PAD: 1 };
  const light = { P: 64, COLUMNS: 64, DEPTH: 16, THREAD_ROWS: 8, THREAD_COLUMNS: 4, PAD: 1 };
  const shallow = { ...light, DEPTH: 8 };
  const tall = { P: 128, COLUMNS: 64, DEPTH: 16, THREAD_ROWS: 8, THREAD_COLUMNS: 8, PAD: 1 };
  const large = { P: 128, COLUMNS: 128, DEPTH: 16, THREAD_ROWS: 8, THREAD_COLUMNS: 8, PAD: 0 };
  if (rows * p.columns < 64 * 64 * 64) return [small, p.columns <= 32 ? narrow : light];
  if (p.columns <= 32) return [narrow, small];
  const tiles: KernelConstants[] = sparesRegisters(recorder)
    ? [light, shallow, square, tall]
    : [square, tall, light, shallow];
  if (p.columns >= 128) tiles.push(large);
  return tiles;
}

/** GPUs on which few registers an invocation are the better guess. */
function sparesRegisters(recorder: Recorder): boolean {
  return /apple|intel|adreno|mali|software|swiftshader/i.test(recorder.gpu.name);
}

/** The variants that can compute a weight gradient on this adapter, best guess first. */
export function gradientVariants(recorder: Recorder, p: WindowedProduct): Variant[] {
  if (!hasVec4(p)) return [{ kernel: "conv1d_backward_weight_simple", constants: {} }];
  const S = recorder.gpu.subgroupSize;
  const variants: Variant[] = [];
  if (adapterKind(recorder.gpu) === "subgroup") {
    // 16 lanes mean AVX-512 with its 32 registers, which carry two vec4 columns. With 4 lanes only
    // the tiles of 16 window elements are possible.
    const tiles = S === 16 ? [[32, 2], [32, 1]] : [[32, 1], [32, 2]];
    const small = S === 4 ? [[16, 2], [16, 1]] : [[16, 2]];
    for (const [R, Q] of [...tiles, ...small, [64, 1]]) {
      if ((Q === 1 || p.columns >= 8 * S) && R / 4 <= S) {
        variants.push({ kernel: "conv1d_backward_weight_subgroup", constants: { S, R, Q } });
      }
    }
  } else {
    for (const tile of gradientTiles(recorder, p)) {
      variants.push({ kernel: "conv1d_backward_weight_tiled", constants: tile });
    }
  }
  variants.push({ kernel: "conv1d_backward_weight_simple", constants: {} });
  return variants;
}

/**
 * Constants of `kernels/conv1d_backward_weight_tiled.wgsl` worth timing, best guess first. 2^16
 * invocations are one wave on the largest GPUs.
 */
function gradientTiles(recorder: Recorder, p: WindowedProduct): KernelConstants[] {
  const spare = sparesRegisters(recorder);
  const INVOCATIONS = spare ? 2 ** 15 : 2 ** 16;
  const common = { DEPTH: 16, THREAD_ROWS: 8, THREAD_COLUMNS: 8, INVOCATIONS };
  const small = { ...common, R: 32, COLUMNS: 32, THREAD_ROWS: 4, THREAD_COLUMNS: 4 };
  const square = { ...common, R: 64, COLUMNS: 64 };
  const light = { ...square, THREAD_COLUMNS: 4 };
  const shallow = { ...light, DEPTH: 8 };
  const large = { ...common, R: 128, COLUMNS: 128 };
  // Three tiles cover the 132 window elements of the first layer (12 leads, kernel size 11) with 8 % waste.
  const first = { ...common, R: 48, COLUMNS: 64, DEPTH: 24, THREAD_ROWS: 4 };
  if (p.columns <= 32 || p.window <= 32) return [small, light];
  const tiles: KernelConstants[] = spare
    ? [light, shallow, square, { ...light, INVOCATIONS: 2 * INVOCATIONS }]
    : [square, { ...square, INVOCATIONS: 2 * INVOCATIONS }, light, shallow];
  if (waste(p.window, 48) < waste(p.window, 64)) tiles.unshift(first);
  if (p.columns >= 128 && waste(p.window, 128) <= waste(p.window, 64)) tiles.push(large);
  return tiles;
}

/** Share of the multiply-adds that whole tiles of `tile` elements do beyond `extent`. */
function waste(extent: number, tile: number): number {
  return Math.ceil(extent / tile) * tile / extent - 1;
}

/**
 * Records y = windowed product of x and w.
 *
 * @param statistics Also give the tile moments of y's columns, for batch normalization.
 */
export function recordProduct(
  recorder: Recorder,
  p: WindowedProduct,
  tensors: { x: Tensor; w: Tensor; y: Tensor },
  epilogue: Epilogue = {},
  options: { label?: string; statistics?: boolean; variant?: Variant } = {},
): TileStatistics | undefined {
  const variant = options.variant ?? chooseProduct(recorder, p, epilogue, options.statistics);
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
    bound.affine = epilogue.affine;
  }
  if (epilogue.add) {
    constants[epilogue.add.afterRelu ? "ADD_LAST" : "ADD"] = true;
    bound.added = epilogue.add.tensor;
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
  const stored = p.store?.sample ?? p.positions * p.columns;
  // A part begins at a sample and, where there are statistics, at a tile.
  const together = statistics ? tileRows / commonDivisor(tileRows, p.positions) : 1;
  recorder.dispatch(kernel, {
    label: options.label,
    constants,
    tensors: bound,
    ...inParts(
      Math.ceil(p.samples / together),
      {
        x: together * p.sample,
        y: together * stored,
        ...(epilogue.add && { added: together * stored }),
        ...(statistics && { statistics: together * p.positions / tileRows * 2 * p.columns }),
      },
      (first, count) => {
        const samples = Math.min(count * together, p.samples - first * together);
        return {
          dims: {
            rows: samples * p.positions,
            positions: p.positions,
            step: p.step,
            offset: p.offset,
            window: p.window,
            sample: p.sample,
            columns: p.columns,
            y_sample: stored,
            y_step: p.store?.step ?? p.columns,
            y_offset: p.store?.offset ?? 0,
          },
          grid: productGrid(variant, samples * p.positions, p.columns),
        };
      },
    ),
    flops: 2 * rows * p.window * p.columns,
  });
  return statistics;
}

/** Greatest common divisor of two whole numbers above 0 (Euclid). */
function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The measured winner or the best guess; notes the problem for the tuner. */
function chooseProduct(
  recorder: Recorder,
  p: WindowedProduct,
  epilogue: Epilogue,
  statistics = false,
): Variant {
  const key = productProblem(p, "product");
  const candidates = productVariants(recorder, p);
  recorder.noteTunable({
    key,
    candidates,
    record(scratch, variant) {
      const store = p.store?.sample ?? p.positions * p.columns;
      recordProduct(
        scratch,
        p,
        {
          x: scratch.transient("x", [p.samples, p.sample]),
          w: scratch.transient("w", [p.window, p.columns]),
          y: scratch.transient("y", [p.samples, store]),
        },
        {
          ...(epilogue.bias && { bias: scratch.transient("bias", [p.columns]) }),
          ...(epilogue.affine && { affine: scratch.transient("affine", [2, p.columns]) }),
          ...(epilogue.add && {
            add: { ...epilogue.add, tensor: scratch.transient("added", [p.samples, store]) },
          }),
          relu: epilogue.relu ?? false,
        },
        { statistics, variant },
      );
    },
  });
  return recorder.kernels.tuning.lookup(key) ?? candidates[0];
}

function productGrid(
  variant: Variant,
  rows: number,
  columns: number,
): readonly [number, number?, number?] {
  const { S, P, Q, COLUMNS } = variant.constants as Record<string, number>;
  switch (variant.kernel) {
    case "conv1d_subgroup":
      return [Math.ceil(rows / (P * 64 / S)), Math.ceil(columns / (4 * S * Q))];
    case "conv1d_tiled": {
      // Column tiles first, so that workgroups which run together read the same rows.
      const [tiles, folds] = gridFor(rows, P);
      return [Math.ceil(columns / COLUMNS), tiles, folds];
    }
    default:
      return gridFor(rows * columns, 64);
  }
}

/** Records gradient += weight gradient of the product, [window, columns]. */
export function recordWeightGradient(
  recorder: Recorder,
  product: WindowedProduct,
  tensors: { x: Tensor; dy: Tensor; gradient: Tensor },
  options: { label?: string; variant?: Variant } = {},
): void {
  const p = joinSamples(product);
  const variant = options.variant ?? chooseGradient(recorder, p);
  const { chunks, chunk } = splitGradient(recorder, variant, p);
  const partial = recorder.transient(`${options.label} partial`, [chunks, p.window, p.columns]);
  const size = p.window * p.columns;
  const tiled = variant.kernel === "conv1d_backward_weight_tiled";
  // Chunks of rows begin anywhere in a sample; a part binds whole samples and skips what is before.
  const rowsOfSample = tiled ? p.positions : 1;
  const output = p.positions * p.columns;
  const aligned = alignedSamples(p);
  const samplesOf = (first: number, count: number) => {
    const start = Math.floor(first * chunk / rowsOfSample / aligned) * aligned;
    const end = Math.min(p.samples, Math.ceil((first + count) * chunk / rowsOfSample));
    return { start, end, skip: first * chunk - start * rowsOfSample };
  };
  const rangeOf = (elements: number) => (first: number, count: number) => {
    const { start, end } = samplesOf(first, count);
    return [start * elements, end * elements] as const;
  };
  recorder.dispatch(variant.kernel, {
    label: options.label,
    constants: variant.constants,
    tensors: { x: tensors.x, dy: tensors.dy, partial },
    ...inParts(
      chunks,
      { x: rangeOf(p.sample), dy: rangeOf(output), partial: size },
      (first, count) => {
        const { start, end, skip } = samplesOf(first, count);
        return {
          dims: {
            samples: end - start,
            skip,
            chunk,
            positions: p.positions,
            step: p.step,
            offset: p.offset,
            window: p.window,
            sample: p.sample,
            columns: p.columns,
          },
          grid: gradientGrid(variant, p, count),
        };
      },
    ),
    flops: 2 * p.samples * p.positions * size,
  });
  // Tiled kernels leave so many chunks that slices of invocations add them.
  const width = !tiled && size % 4 === 0 ? 4 : 1;
  recorder.dispatch(tiled ? "sum_partials_sliced" : "sum_partials", {
    label: `${options.label} sum`,
    constants: tiled ? {} : { VECTORS: width === 4 },
    tensors: { partial, total: tensors.gradient },
    ...inParts(chunks, { partial: size }, (_first, count) => ({
      dims: { size: size / width, chunks: count },
      grid: gridFor(size / width, tiled ? 32 : 64),
    })),
  });
}

/** A binding of x or dy may begin at every multiple of so many samples: a power of two up to 64. */
function alignedSamples(p: WindowedProduct): number {
  const most = BINDING_ALIGNMENT / 4;
  return most / commonDivisor(commonDivisor(most, p.sample), p.positions * p.columns);
}

/**
 * Samples that a chunk may span, so that x and dy can be bound in parts. Infinite where they need no
 * parts.
 */
function samplesOfChunk(recorder: Recorder, p: WindowedProduct): number {
  const bytes = 4 * Math.max(p.sample, p.positions * p.columns);
  const limit = recorder.gpu.bindingLimit;
  if (p.samples * bytes <= limit) return Infinity;
  return Math.max(1, Math.floor(limit / bytes) - alignedSamples(p) + 1);
}

/**
 * Linear layers have one position a sample; kernels that walk over positions do better on one long
 * sample whose positions are the samples.
 */
function joinSamples(p: WindowedProduct): WindowedProduct {
  if (p.positions > 1 || p.offset < 0 || p.offset + p.window > p.sample) return p;
  return {
    samples: 1,
    positions: p.samples,
    step: p.sample,
    offset: p.offset,
    window: p.window,
    sample: p.samples * p.sample,
    columns: p.columns,
  };
}

/** The measured winner or the best guess; notes the problem for the tuner. */
function chooseGradient(recorder: Recorder, p: WindowedProduct): Variant {
  const key = productProblem(p, "gradient");
  const candidates = gradientVariants(recorder, p);
  recorder.noteTunable({
    key,
    candidates,
    record(scratch, variant) {
      recordWeightGradient(scratch, p, {
        x: scratch.transient("x", [p.samples, p.sample]),
        dy: scratch.transient("dy", [p.samples, p.positions, p.columns]),
        gradient: scratch.transient("gradient", [p.window, p.columns]),
      }, { variant });
    },
  });
  return recorder.kernels.tuning.lookup(key) ?? candidates[0];
}

/** The caches of today's processors hold a piece of this size. */
const CACHE_BYTES = 4 * 2 ** 20;

/** How a weight gradient's long sum is split, in samples or, for tiled kernels, in rows. */
function splitGradient(
  recorder: Recorder,
  variant: Variant,
  p: WindowedProduct,
): { chunks: number; chunk: number } {
  const { rowTiles, columnTiles } = gradientTileCounts(variant, p);
  if (variant.kernel === "conv1d_backward_weight_tiled") {
    const constants = variant.constants as Record<string, number>;
    const { R, COLUMNS, DEPTH, THREAD_ROWS, THREAD_COLUMNS, INVOCATIONS } = constants;
    const rows = p.samples * p.positions;
    // Below 128 rows a chunk, writing the partial sums and adding them up costs more than it brings.
    const threads = R * COLUMNS / (THREAD_ROWS * THREAD_COLUMNS);
    const wanted = Math.ceil(INVOCATIONS / (threads * rowTiles * columnTiles));
    const least = Math.max(128, Math.ceil(rows / Math.min(wanted, 65535)));
    // A chunk that begins within a sample may touch one sample more than its rows fill.
    const most = Math.max(1, samplesOfChunk(recorder, p) - 1) * p.positions;
    const chunk = Math.min(Math.ceil(least / DEPTH) * DEPTH, most);
    return { chunks: Math.ceil(rows / chunk), chunk };
  }
  // Enough pieces to fill the machine, and small enough to stay in a processor's cache while all
  // tiles read them; yet few enough that adding them up stays cheap.
  const fill = Math.ceil((recorder.gpu.software ? 64 : 2048) / (rowTiles * columnTiles));
  const pieceBytes = 4 * p.samples * (p.sample + p.positions * p.columns);
  const wanted = Math.max(fill, recorder.gpu.software ? Math.ceil(pieceBytes / CACHE_BYTES) : 1);
  const even = Math.ceil(p.samples / Math.max(1, Math.min(p.samples, wanted)));
  const chunk = Math.min(even, samplesOfChunk(recorder, p));
  return { chunks: Math.ceil(p.samples / chunk), chunk };
}

/** Tiles of a weight gradient; the plain kernel's are single elements. */
function gradientTileCounts(
  { kernel, constants }: Variant,
  p: WindowedProduct,
): { rowTiles: number; columnTiles: number } {
  const { S, R, Q, COLUMNS } = constants as Record<string, number>;
  switch (kernel) {
    case "conv1d_backward_weight_subgroup":
      return {
        rowTiles: Math.ceil(p.window / R),
        columnTiles: Math.ceil(p.columns / (4 * S * Q)),
      };
    case "conv1d_backward_weight_tiled":
      return { rowTiles: Math.ceil(p.window / R), columnTiles: Math.ceil(p.columns / COLUMNS) };
    default:
      return { rowTiles: p.window, columnTiles: p.columns };
  }
}

function gradientGrid(
  variant: Variant,
  p: WindowedProduct,
  chunks: number,
): readonly [number, number?, number?] {
  const { rowTiles, columnTiles } = gradientTileCounts(variant, p);
  switch (variant.kernel) {
    case "conv1d_backward_weight_subgroup":
      return [Math.ceil(rowTiles * chunks / (64 / Number(variant.constants.S))), columnTiles];
    case "conv1d_backward_weight_tiled":
      return [columnTiles, rowTiles, chunks];
    default:
      return gridFor(chunks * p.window * p.columns, 64);
  }
}

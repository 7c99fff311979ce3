/** Tensors of checkpoints, for tests. */

import type { HostTensor } from "../../src/checkpoint/state_dict.ts";

/** `values` are taken over, not copied. */
export const float32Tensor = (shape: readonly number[], values: Float32Array): HostTensor => (
  { dtype: "float32", shape, data: values }
);

/** A 0-dimensional int64 tensor, the type of BatchNorm's `num_batches_tracked`. */
export const int64Scalar = (value: number | bigint): HostTensor => (
  { dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) }
);

/**
 * What a checkpoint holds, in host memory: named tensors in PyTorch's registration order, grouped
 * in sections (`encoder`, `model`), with a description of what they belong to.
 *
 * @module
 */

/** Element types of checkpoint tensors, spelled as in PyTorch. */
export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint8"
  | "bool";

/** The array type that carries the elements of each {@linkcode DType}. */
export interface ArrayOfDType {
  float32: Float32Array;
  float64: Float64Array;
  /** Raw IEEE 754 binary16 bits; {@linkcode asFloat32} widens them. */
  float16: Uint16Array;
  /** Raw bfloat16 bits, the upper half of a float32; {@linkcode asFloat32} widens them. */
  bfloat16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  /** 0 or 1 a byte. */
  bool: Uint8Array;
}

/** Any array that a {@linkcode HostTensor} can carry. */
export type TensorData = ArrayOfDType[DType];

/**
 * A dense row-major tensor in host memory. `data.length` is the product of `shape` (1 for the
 * scalar shape `[]`).
 */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Tensors by name. Insertion order is PyTorch's registration order. */
export type StateDict = Map<string, HostTensor>;

/** A value that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Per-lead standardization of the input: (signal − mean) / standard deviation, in mV. Part of the
 * checkpoint because weights mean nothing without it.
 */
export type Normalization = {
  /** `train`: statistics of the training folds. `none`: the signal goes in as it is, in mV. */
  readonly kind: "train" | "none";
  /** Mean of each lead, mV; empty for `none`. */
  readonly mean: readonly number[];
  /** Standard deviation of each lead, mV, above 0; empty for `none`. */
  readonly standard_deviation: readonly number[];
};

/** A model's name and the options that rebuild it, e.g. `{name: "ECGEncoder1DCNN", width: 64}`. */
export type Architecture = {
  readonly name: string;
  readonly in_channels?: number;
  readonly width?: number;
  readonly projection_dimension?: number;
  readonly n_classes?: number;
  readonly [option: string]: JsonValue | undefined;
};

/**
 * What the weights are and how they came to be. Names are spelled as in the file, where the whole
 * is one JSON string. Every field is optional, since PyTorch's own files carry none.
 */
export interface CheckpointMetadata {
  /** Version of this description; readers refuse versions that they do not know. */
  readonly format_version?: number;
  /** Training method: `simclr`, `supervised`, `finetune`, … */
  readonly method?: string;
  readonly architecture?: Architecture;
  /** Names of the outputs, in order. */
  readonly class_names?: readonly string[];
  /** null says that there is none; absent says that nothing is known. */
  readonly normalisation?: Normalization | null;
  /** Samples per second, Hz. */
  readonly sampling_rate?: number;
  /** Samples per lead. */
  readonly signal_length?: number;
  readonly leads?: readonly string[];
  readonly seed?: number;
  /** Epochs done when these weights were taken. */
  readonly epoch?: number;
  /** Metrics of these weights by name; null stands for a metric that is not defined (NaN). */
  readonly metrics?: { readonly [name: string]: number | null };
  /** Name and version of the program that wrote the file. */
  readonly software?: string;
  /** Anything else. Fields of a foreign file that are not named above land here too. */
  readonly extra?: { readonly [key: string]: JsonValue };
}

/** The version of {@linkcode CheckpointMetadata} written by this program. */
export const CHECKPOINT_FORMAT_VERSION = 1;

/** The whole content of a checkpoint file. */
export interface Checkpoint {
  /** Where it came from, for messages: the path of the file that `readCheckpoint` read. */
  readonly source?: string;
  /** State dicts by section: `encoder` for an encoder alone, `model` for a whole model. */
  readonly sections: Map<string, StateDict>;
  readonly metadata: CheckpointMetadata;
  /** Entries of a foreign file that hold no state dict and were left out, such as `optimizer`. */
  readonly ignored?: readonly string[];
}

/** What messages call a checkpoint. */
export function sourceOf({ source }: Pick<Checkpoint, "source">): string {
  return source ?? "the checkpoint";
}

/** Size of one element in bytes. */
export const BYTES_PER_ELEMENT: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Number of elements of a shape: the product of its dimensions, 1 for `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/**
 * Views bytes as elements without copying; the byte offset must be a multiple of the element
 * size. Little-endian like every platform that Deno runs on.
 */
export function viewBytes(
  dtype: DType,
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
): TensorData {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "float16":
    case "bfloat16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, length);
  }
}

/** The bytes of a tensor, as a view. */
export function bytesOf(tensor: HostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Copies little-endian bytes, at any alignment, into a tensor of its own. Booleans become 0 or 1.
 *
 * @throws {RangeError} If there are not exactly as many bytes as the shape needs
 */
export function tensorFromBytes(
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array,
): HostTensor {
  const count = elementCount(shape);
  if (bytes.byteLength !== count * BYTES_PER_ELEMENT[dtype]) {
    throw new RangeError(
      `Cannot fill a ${dtype} tensor of shape [${shape}] from ${bytes.byteLength} bytes: ` +
        `need ${count * BYTES_PER_ELEMENT[dtype]}`,
    );
  }
  const own = new Uint8Array(bytes); // copies, hence aligned
  if (dtype === "bool") { for (let i = 0; i < own.length; i++) own[i] = own[i] === 0 ? 0 : 1; }
  return { dtype, shape, data: viewBytes(dtype, own.buffer, 0, count) };
}

/**
 * Checks that a tensor is what it says, before it is written.
 *
 * @throws {TypeError} If the array type does not fit the dtype, or its length the shape
 */
export function assertTensor(name: string, tensor: HostTensor): void {
  const expected = viewBytes(tensor.dtype, new ArrayBuffer(0), 0, 0).constructor;
  if (tensor.data.constructor !== expected) {
    throw new TypeError(
      `Cannot write tensor "${name}": ${tensor.dtype} needs ${expected.name}, ` +
        `got ${tensor.data.constructor.name}`,
    );
  }
  if (tensor.shape.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 0)) {
    throw new TypeError(`Cannot write tensor "${name}": shape [${tensor.shape}] is not a shape`);
  }
  if (elementCount(tensor.shape) !== tensor.data.length) {
    throw new TypeError(
      `Cannot write tensor "${name}": shape [${tensor.shape}] needs ` +
        `${elementCount(tensor.shape)} values, got ${tensor.data.length}`,
    );
  }
}

/** A float32 tensor; `values` are taken over, not copied. */
export function float32Tensor(shape: readonly number[], values: Float32Array): HostTensor {
  const tensor: HostTensor = { dtype: "float32", shape, data: values };
  assertTensor("float32", tensor);
  return tensor;
}

/** A 0-dimensional int64 tensor, the type of BatchNorm's `num_batches_tracked`. */
export function int64Scalar(value: number | bigint): HostTensor {
  return { dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(value)) };
}

/** IEEE 754 binary16 bits to a number; exact. */
function widenFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and subnormals
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The values as float32: exact from float16, bfloat16, int8, int16, uint8 and bool; rounded to
 * nearest from float64, int32 and int64. A float32 tensor's own array is returned, not a copy.
 */
export function asFloat32(tensor: HostTensor): Float32Array {
  const { dtype, data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (dtype === "float16") return Float32Array.from(data as Uint16Array, widenFloat16);
  if (dtype === "bfloat16") {
    const bits = new Uint32Array(data.length);
    for (let i = 0; i < bits.length; i++) bits[i] = (data as Uint16Array)[i] << 16;
    return new Float32Array(bits.buffer);
  }
  return Float32Array.from(data as Float64Array);
}

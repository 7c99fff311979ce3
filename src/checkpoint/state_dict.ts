/**
 * What a checkpoint holds, in host memory: named tensors in PyTorch's registration order, grouped
 * in sections (`encoder`, `model`), with a description of what they belong to.
 */

/** Any array that a {@linkcode HostTensor} can carry. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

interface ArrayType {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): TensorData;
}

function elements(array: ArrayType, safetensors: string, torch: string) {
  return { array, bytes: array.BYTES_PER_ELEMENT, safetensors, torch };
}

/**
 * Element types of checkpoint tensors, spelled as in PyTorch: the array that carries them, the bytes
 * of one, their code in `.safetensors` files and their storage class in `.pt` files.
 */
export const DTYPES = {
  float32: elements(Float32Array, "F32", "FloatStorage"),
  float64: elements(Float64Array, "F64", "DoubleStorage"),
  // Raw bits; asFloat32 widens them.
  float16: elements(Uint16Array, "F16", "HalfStorage"),
  bfloat16: elements(Uint16Array, "BF16", "BFloat16Storage"),
  int64: elements(BigInt64Array, "I64", "LongStorage"),
  int32: elements(Int32Array, "I32", "IntStorage"),
  int16: elements(Int16Array, "I16", "ShortStorage"),
  int8: elements(Int8Array, "I8", "CharStorage"),
  uint8: elements(Uint8Array, "U8", "ByteStorage"),
  bool: elements(Uint8Array, "BOOL", "BoolStorage"), // 0 or 1 a byte
};

/** A key of {@linkcode DTYPES}. */
export type DType = keyof typeof DTYPES;

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

/**
 * The section of a state dict that does not name one. By convention the tensors of an encoder, and of
 * nothing else, are named `features.*`.
 */
export function defaultSection(tensors: StateDict): "encoder" | "model" {
  return tensors.keys().some((name) => name.startsWith("features.")) ? "encoder" : "model";
}

/** What messages call a checkpoint. */
export function sourceOf({ source }: Pick<Checkpoint, "source">): string {
  return source ?? "the checkpoint";
}

/** Whether a value can be a dimension, an offset or a count: a whole number from 0 to 2^53 − 1. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Number of elements of a shape: the product of its dimensions, 1 for `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** The bytes of a tensor, as a view. */
export function bytesOf(tensor: HostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Copies little-endian bytes, at any alignment, into a tensor of its own. Booleans become 0 or 1.
 * Every platform that Deno runs on is little-endian.
 *
 * @throws {RangeError} If there are not exactly as many bytes as the shape needs
 */
export function tensorFromBytes(
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array,
): HostTensor {
  const needed = elementCount(shape) * DTYPES[dtype].bytes;
  if (bytes.length !== needed) {
    throw new RangeError(
      `Cannot fill a ${dtype} tensor of shape [${shape}] from ${bytes.length} bytes: need ${needed}`,
    );
  }
  const own = new Uint8Array(bytes); // copies, hence aligned
  if (dtype === "bool") own.forEach((byte, i) => own[i] = byte && 1);
  return { dtype, shape, data: new DTYPES[dtype].array(own.buffer) };
}

/**
 * Checks that a tensor is what it says, before it is written.
 *
 * @throws {TypeError} If the array type does not fit the dtype, or its length the shape
 */
export function assertTensor(name: string, { dtype, shape, data }: HostTensor): void {
  const fail = (problem: string) => new TypeError(`Cannot write tensor "${name}": ${problem}`);
  const { array } = DTYPES[dtype];
  if (data.constructor !== array) {
    throw fail(`${dtype} needs ${array.name}, got ${data.constructor.name}`);
  }
  if (!shape.every(isCount)) throw fail(`shape [${shape}] is not a shape`);
  if (elementCount(shape) !== data.length) {
    throw fail(`shape [${shape}] needs ${elementCount(shape)} values, got ${data.length}`);
  }
}

/**
 * The values as float32: exact from float16, bfloat16, int8, int16, uint8 and bool; rounded to
 * nearest from float64, int32 and int64. A float32 tensor's own array is returned, not a copy.
 */
export function asFloat32(tensor: HostTensor): Float32Array {
  const { dtype, data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (dtype === "float16") {
    return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length));
  }
  if (dtype === "bfloat16") {
    const bits = new Uint32Array(data.length);
    for (let i = 0; i < bits.length; i++) bits[i] = (data as Uint16Array)[i] << 16;
    return new Float32Array(bits.buffer);
  }
  return Float32Array.from(data as Float64Array);
}

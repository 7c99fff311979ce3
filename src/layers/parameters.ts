/**
 * Parameters and buffers of a model: names, shapes and initial values follow PyTorch, memory is one
 * flat buffer each for values and gradients, so that one dispatch updates everything.
 *
 * Layouts on the GPU: a convolution weight [out, in, k] of PyTorch is held as [k, in, out], one of a
 * transposed convolution [in, out, k] as [k, out, in] (axes reversed in both: one layout), a linear
 * weight [out, in] as [in, out]; everything else as it is. Reading and writing a state dict
 * permutes.
 */

import type { Gpu } from "../gpu/device.ts";
import { Tensor } from "../gpu/tensor.ts";
import { TensorSnapshot } from "../gpu/tensor_snapshot.ts";
import { CounterRandom, Stream } from "../random/philox.ts";

/** How a parameter's PyTorch layout maps to the one on the GPU. */
export type ParameterLayout = "convolution" | "linear" | "plain";

/** How a parameter starts. */
export type Initialization =
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "constant"; readonly value: number };

/** A trainable tensor. */
export interface Parameter {
  /** PyTorch's name, such as `features.0.block.0.weight`. */
  readonly name: string;
  /** PyTorch's shape. */
  readonly shape: readonly number[];
  readonly layout: ParameterLayout;
  readonly initialization: Initialization;
  /** Values, in GPU layout. */
  readonly value: Tensor;
  /** Gradients, in GPU layout; layers add to them. */
  readonly gradient: Tensor;
}

/** A tensor that is saved but not trained: BatchNorm's running statistics and its step counter. */
export interface Buffer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
  /** Values on the GPU, or undefined for the counter `num_batches_tracked`, which the host keeps. */
  readonly value?: Tensor;
}

/** One tensor of a state dict on the host, in PyTorch's layout. */
export interface HostValues {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int64";
  readonly data: Float32Array | BigInt64Array;
}

/** Elements between the starts of two tensors in a flat buffer: 256 bytes. */
const ALIGNMENT = 64;

/**
 * Collects the parameters of a model while its layers are made, then holds them on the GPU.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * store.parameter("head.weight", [5, 8], "linear", { kind: "uniform", bound: 0.1 });
 * const [{ name, data }] = store.initialValues(42); // PyTorch's layout, [5, 8]
 * assert(name === "head.weight" && data.length === 40);
 * ```
 */
export class ParameterStore {
  readonly parameters: Parameter[] = [];
  readonly buffers: Buffer[] = [];
  /** Parameters and buffers in PyTorch's registration order. */
  readonly #order: (Parameter | Buffer)[] = [];
  /** What starts as a copy, and of what. */
  readonly #originals = new Map<Parameter, Parameter>();
  /** Steps in training mode, which is what every `num_batches_tracked` counts. */
  batchesTracked = 0;
  #memory: { gpu: Gpu; values: Tensor; gradients: Tensor; buffers: Tensor } | undefined;

  /** Registers a trainable tensor; order of registration is PyTorch's. */
  parameter(
    name: string,
    shape: readonly number[],
    layout: ParameterLayout,
    initialization: Initialization,
  ): Parameter {
    const stored = toGpuShape(shape, layout);
    const parameter: Parameter = {
      name,
      shape,
      layout,
      initialization,
      value: new Tensor(name, stored),
      gradient: new Tensor(`${name} gradient`, stored),
    };
    this.parameters.push(parameter);
    this.#order.push(parameter);
    return parameter;
  }

  /** Registers running statistics. */
  buffer(name: string, shape: readonly number[], initial: number): Buffer & { value: Tensor } {
    const buffer = { name, shape, initial, value: new Tensor(name, shape) };
    this.buffers.push(buffer);
    this.#order.push(buffer);
    return buffer;
  }

  /** Registers a `num_batches_tracked`. */
  counter(name: string): void {
    const buffer = { name, shape: [], initial: 0 };
    this.buffers.push(buffer);
    this.#order.push(buffer);
  }

  /**
   * Makes a parameter start with the initial value of another one, such as a target network's with the
   * online network's.
   *
   * @param original Registered before `copy`, of the same shape.
   * @throws {RangeError} When it is not.
   */
  startAsCopy(copy: Parameter, original: Parameter): void {
    const later = this.parameters.indexOf(original) >= this.parameters.indexOf(copy);
    if (later || `${copy.shape}` !== `${original.shape}`) {
      throw new RangeError(
        `${copy.name} [${copy.shape}] cannot start as a copy of ${original.name} ` +
          `[${original.shape}]: need one of the same shape registered before it`,
      );
    }
    this.#originals.set(copy, original);
  }

  /** Number of trainable values. */
  get count(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  /** Bytes of GPU memory held: values, gradients, running statistics. */
  get bytes(): number {
    const { values, gradients, buffers } = this.#allocated();
    return values.bytes + gradients.bytes + buffers.bytes;
  }

  /** Names and shapes of the state dict, in PyTorch's order. */
  get stateShapes(): { name: string; shape: readonly number[] }[] {
    return this.#order.map(({ name, shape }) => ({ name, shape }));
  }

  /** Places everything in GPU memory and writes initial values drawn from `seed`. */
  allocate(gpu: Gpu, seed: number): void {
    if (this.#memory) throw new Error("The parameters are allocated already");
    // One after the other in one flat tensor, each at a multiple of ALIGNMENT.
    const place = (tensors: readonly Tensor[], name: string): Tensor => {
      let elements = 0;
      const offsets = tensors.map((tensor) => {
        const offset = 4 * elements;
        elements += Math.ceil(tensor.size / ALIGNMENT) * ALIGNMENT;
        return offset;
      });
      const flat = Tensor.zeros(gpu, [Math.max(4, elements)], name);
      tensors.forEach((tensor, i) => {
        tensor.placement = { ...flat.placement!, offset: offsets[i] };
      });
      return flat;
    };
    const held = this.buffers.flatMap(({ value }) => value ? [value] : []);
    this.#memory = {
      gpu,
      values: place(this.parameters.map(({ value }) => value), "parameters"),
      gradients: place(this.parameters.map(({ gradient }) => gradient), "gradients"),
      buffers: place(held, "running statistics"),
    };
    this.load(this.initialValues(seed));
  }

  /** Initial values under a seed, in PyTorch's layout; parameter i draws from item i of the stream. */
  initialValues(seed: number): HostValues[] {
    let item = 0;
    const drawn = new Map<Parameter, Float32Array>();
    return this.#order.map((entry): HostValues => {
      const { name, shape } = entry;
      const size = shape.reduce((product, extent) => product * extent, 1);
      if (!("layout" in entry)) {
        return entry.value
          ? { name, shape, dtype: "float32", data: new Float32Array(size).fill(entry.initial) }
          : { name, shape, dtype: "int64", data: new BigInt64Array(1) };
      }
      const random = new CounterRandom(seed, Stream.init, { item: item++ });
      const original = this.#originals.get(entry);
      const data = original
        ? drawn.get(original)!.slice()
        : drawInitial(entry.initialization, size, random);
      drawn.set(entry, data);
      return { name, shape, dtype: "float32", data };
    });
  }

  /**
   * Writes values given in PyTorch's layout. Names, shapes and completeness are the caller's to
   * check first (see `matchStateDict`); names absent here are an error, absent values stay.
   */
  load(values: Iterable<HostValues>): void {
    const { gpu } = this.#allocated();
    const entries = new Map(this.#order.map((entry) => [entry.name, entry]));
    for (const { name, data } of values) {
      const entry = entries.get(name);
      if (!entry) throw new RangeError(`The model has no tensor "${name}"`);
      if (!entry.value) {
        this.batchesTracked = Number(data[0]);
        continue;
      }
      const layout = "layout" in entry ? entry.layout : "plain";
      const stored = toGpuLayout(Float32Array.from(data as Float32Array), entry.shape, layout);
      entry.value.write(stored);
    }
    gpu.device.queue.submit([]);
  }

  /** Reads the whole state dict back, in PyTorch's layout and order. */
  async state(): Promise<HostValues[]> {
    const { values, buffers } = this.#allocated();
    const parameters = await values.read();
    const statistics = await buffers.read();
    return this.#order.map((entry): HostValues => {
      const { name, shape } = entry;
      if (!entry.value) {
        return {
          name,
          shape,
          dtype: "int64",
          data: BigInt64Array.of(BigInt(this.batchesTracked)),
        };
      }
      const from = "layout" in entry ? parameters : statistics;
      const stored = part(from, entry.value);
      const layout = "layout" in entry ? entry.layout : "plain";
      return { name, shape, dtype: "float32", data: fromGpuLayout(stored, shape, layout) };
    });
  }

  /** Reads the gradients back, in PyTorch's layout and order. */
  async gradients(): Promise<HostValues[]> {
    const data = await this.#allocated().gradients.read();
    return this.parameters.map(({ name, shape, layout, gradient }) => ({
      name,
      shape,
      dtype: "float32",
      data: fromGpuLayout(part(data, gradient), shape, layout),
    }));
  }

  /**
   * A flat view of consecutive parameters, with the gaps between them: for what treats all alike.
   *
   * @param first Index of the first parameter in the view.
   * @param end Index after the last one.
   */
  flat(first = 0, end = this.parameters.length): { values: Tensor; gradients: Tensor } {
    const { values, gradients } = this.#allocated();
    const start = (i: number) => this.parameters[i].value.placement!.offset / 4;
    const stop = end < this.parameters.length ? start(end) : values.size;
    return {
      values: values.view(start(first), stop),
      gradients: gradients.view(start(first), stop),
    };
  }

  /** A copy of all values on the GPU, to go back to later. */
  snapshot(): ParameterSnapshot {
    const { values, buffers } = this.#allocated();
    return new ParameterSnapshot(this, [values, buffers]);
  }

  /** Gives the memory back. */
  destroy(): void {
    const { values, gradients, buffers } = this.#allocated();
    for (const tensor of [values, gradients, buffers]) tensor.release();
    this.#memory = undefined;
  }

  #allocated() {
    if (!this.#memory) throw new Error("The parameters are not allocated yet");
    return this.#memory;
  }
}

/** Values of a {@linkcode ParameterStore} at one moment. */
export class ParameterSnapshot {
  readonly #values: TensorSnapshot;
  #batchesTracked: number;

  constructor(readonly store: ParameterStore, live: readonly Tensor[]) {
    this.#values = new TensorSnapshot(live);
    this.#batchesTracked = store.batchesTracked;
  }

  /** Copies the present values over the kept ones. */
  take(): void {
    this.#values.take();
    this.#batchesTracked = this.store.batchesTracked;
  }

  /** Copies the kept values back. */
  restore(): void {
    this.#values.restore();
    this.store.batchesTracked = this.#batchesTracked;
  }

  /** Gives the memory back. */
  destroy(): void {
    this.#values.destroy();
  }
}

/** The elements of a tensor among those of the flat one that it was placed in. */
function part(flat: Float32Array<ArrayBuffer>, { placement, size }: Tensor) {
  return new Float32Array(flat.buffer, placement!.offset, size);
}

function drawInitial(start: Initialization, size: number, random: CounterRandom): Float32Array {
  if (start.kind === "constant") return new Float32Array(size).fill(start.value);
  return Float32Array.from({ length: size }, () => random.uniform(-start.bound, start.bound));
}

function toGpuShape(shape: readonly number[], layout: ParameterLayout): readonly number[] {
  if (layout === "plain") return shape;
  const [out, input, kernelSize] = shape;
  return layout === "linear" ? [input, out] : [kernelSize, input, out];
}

/** [a, b, k] to [k, b, a]; [out, in] to [in, out]; the rest as it is. */
function toGpuLayout(
  data: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  layout: ParameterLayout,
): Float32Array<ArrayBuffer> {
  if (layout === "plain") return data;
  const [out, input, kernelSize = 1] = shape;
  const stored = new Float32Array(data.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let k = 0; k < kernelSize; k++) {
        stored[(k * input + i) * out + o] = data[(o * input + i) * kernelSize + k];
      }
    }
  }
  return stored;
}

function fromGpuLayout(
  stored: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  layout: ParameterLayout,
): Float32Array<ArrayBuffer> {
  if (layout === "plain") return stored.slice();
  const [out, input, kernelSize = 1] = shape;
  const data = new Float32Array(stored.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let k = 0; k < kernelSize; k++) {
        data[(o * input + i) * kernelSize + k] = stored[(k * input + i) * out + o];
      }
    }
  }
  return data;
}

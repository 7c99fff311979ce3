/**
 * Tensors: row-major arrays of 4-byte elements on the GPU. A transient tensor lives between its
 * first and last dispatch and gets its memory when the recording is planned; a persistent one owns
 * its place (or is a view of a larger buffer) from the start.
 */

import type { Gpu } from "./device.ts";

/** Where a tensor's elements are: a buffer of a device, from some byte on. */
export interface Placement {
  readonly gpu: Gpu;
  readonly buffer: GPUBuffer;
  /** Bytes; a multiple of {@linkcode BINDING_ALIGNMENT}. */
  readonly offset: number;
}

/** Bytes that the place of every binding is a multiple of (WebGPU's default). */
export const BINDING_ALIGNMENT = 256;

/** What a tensor is filled with: 32-bit words as they are, anything else as float32. */
export type TensorData = ArrayLike<number> | Uint32Array | Int32Array;

/**
 * A shape with, sooner or later, a place in GPU memory.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseDevice, Tensor } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const x = Tensor.from(gpu, [2, 3], [1, 2, 3, 4, 5, 6]);
 * x.write([9], 5); // the last element
 * assertEquals(await x.read(), Float32Array.of(1, 2, 3, 4, 5, 9));
 * x.release();
 * gpu.destroy();
 * ```
 */
export class Tensor {
  /** Number of elements. */
  readonly size: number;
  /** The tensor whose memory this one is a part of, where it is a {@linkcode Tensor.view}. */
  readonly #parent: Tensor | undefined;
  /** First element in the parent. */
  readonly #from: number;
  #placement: Placement | undefined;
  /** True where this tensor's buffer was made for it alone. */
  #ownsBuffer = false;

  constructor(
    /** Name for messages, profiles and printed recordings. */
    readonly name: string,
    /** Extent of every axis, slowest first. */
    readonly shape: readonly number[],
    placement?: Placement,
    within?: { readonly parent: Tensor; readonly from: number },
  ) {
    this.#placement = placement;
    this.#parent = within?.parent;
    this.#from = within?.from ?? 0;
    this.size = shape.reduce((product, extent) => product * extent, 1);
    if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new RangeError(`Cannot shape tensor "${name}" as [${shape}]: need positive integers`);
    }
  }

  /**
   * A tensor of zeros with a buffer of its own. The caller gives it back with {@linkcode release}.
   *
   * @throws {UserError} When it is larger than the largest buffer.
   */
  static zeros(gpu: Gpu, shape: readonly number[], name = "tensor"): Tensor {
    const tensor = new Tensor(name, shape);
    // New buffers are zero, as WebGPU requires.
    tensor.#placement = { gpu, buffer: gpu.storage(tensor.bytes, name), offset: 0 };
    tensor.#ownsBuffer = true;
    return tensor;
  }

  /**
   * A tensor that holds `data`, with a buffer of its own. The caller gives it back with
   * {@linkcode release}.
   *
   * @param data As many values as the shape has, row-major.
   * @throws {RangeError} When their number is another one.
   */
  static from(gpu: Gpu, shape: readonly number[], data: TensorData, name = "tensor"): Tensor {
    const tensor = Tensor.zeros(gpu, shape, name);
    if (data.length !== tensor.size) {
      tensor.release();
      throw new RangeError(`Cannot fill ${name} [${shape}] with ${data.length} values`);
    }
    tensor.write(data);
    return tensor;
  }

  /**
   * Writes values over the elements from `from` on.
   *
   * @throws {RangeError} When they reach beyond the tensor.
   */
  write(data: TensorData, from = 0): void {
    const is32Bit = [Float32Array, Uint32Array, Int32Array].some((type) => data instanceof type);
    const words = is32Bit ? data as Float32Array : Float32Array.from(data);
    if (from + words.length > this.size) {
      throw new RangeError(
        `Cannot write ${words.length} values into ${this.name} [${this.shape}] from ${from} on`,
      );
    }
    const { gpu, buffer, offset } = this.#placed();
    gpu.write(buffer, words, offset + 4 * from);
  }

  /**
   * Waits for the device and reads the elements as float32. Costs 11 ms or more in Deno: never inside a
   * step. A transient tensor must be among those that its recording keeps.
   */
  async read(): Promise<Float32Array<ArrayBuffer>> {
    const { gpu, buffer, offset } = this.#placed();
    return new Float32Array(await gpu.read(buffer, this.bytes, offset));
  }

  /** Gives back the buffer of a tensor made by {@linkcode zeros} or {@linkcode from}. */
  release(): void {
    if (!this.#ownsBuffer) throw new TypeError(`${this.name} has no buffer of its own to release`);
    const { gpu, buffer } = this.#placed();
    gpu.release(buffer);
    this.#placement = undefined;
  }

  #placed(): Placement {
    const { placement } = this;
    if (!placement) throw new TypeError(`${this.name} has no memory: released, or not planned yet`);
    return placement;
  }

  /** Set for persistent tensors at once, for transient ones when the recording is planned. */
  get placement(): Placement | undefined {
    if (!this.#parent) return this.#placement;
    const whole = this.#parent.placement;
    return whole && { ...whole, offset: whole.offset + 4 * this.#from };
  }

  set placement(placement: Placement | undefined) {
    if (this.#parent) throw new TypeError(`${this.name} is a view of ${this.#parent.name}`);
    this.#placement = placement;
  }

  /** The tensor whose memory this is: the parent of a view, else the tensor itself. */
  get root(): Tensor {
    return this.#parent ?? this;
  }

  /**
   * Elements `from` .. `end - 1` as a tensor [end - from] without memory of its own: it lives where
   * and as long as this one.
   *
   * @param from A multiple of 64, so that it can be bound ({@linkcode BINDING_ALIGNMENT}).
   * @throws {RangeError} When the range is empty, leaves the tensor or starts elsewhere.
   *
   * @example
   * ```ts
   * import { assert } from "@std/assert";
   * import { Tensor } from "ssrl-ecg";
   * const x = new Tensor("x", [4, 64]);
   * const lower = x.view(128, 256); // rows 2 and 3
   * assert(lower.size === 128 && lower.root === x);
   * ```
   */
  view(from: number, end: number): Tensor {
    if (!(from >= 0 && from < end && end <= this.size && 4 * from % BINDING_ALIGNMENT === 0)) {
      throw new RangeError(`Cannot view elements ${from} to ${end} of ${this.name}`);
    }
    return new Tensor(this.name, [end - from], undefined, {
      parent: this.root,
      from: this.#from + from,
    });
  }

  /** Number of bytes. */
  get bytes(): number {
    return this.size * 4;
  }
}

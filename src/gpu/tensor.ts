/**
 * Tensors: row-major arrays of 4-byte elements on the GPU. A transient tensor lives between its
 * first and last dispatch and gets its memory when the recording is planned; a persistent one owns
 * its place (or is a view of a larger buffer) from the start.
 *
 * @module
 */

/** Where a tensor's elements are: a buffer and a byte range of it. */
export interface Placement {
  readonly buffer: GPUBuffer;
  /** Bytes; a multiple of {@linkcode BINDING_ALIGNMENT}. */
  readonly offset: number;
}

/** Bytes that the place of every binding is a multiple of (WebGPU's default). */
export const BINDING_ALIGNMENT = 256;

/** A shape with, sooner or later, a place in GPU memory. */
export class Tensor {
  /** Number of elements. */
  readonly size: number;
  /** The tensor whose memory this one is a part of, where it is a {@linkcode Tensor.view}. */
  readonly #parent: Tensor | undefined;
  /** First element in the parent. */
  readonly #from: number;
  #placement: Placement | undefined;

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

  /** Set for persistent tensors at once, for transient ones when the recording is planned. */
  get placement(): Placement | undefined {
    if (!this.#parent) return this.#placement;
    const whole = this.#parent.placement;
    return whole && { buffer: whole.buffer, offset: whole.offset + 4 * this.#from };
  }

  set placement(placement: Placement | undefined) {
    if (this.#parent) throw new TypeError(`${this.name} lies where ${this.#parent.name} lies`);
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

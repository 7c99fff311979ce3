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
  /** Bytes; a multiple of the adapter's storage offset alignment (256). */
  readonly offset: number;
}

/** A shape with, sooner or later, a place in GPU memory. */
export class Tensor {
  /** Number of elements. */
  readonly size: number;

  constructor(
    /** Name for messages, profiles and printed recordings. */
    readonly name: string,
    /** Extent of every axis, slowest first. */
    readonly shape: readonly number[],
    /** Set for persistent tensors at once, for transient ones when the recording is planned. */
    public placement?: Placement,
  ) {
    this.size = shape.reduce((product, extent) => product * extent, 1);
    if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new RangeError(`Cannot shape tensor "${name}" as [${shape}]: need positive integers`);
    }
  }

  /** Number of bytes. */
  get bytes(): number {
    return this.size * 4;
  }
}

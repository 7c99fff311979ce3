/**
 * Writes PyTorch's `.pt` format: a ZIP file with `archive/data.pkl`, a pickle (protocol 2) that
 * builds `{section: OrderedDict(name → tensor), "metadata": JSON string}`, and one entry
 * `archive/data/N` of raw little-endian values for each tensor. `torch.load(path,
 * weights_only=True)` of PyTorch 1.13 and later reads it.
 */

import { encodeMetadata } from "./metadata.ts";
import { Op } from "./pickle_opcodes.ts";
import { assertTensor, bytesOf, type Checkpoint, DTYPES, type HostTensor } from "./state_dict.ts";
import { encodeZip, type ZipEntry } from "./zip.ts";

class Pickler {
  #bytes: number[] = [];
  #memo = new Map<string, number>();

  op(...codes: number[]): this {
    this.#bytes.push(...codes);
    return this;
  }

  text(value: string): this {
    if (!value.isWellFormed()) {
      throw new TypeError(`Cannot write ${JSON.stringify(value)}: it is not valid Unicode`);
    }
    const bytes = new TextEncoder().encode(value);
    this.op(Op.binUnicode).#little(bytes.length, 4);
    for (const byte of bytes) this.#bytes.push(byte); // may be too long to spread
    return this;
  }

  integer(value: number): this {
    if (value < 0x100) return this.op(Op.binInt1, value);
    if (value < 0x80000000) return this.op(Op.binInt).#little(value, 4);
    return this.op(Op.long1, 8).#little(value, 8);
  }

  integers(values: readonly number[]): this {
    if (values.length === 0) return this.op(Op.emptyTuple);
    this.op(Op.mark);
    for (const value of values) this.integer(value);
    return this.op(Op.tuple);
  }

  /** A module-level name; spelled once, recalled from the memo afterwards. */
  global(module: string, name: string): this {
    const key = `${module}\n${name}\n`;
    const known = this.#memo.get(key);
    if (known !== undefined) return this.op(Op.binGet, known);
    this.#bytes.push(Op.global, ...new TextEncoder().encode(key));
    this.#memo.set(key, this.#memo.size);
    return this.op(Op.binPut, this.#memo.size - 1);
  }

  emptyOrderedDict(): this {
    return this.global("collections", "OrderedDict").op(Op.emptyTuple, Op.reduce);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #little(value: number, count: number): this {
    for (let i = 0; i < count; i++) {
      this.#bytes.push(value % 256);
      value = Math.floor(value / 256);
    }
    return this;
  }
}

/** Strides, in elements, of a row-major tensor. */
function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= Math.max(shape[axis], 1); // as PyTorch does for empty dimensions
  }
  return strides;
}

/** The call that rebuilds one tensor from storage number `index`. */
function pickleTensor(pickler: Pickler, tensor: HostTensor, index: number): void {
  pickler.global("torch._utils", "_rebuild_tensor_v2").op(Op.mark);
  pickler.op(Op.mark).text("storage").global("torch", DTYPES[tensor.dtype].torch)
    .text(String(index)).text("cpu").integer(tensor.data.length)
    .op(Op.tuple, Op.binPersId);
  pickler.integer(0) // offset in the storage
    .integers(tensor.shape)
    .integers(rowMajorStrides(tensor.shape))
    .op(Op.newFalse) // requires_grad
    .emptyOrderedDict(); // backward hooks
  pickler.op(Op.tuple, Op.reduce);
}

/**
 * A checkpoint as the bytes of a `.pt` file. Equal content gives equal bytes.
 *
 * @throws {TypeError} If a tensor contradicts itself, or a section is called `metadata`
 * @throws {RangeError} If the file would pass 4 GiB
 */
export function encodeTorch(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const pickler = new Pickler().op(Op.proto, 2, Op.emptyDict, Op.mark);
  const storages: ZipEntry[] = [];
  for (const [section, tensors] of checkpoint.sections) {
    if (section === "metadata") {
      throw new TypeError('Cannot write a section "metadata": the name is taken by the metadata');
    }
    pickler.text(section).emptyOrderedDict().op(Op.mark);
    for (const [name, tensor] of tensors) {
      assertTensor(name, tensor);
      pickleTensor(pickler.text(name), tensor, storages.length);
      storages.push({ name: `archive/data/${storages.length}`, content: bytesOf(tensor) });
    }
    pickler.op(Op.setItems);
  }
  pickler.text("metadata").text(encodeMetadata(checkpoint.metadata)).op(Op.setItems, Op.stop);
  const text = (value: string) => new TextEncoder().encode(value);
  return encodeZip([
    { name: "archive/data.pkl", content: pickler.bytes() },
    { name: "archive/byteorder", content: text("little") },
    ...storages,
    { name: "archive/version", content: text("3\n") },
  ]);
}

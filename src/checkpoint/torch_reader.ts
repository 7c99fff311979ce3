/**
 * Reads PyTorch's `.pt` files: those of {@linkcode encodeTorch}, and what `torch.save` makes of
 * `{"encoder": …, "model": …}` or of a bare state dict. Reads data only; nothing in a file is run.
 */

import { decodeMetadata } from "./metadata.ts";
import { type Refuse, refuser } from "./refuse.ts";
import {
  type Checkpoint,
  defaultSection,
  DTYPES,
  elementCount,
  type HostTensor,
  type JsonValue,
  type StateDict,
  tensorFromBytes,
} from "./state_dict.ts";
import { type StorageReference, TensorReference, unpickle } from "./unpickle.ts";
import { openZip, type PackedEntry } from "./zip.ts";

/** A state dict of 100,000 tensors takes about this much; more is not a model's. */
const MAXIMUM_PICKLE_BYTES = 16 * 2 ** 20;

/**
 * The bytes of a `.pt` file as a checkpoint.
 *
 * Every top-level dictionary of tensors becomes a section; a bare state dict becomes the section
 * `encoder` or `model` by its names; other plain values land in `metadata.extra`; whatever else
 * there is (an optimizer's state) is named in `ignored`. Strided tensors are made contiguous.
 *
 * @param file The whole file
 * @param source Named in errors, usually the path
 * @throws {UserError} If the file is damaged, of PyTorch's old format, or holds anything but data
 */
export function decodeTorch(file: Uint8Array, source: string): Checkpoint {
  const refuse: Refuse = refuser(source);
  if (file[0] === 0x80) { // a bare pickle; ZIP files start with "PK"
    refuse(
      "it is in PyTorch's format from before version 1.6. Save it again: " +
        `python3 -c "import torch; torch.save(torch.load('old.pt'), 'new.pt')"`,
    );
  }
  // What an honest file can unfold to; bounds hostile ones (ZIP bombs, stride-0 tensors).
  const budget = Math.max(64 * 2 ** 20, 16 * file.length);
  const archive = openZip(file, budget, refuse);
  const pickleName = archive.keys().find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickleName === undefined) return refuse("it has no data.pkl; not a file of torch.save");
  const prefix = pickleName.slice(0, -"data.pkl".length);
  if (archive.has(`${prefix}constants.pkl`)) {
    refuse("it is a TorchScript program. Save the state dict with torch.save instead");
  }
  const pickle = archive.get(pickleName)!;
  if (pickle.size > MAXIMUM_PICKLE_BYTES) {
    refuse(`data.pkl takes ${pickle.size} bytes; too many for a state dict`);
  }
  const root = unpickle(pickle.read(), refuse);
  return interpret(root, tensorReader(archive, prefix, budget, refuse), refuse);
}

/** Reads tensors, each once however often it occurs, within the budget of bytes. */
function tensorReader(
  archive: ReadonlyMap<string, PackedEntry>,
  prefix: string,
  budget: number,
  refuse: Refuse,
) {
  const byteOrder = archive.get(`${prefix}byteorder`)?.read();
  const order = byteOrder === undefined ? "little" : new TextDecoder().decode(byteOrder);
  if (order !== "little" && order !== "big") refuse("its byte order is neither little nor big");
  const storages = new Map<string, Uint8Array>();
  const tensors = new Map<TensorReference, HostTensor>();
  let spent = 0;

  function storage({ dtype, key, count }: StorageReference): Uint8Array {
    const size = DTYPES[dtype].bytes;
    const name = `${prefix}data/${key}`;
    const known = storages.get(`${dtype} ${key}`);
    const bytes = known ?? archive.get(name)?.read() ?? refuse(`it has no entry "${name}"`);
    if (bytes.length !== count * size) {
      refuse(`storage ${key} has ${bytes.length} bytes, the tensors on it need ${count * size}`);
    }
    if (known !== undefined) return known;
    const ready = order === "big" && size > 1 ? reverseElements(bytes, size) : bytes;
    storages.set(`${dtype} ${key}`, ready);
    return ready;
  }

  return (reference: TensorReference): HostTensor => {
    const known = tensors.get(reference);
    if (known !== undefined) return known;
    const { shape, strides, offset } = reference;
    const { dtype } = reference.storage;
    const size = DTYPES[dtype].bytes;
    const count = elementCount(shape);
    spent += count * size;
    if (spent > budget) refuse(`its tensors unfold to more than ${budget} bytes; refused`);
    const source = storage(reference.storage);
    const bytes = isContiguous(shape, strides)
      ? source.subarray(offset * size, (offset + count) * size)
      : gather(source, size, offset, shape, strides);
    const tensor = tensorFromBytes(dtype, shape, bytes);
    tensors.set(reference, tensor);
    return tensor;
  };
}

function reverseElements(bytes: Uint8Array, size: number): Uint8Array {
  const reversed = bytes.slice();
  for (let at = 0; at < reversed.length; at += size) reversed.subarray(at, at + size).reverse();
  return reversed;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 0) return true;
    if (shape[axis] > 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

/** Copies a strided view to row-major order; `size` bytes an element. */
function gather(
  source: Uint8Array,
  size: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const result = new Uint8Array(elementCount(shape) * size);
  for (let to = 0; to < result.length; to += size) {
    let from = offset;
    for (let axis = shape.length - 1, rest = to / size; axis >= 0; axis--) {
      from += rest % shape[axis] * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    for (let byte = 0; byte < size; byte++) result[to + byte] = source[from * size + byte];
  }
  return result;
}

function isTensorDictionary(value: unknown): value is Map<string, TensorReference> {
  return value instanceof Map &&
    value.entries().every(([key, member]) =>
      typeof key === "string" && member instanceof TensorReference
    );
}

function interpret(
  root: unknown,
  read: (reference: TensorReference) => HostTensor,
  refuse: Refuse,
): Checkpoint {
  if (!(root instanceof Map)) return refuse("it holds no dictionary at its top level");
  const stateDict = (members: Map<string, TensorReference>): StateDict =>
    new Map([...members].map(([name, reference]) => [name, read(reference)]));

  if (root.size > 0 && isTensorDictionary(root)) { // torch.save(model.state_dict(), path)
    const tensors = stateDict(root);
    return { sections: new Map([[defaultSection(tensors), tensors]]), metadata: {} };
  }
  const sections = new Map<string, StateDict>();
  const ignored: string[] = [];
  const extra: [string, JsonValue][] = [];
  let description: string | undefined;
  for (const [key, value] of root as Map<unknown, unknown>) {
    if (typeof key !== "string") {
      ignored.push(`an entry whose name is a ${typeof key}`);
    } else if (isTensorDictionary(value)) {
      sections.set(key, stateDict(value));
    } else if (key === "metadata" && typeof value === "string" && value.startsWith("{")) {
      description = value;
    } else if (["string", "number", "boolean"].includes(typeof value) || value === null) {
      extra.push([key, value as JsonValue]);
    } else {
      ignored.push(key);
    }
  }
  if (sections.size === 0 && description === undefined) {
    const names = [...root.keys()].slice(0, 10)
      .map((key) => typeof key === "string" ? key.slice(0, 60) : `a ${typeof key}`);
    refuse(
      'it holds no state dict; a file needs an entry "encoder" or "model". It has: ' +
        (names.join(", ") || "nothing"),
    );
  }
  const metadata = decodeMetadata(description, refuse);
  return {
    sections,
    metadata: extra.length === 0 ? metadata : {
      ...metadata,
      extra: Object.fromEntries(Object.entries(metadata.extra ?? {}).concat(extra)),
    },
    ...(ignored.length > 0 ? { ignored } : {}),
  };
}

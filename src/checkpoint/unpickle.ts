/**
 * A pickle machine that can build dictionaries, lists, tuples, plain values and descriptions of
 * tensors, and nothing else. A pickle is a program; this one runs it with an allow-list of
 * opcodes and names, so that no file can call anything (compare CVE-2025-32434, where PyTorch's own
 * restricted reader could be talked into more). Opcodes: CPython `Lib/pickletools.py`.
 *
 * @module
 */

import { STORAGE_CLASSES } from "./torch_writer.ts";
import type { DType } from "./state_dict.ts";

/** A problem in the pickle; the reader of the file adds which file it was. */
export class PickleError extends Error {
  override name = "PickleError";
}

/** A Python tuple. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** An allowed module-level name. */
class Global {
  constructor(readonly name: string) {}
}

/** A storage: `count` elements in the archive's entry `data/key`. */
export class StorageReference {
  constructor(readonly dtype: DType, readonly key: string, readonly count: number) {}
}

/** A tensor that has not been read yet: a strided view of a storage, in elements. */
export class TensorReference {
  constructor(
    readonly storage: StorageReference,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const STORAGE_DTYPES = new Map(
  Object.entries(STORAGE_CLASSES).map(([dtype, name]) => [`torch.${name}`, dtype as DType]),
);

const ORDERED_DICT = "collections.OrderedDict";
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
const SIZE = "torch.Size";
const CALLABLE = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, SIZE]);

/** Containers that a pickle may create; a state dict needs about five for each tensor. */
const MAXIMUM_CONTAINERS = 1_000_000;
/** PyTorch's own limit of dimensions. */
const MAXIMUM_DIMENSIONS = 64;
const MAXIMUM_NAME_BYTES = 256;

/**
 * Runs a pickle of protocol 2.
 *
 * Dictionaries (also ordered ones) come back as `Map`, lists as arrays, tuples as
 * {@linkcode PickleTuple}, tensors as {@linkcode TensorReference}, integers beyond 2⁵³ are refused.
 * Time and memory are linear in the length of the pickle. The result may share parts and may
 * contain itself.
 *
 * @throws {PickleError} If the pickle is damaged or asks for anything else
 */
export function unpickle(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, unknown>();
  const marked: unknown[][] = []; // stacks set aside by MARK
  let stack: unknown[] = [];
  let position = 0;
  let containers = 0;

  function fail(problem: string): never {
    throw new PickleError(`${problem} (byte ${position} of data.pkl)`);
  }
  /** Moves on by so many bytes and returns where they began. */
  function take(count: number): number {
    if (position + count > bytes.length) fail("the pickle ends early");
    position += count;
    return position - count;
  }
  function pop(): unknown {
    if (stack.length === 0) fail("the pickle takes from an empty stack");
    return stack.pop();
  }
  function top(): unknown {
    if (stack.length === 0) fail("the pickle looks at an empty stack");
    return stack[stack.length - 1];
  }
  function popMarked(): unknown[] {
    const items = stack;
    stack = marked.pop() ?? fail("the pickle closes what it never opened");
    return items;
  }
  function container<T>(made: T): T {
    if (++containers > MAXIMUM_CONTAINERS) fail(`more than ${MAXIMUM_CONTAINERS} containers`);
    return made;
  }
  function text(count: number): string {
    const start = take(count);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
        .decode(bytes.subarray(start, start + count));
    } catch {
      return fail("a string is not UTF-8");
    }
  }
  function line(): string {
    const end = bytes.indexOf(0x0a, position);
    if (end < 0 || end - position > MAXIMUM_NAME_BYTES) fail("a name has no end");
    const found = text(end - position);
    position++;
    return found;
  }
  function dictionary(value: unknown): Map<unknown, unknown> {
    return value instanceof Map ? value : fail("the pickle puts a key into what is no dictionary");
  }
  function recall(index: number): unknown {
    if (!memo.has(index)) fail(`the pickle recalls memo ${index}, which is empty`);
    return memo.get(index);
  }

  function global(): Global {
    const name = `${line()}.${line()}`;
    if (!CALLABLE.has(name) && !STORAGE_DTYPES.has(name)) {
      fail(
        `it asks for ${
          JSON.stringify(name)
        }, which is neither a tensor nor a dictionary; refused. ` +
          'Save the weights alone: torch.save({"model": model.state_dict()}, path)',
      );
    }
    return new Global(name);
  }

  function call(callable: unknown, argument: unknown): unknown {
    if (!(callable instanceof Global) || !(argument instanceof PickleTuple)) {
      return fail("the pickle calls what cannot be called");
    }
    const { items } = argument;
    switch (callable.name) {
      case ORDERED_DICT:
        return container(orderedDictionary(items));
      case REBUILD_TENSOR:
        return tensor(items);
      case REBUILD_PARAMETER: // (data, requires_grad, hooks)
        return items[0] instanceof TensorReference ? items[0] : fail("a parameter has no tensor");
      case SIZE:
        return items.length === 1 && items[0] instanceof PickleTuple
          ? items[0]
          : fail("a torch.Size has no dimensions");
      default:
        return fail(`the pickle calls ${callable.name}`);
    }
  }

  /** `OrderedDict()` or, as old Pythons wrote it, `OrderedDict([[key, value], …])`. */
  function orderedDictionary(items: readonly unknown[]): Map<unknown, unknown> {
    const made = new Map<unknown, unknown>();
    const [pairs = []] = items;
    if (items.length > 1 || !Array.isArray(pairs)) fail("an OrderedDict is malformed");
    for (const pair of pairs as unknown[]) {
      const members = pair instanceof PickleTuple ? pair.items : pair;
      if (!Array.isArray(members) || members.length !== 2) fail("an OrderedDict is malformed");
      made.set((members as unknown[])[0], (members as unknown[])[1]);
    }
    return made;
  }

  /** (storage, offset, size, stride, requires_grad, hooks, …) */
  function tensor(items: readonly unknown[]): TensorReference {
    const [storage, offset, size, stride] = items;
    if (!(storage instanceof StorageReference) || !isNatural(offset)) {
      return fail("a tensor has no storage");
    }
    const shape = naturals(size);
    const strides = naturals(stride);
    if (shape.length !== strides.length) fail("a tensor has other strides than dimensions");
    let last = offset;
    let elements = 1;
    for (let axis = 0; axis < shape.length; axis++) {
      elements *= shape[axis];
      last += (shape[axis] - 1) * strides[axis];
      if (elements > Number.MAX_SAFE_INTEGER) fail("a tensor has an impossible shape");
    }
    if (elements > 0 && last >= storage.count) {
      fail(
        `a tensor of shape [${shape}], strides [${strides}] at ${offset} ` +
          `passes the end of its storage of ${storage.count}`,
      );
    }
    return new TensorReference(storage, offset, shape, strides);
  }

  function naturals(value: unknown): readonly number[] {
    const items = value instanceof PickleTuple ? value.items : value;
    if (!Array.isArray(items) || items.length > MAXIMUM_DIMENSIONS || !items.every(isNatural)) {
      return fail("a tensor has a malformed shape or stride");
    }
    return items;
  }

  /** ("storage", storage class, key, location, count) */
  function persistent(value: unknown): StorageReference {
    const items = value instanceof PickleTuple ? value.items : [];
    const [kind, type, key, , count] = items;
    const dtype = type instanceof Global ? STORAGE_DTYPES.get(type.name) : undefined;
    if (
      kind !== "storage" || dtype === undefined || typeof key !== "string" || !isNatural(count)
    ) {
      return fail("a storage is malformed");
    }
    return new StorageReference(dtype, key, count);
  }

  while (true) {
    const opcode = bytes[take(1)];
    switch (opcode) {
      case 0x80: { // PROTO
        const protocol = bytes[take(1)];
        if (protocol !== 2) fail(`pickle protocol ${protocol}; save with PyTorch's default, 2`);
        break;
      }
      case 0x2e: // STOP
        if (stack.length !== 1 || marked.length > 0) fail("the pickle stops amid its work");
        return stack[0];
      case 0x28: // MARK
        marked.push(container(stack));
        stack = [];
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(bytes[take(1)]);
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: { // LONG1: little-endian two's complement
        const count = bytes[take(1)];
        const start = take(count);
        let value = 0n;
        for (let i = count - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[start + i]);
        value = BigInt.asIntN(8 * count, value);
        if (!Number.isSafeInteger(Number(value))) fail(`an integer of ${count} bytes`);
        stack.push(Number(value));
        break;
      }
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x55: { // SHORT_BINSTRING, Python 2's str
        const count = bytes[take(1)];
        const start = take(count);
        stack.push(String.fromCharCode(...bytes.subarray(start, start + count)));
        break;
      }
      case 0x7d: // EMPTY_DICT
        stack.push(container(new Map()));
        break;
      case 0x5d: // EMPTY_LIST
        stack.push(container([]));
        break;
      case 0x29: // EMPTY_TUPLE
        stack.push(container(new PickleTuple([])));
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: { // TUPLE3
        const items: unknown[] = [];
        for (let i = 0x84; i < opcode; i++) items.unshift(pop());
        stack.push(container(new PickleTuple(items)));
        break;
      }
      case 0x74: { // TUPLE
        const items = popMarked();
        stack.push(container(new PickleTuple(items)));
        break;
      }
      case 0x61: { // APPEND
        const item = pop();
        const list = top();
        if (!Array.isArray(list)) return fail("the pickle appends to what is no list");
        list.push(item);
        break;
      }
      case 0x65: { // APPENDS
        const items = popMarked();
        const list = top();
        if (!Array.isArray(list)) return fail("the pickle appends to what is no list");
        for (const item of items) list.push(item);
        break;
      }
      case 0x73: { // SETITEM
        const value = pop();
        const key = pop();
        dictionary(top()).set(key, value);
        break;
      }
      case 0x75: { // SETITEMS
        const items = popMarked();
        const target = dictionary(top());
        if (items.length % 2 === 1) fail("a key has no value");
        for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
        break;
      }
      case 0x71: // BINPUT
        memo.set(bytes[take(1)], top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x68: // BINGET
        stack.push(recall(bytes[take(1)]));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(view.getUint32(take(4), true)));
        break;
      case 0x63: // GLOBAL
        stack.push(container(global()));
        break;
      case 0x52: { // REDUCE
        const argument = pop();
        const callable = pop();
        stack.push(call(callable, argument));
        break;
      }
      case 0x51: // BINPERSID
        stack.push(container(persistent(pop())));
        break;
      case 0x62: { // BUILD: attributes of an OrderedDict (a module's _metadata), not needed here
        const state = pop();
        dictionary(top());
        if (!(state instanceof Map)) fail("an OrderedDict has malformed attributes");
        break;
      }
      default:
        fail(
          `opcode 0x${opcode.toString(16).padStart(2, "0")} is not allowed; only files made by ` +
            "torch.save from dictionaries of tensors are read",
        );
    }
  }
}

function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * A pickle machine that can build dictionaries, lists, tuples, plain values and descriptions of
 * tensors, and nothing else. A pickle is a program; this one runs it with an allow-list of
 * opcodes and names, so that no file can call anything (compare CVE-2025-32434, where PyTorch's own
 * restricted reader could be talked into more). Opcodes: CPython `Lib/pickletools.py`.
 */

import { Op } from "./pickle_opcodes.ts";
import type { Refuse } from "./refuse.ts";
import { type DType, DTYPES, isCount } from "./state_dict.ts";

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
  Object.entries(DTYPES).map(([dtype, { torch }]) => [`torch.${torch}`, dtype as DType]),
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
 * @param refuse Called if the pickle is damaged or asks for anything else
 */
export function unpickle(bytes: Uint8Array, refuse: Refuse): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, unknown>();
  const marked: unknown[][] = []; // stacks set aside by MARK
  let stack: unknown[] = [];
  let position = 0;
  let containers = 0;

  function fail(problem: string): never {
    return refuse(`${problem} (byte ${position} of data.pkl)`);
  }
  /** Skips so many bytes and returns the position of the first. */
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
  function append(items: readonly unknown[]): void {
    const list = top();
    if (!Array.isArray(list)) return fail("the pickle appends to what is no list");
    for (const item of items) list.push(item);
  }
  function setItems(items: readonly unknown[]): void {
    const target = dictionary(top());
    if (items.length % 2 === 1) fail("a key has no value");
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
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
      const quoted = JSON.stringify(name);
      fail(
        `it asks for ${quoted}, which is neither a tensor nor a dictionary; refused. ` +
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
    if (!(storage instanceof StorageReference) || !isCount(offset)) {
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
    if (!Array.isArray(items) || items.length > MAXIMUM_DIMENSIONS || !items.every(isCount)) {
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
      kind !== "storage" || dtype === undefined || typeof key !== "string" || !isCount(count)
    ) {
      return fail("a storage is malformed");
    }
    return new StorageReference(dtype, key, count);
  }

  const push = (value: unknown) => void stack.push(value);
  const pushContainer = (made: unknown) => push(container(made));
  const u8 = () => bytes[take(1)];
  const u32 = () => view.getUint32(take(4), true);

  /** All that a pickle can do. */
  const steps: { readonly [opcode: number]: () => void } = {
    [Op.proto]() {
      const protocol = u8();
      if (protocol !== 2) fail(`pickle protocol ${protocol}; save with PyTorch's default, 2`);
    },
    [Op.mark]() {
      marked.push(container(stack));
      stack = [];
    },
    [Op.none]: () => push(null),
    [Op.newTrue]: () => push(true),
    [Op.newFalse]: () => push(false),
    [Op.binInt1]: () => push(u8()),
    [Op.binInt2]: () => push(view.getUint16(take(2), true)),
    [Op.binInt]: () => push(view.getInt32(take(4), true)),
    [Op.long1]() {
      const count = u8();
      const start = take(count);
      let value = 0n;
      for (let i = count - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[start + i]);
      value = BigInt.asIntN(8 * count, value);
      if (!Number.isSafeInteger(Number(value))) fail(`an integer of ${count} bytes`);
      push(Number(value));
    },
    [Op.binFloat]: () => push(view.getFloat64(take(8), false)),
    [Op.binUnicode]: () => push(text(u32())),
    [Op.shortBinString]() {
      const count = u8();
      const start = take(count);
      push(String.fromCharCode(...bytes.subarray(start, start + count)));
    },
    [Op.emptyDict]: () => pushContainer(new Map()),
    [Op.emptyList]: () => pushContainer([]),
    [Op.emptyTuple]: () => pushContainer(new PickleTuple([])),
    [Op.tuple1]: () => pushContainer(new PickleTuple([pop()])),
    [Op.tuple2]: () => pushContainer(new PickleTuple([pop(), pop()].reverse())),
    [Op.tuple3]: () => pushContainer(new PickleTuple([pop(), pop(), pop()].reverse())),
    [Op.tuple]: () => pushContainer(new PickleTuple(popMarked())),
    [Op.append]: () => append([pop()]),
    [Op.appends]: () => append(popMarked()),
    [Op.setItem]: () => setItems([pop(), pop()].reverse()),
    [Op.setItems]: () => setItems(popMarked()),
    [Op.binPut]: () => void memo.set(u8(), top()),
    [Op.longBinPut]: () => void memo.set(u32(), top()),
    [Op.binGet]: () => push(recall(u8())),
    [Op.longBinGet]: () => push(recall(u32())),
    [Op.global]: () => pushContainer(global()),
    [Op.reduce]() {
      const argument = pop();
      push(call(pop(), argument));
    },
    [Op.binPersId]: () => pushContainer(persistent(pop())),
    [Op.build]() { // attributes of an OrderedDict (a module's _metadata), not needed here
      const state = pop();
      dictionary(top());
      if (!(state instanceof Map)) fail("an OrderedDict has malformed attributes");
    },
  };
  for (let opcode = u8(); opcode !== Op.stop; opcode = u8()) {
    const step = steps[opcode] ?? fail(
      `opcode 0x${opcode.toString(16).padStart(2, "0")} is not allowed; only files made by ` +
        "torch.save from dictionaries of tensors are read",
    );
    step();
  }
  if (stack.length !== 1 || marked.length > 0) fail("the pickle does not end with one value");
  return stack[0];
}

/**
 * The `.safetensors` format: 8 bytes header length (little-endian), a JSON header, the data.
 * Specification: https://github.com/huggingface/safetensors#format
 *
 * Sections. A file with one section carries plain tensor names, as other programs expect, and
 * `__metadata__.section` says which section it is. Any other number of sections prefixes every name
 * with `section/` and `__metadata__.sections` lists them (a JSON array). `__metadata__.ssrl_ecg`
 * holds {@linkcode CheckpointMetadata} as JSON.
 *
 * Order. The header lists tensors in registration order; the data is ordered by descending
 * element size (then registration order), which keeps every tensor aligned to its element size.
 */

import { decodeMetadata, encodeMetadata } from "./metadata.ts";
import { type Refuse, refuser } from "./refuse.ts";
import {
  assertTensor,
  bytesOf,
  type Checkpoint,
  defaultSection,
  type DType,
  DTYPES,
  type HostTensor,
  isCount,
  type StateDict,
  tensorFromBytes,
} from "./state_dict.ts";
import { parseStrictJson, type StrictJson } from "./strict_json.ts";

/** Largest header that the format's own library accepts. */
const MAXIMUM_HEADER_BYTES = 100_000_000;

const DTYPE_OF_CODE = new Map(
  Object.entries(DTYPES).map(([dtype, { safetensors }]) => [safetensors, dtype as DType]),
);

/**
 * A checkpoint as the bytes of a `.safetensors` file. Equal content gives equal bytes.
 *
 * @throws {TypeError} If a tensor contradicts itself or a name cannot be written
 */
export function encodeSafetensors(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { sections } = checkpoint;
  const single = sections.size === 1;
  const entries: { name: string; tensor: HostTensor; start: number }[] = [];
  for (const [section, tensors] of sections) {
    if (section.includes("/") || !section.isWellFormed()) {
      throw new TypeError(`Cannot write section "${section}": a section name holds no slash`);
    }
    for (const [key, tensor] of tensors) {
      const name = single ? key : `${section}/${key}`;
      if (name === "__metadata__" || !name.isWellFormed()) {
        throw new TypeError(`Cannot write tensor "${name}": the name is not allowed in the header`);
      }
      assertTensor(name, tensor);
      entries.push({ name, tensor, start: 0 });
    }
  }
  // Array.sort is stable: equal sizes stay in registration order.
  const bySize = [...entries].sort((a, b) =>
    DTYPES[b.tensor.dtype].bytes - DTYPES[a.tensor.dtype].bytes
  );
  let dataBytes = 0;
  for (const entry of bySize) {
    entry.start = dataBytes;
    dataBytes += entry.tensor.data.byteLength;
  }
  const [first] = sections.keys();
  const members = [
    ["__metadata__", {
      format: "pt", // what transformers and others look for
      ...(single ? { section: first } : { sections: JSON.stringify([...sections.keys()]) }),
      ssrl_ecg: encodeMetadata(checkpoint.metadata),
    }],
    ...entries.map(({ name, tensor, start }) => [name, {
      dtype: DTYPES[tensor.dtype].safetensors,
      shape: tensor.shape,
      data_offsets: [start, start + tensor.data.byteLength],
    }]),
  ].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8; // padded with spaces: data starts aligned
  const file = new Uint8Array(8 + headerBytes + dataBytes).fill(0x20, 8, 8 + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, 8);
  for (const { tensor, start } of bySize) file.set(bytesOf(tensor), 8 + headerBytes + start);
  return file;
}

/**
 * The bytes of a `.safetensors` file as a checkpoint. Accepts exactly what the format allows: a
 * header within bounds, known dtypes, unique names, shapes that fit their ranges, ranges that cover
 * the data without gap or overlap.
 *
 * @param file The whole file
 * @param source Named in errors, usually the path
 * @throws {UserError} If the file breaks a rule; the message says which
 */
export function decodeSafetensors(file: Uint8Array, source: string): Checkpoint {
  const refuse: Refuse = refuser(source);
  if (file.length < 8) refuse(`${file.length} bytes are too short for a .safetensors file`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > Math.min(MAXIMUM_HEADER_BYTES, file.length - 8)) {
    refuse(
      `the header claims ${headerBytes} bytes, the file holds ${file.length}; ` +
        "it is truncated or not a .safetensors file",
    );
  }
  if (file[8] !== 0x7b) refuse('the header does not start with "{"; not a .safetensors file');
  let header: StrictJson;
  try {
    const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    header = parseStrictJson(utf8.decode(file.subarray(8, 8 + headerBytes)));
  } catch (error) {
    refuse(`the header is not valid JSON: ${(error as Error).message}`);
  }
  if (!(header instanceof Map)) return refuse("the header is not a JSON object");

  const data = file.subarray(8 + headerBytes);
  const ranges: { name: string; start: number; end: number }[] = [];
  const tensors: StateDict = new Map();
  for (const [name, entry] of header) {
    if (name === "__metadata__") continue;
    const { dtype, shape, start, end } = readEntry(name, entry, data.length, refuse);
    ranges.push({ name, start, end });
    tensors.set(name, tensorFromBytes(dtype, shape, data.subarray(start, end)));
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  for (const { name, start, end } of ranges) {
    if (start !== covered) {
      refuse(
        `tensor "${name}" starts at byte ${start}, the one before ends at ${covered}; ` +
          "ranges must neither overlap nor leave gaps",
      );
    }
    covered = end;
  }
  if (covered !== data.length) {
    refuse(`tensors cover ${covered} of ${data.length} bytes; the file is damaged`);
  }
  const notes = readNotes(header.get("__metadata__"), refuse);
  return {
    sections: splitSections(tensors, notes, refuse),
    metadata: decodeMetadata(notes.get("ssrl_ecg"), refuse),
  };
}

const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(isCount);

function readEntry(name: string, entry: StrictJson, dataBytes: number, refuse: Refuse) {
  if (!(entry instanceof Map)) return refuse(`the entry of tensor "${name}" is not an object`);
  for (const field of entry.keys()) {
    if (!["dtype", "shape", "data_offsets"].includes(field)) {
      refuse(`tensor "${name}" has an unknown field "${field}"`);
    }
  }
  const [code, shape, offsets] = ["dtype", "shape", "data_offsets"].map((key) => entry.get(key));
  const dtype = DTYPE_OF_CODE.get(code as string);
  if (dtype === undefined) {
    const known = [...DTYPE_OF_CODE.keys()];
    return refuse(`tensor "${name}" has dtype ${JSON.stringify(code)}; known are ${known}`);
  }
  if (!areCounts(shape)) return refuse(`tensor "${name}" has no valid shape`);
  if (!areCounts(offsets) || offsets.length !== 2) {
    return refuse(`tensor "${name}" has no valid data_offsets`);
  }
  const [start, end] = offsets;
  if (start > end || end > dataBytes) {
    refuse(`tensor "${name}" claims bytes ${start} to ${end} of ${dataBytes}`);
  }
  // Before any use as a number: a product beyond 2^53, of a part of the dimensions too, is not exact.
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (count > Number.MAX_SAFE_INTEGER) refuse(`tensor "${name}" has an impossible shape`);
  }
  if (count * DTYPES[dtype].bytes !== end - start) {
    refuse(`tensor "${name}" of shape [${shape}] and dtype ${code} has ${end - start} bytes`);
  }
  return { dtype, shape, start, end };
}

function readNotes(notes: StrictJson | undefined, refuse: Refuse): Map<string, string> {
  if (notes === undefined) return new Map();
  if (!(notes instanceof Map)) return refuse("__metadata__ is not an object");
  for (const [key, value] of notes) {
    if (typeof value !== "string") refuse(`__metadata__ field "${key}" is not a string`);
  }
  return notes as Map<string, string>;
}

function splitSections(
  tensors: StateDict,
  notes: Map<string, string>,
  refuse: Refuse,
): Map<string, StateDict> {
  const listed = notes.get("sections");
  if (listed === undefined) {
    return new Map([[notes.get("section") ?? defaultSection(tensors), tensors]]);
  }
  let names: StrictJson;
  try {
    names = parseStrictJson(listed);
  } catch {
    refuse("__metadata__ field sections is not JSON");
  }
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    return refuse("__metadata__ field sections is not a list of names");
  }
  const sections = new Map<string, StateDict>(names.map((name) => [name as string, new Map()]));
  for (const [name, tensor] of tensors) {
    const slash = name.indexOf("/");
    const section = sections.get(name.slice(0, Math.max(slash, 0)));
    if (slash < 0 || section === undefined) {
      return refuse(`tensor "${name}" belongs to none of the sections ${listed}`);
    }
    section.set(name.slice(slash + 1), tensor);
  }
  return sections;
}

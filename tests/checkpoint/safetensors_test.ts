import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { asFloat32 } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { inRepository } from "../support/paths.ts";
import { arbitraryCheckpoint, assertSameCheckpoint } from "./arbitrary_checkpoint.ts";
import { float32Tensor, int64Scalar } from "../support/tensors.ts";

const folder = inRepository("tests/fixtures/checkpoints");

/** A file with this header text and so many zero bytes of data. */
function fileOf(header: string, dataBytes = 0, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const entry = (shape: string, start: number | string, end: number | string, dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${start},${end}]}`;

Deno.test("decodeSafetensors() reads a file of the format's own library", () => {
  const { sections, metadata } = decodeSafetensors(
    Deno.readFileSync(`${folder}/safetensors.safetensors`),
    "fixture",
  );
  const expected = JSON.parse(Deno.readTextFileSync(`${folder}/safetensors.json`));
  assertEquals([...sections.keys()], ["encoder"]); // recognized by its names
  assertEquals(metadata, {});
  const tensors = sections.get("encoder")!;
  assertEquals([...tensors.keys()].sort(), Object.keys(expected.tensors).sort());
  for (
    const [name, { dtype, shape, values }] of Object.entries<
      { dtype: string; shape: number[]; values: number[] }
    >(expected.tensors)
  ) {
    const tensor = tensors.get(name)!;
    assertEquals(tensor.dtype as string, dtype, name);
    assertEquals(tensor.shape, shape, name);
    // Math.fround: float64 values are rounded by asFloat32, all others are exact.
    assertEquals([...asFloat32(tensor)], values.map(Math.fround), name);
  }
});

Deno.test("encodeSafetensors() then decodeSafetensors() is the identity", () => {
  fc.assert(
    fc.property(arbitraryCheckpoint, (checkpoint) => {
      assertSameCheckpoint(decodeSafetensors(encodeSafetensors(checkpoint), "x"), checkpoint);
    }),
    { numRuns: 150 },
  );
});

Deno.test("encodeSafetensors() writes plain names for one section, prefixed for several", () => {
  const tensors = new Map([["w", float32Tensor([1], Float32Array.of(1))], ["n", int64Scalar(3)]]);
  const names = (file: Uint8Array) => {
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    return JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  };
  const one = names(encodeSafetensors({ sections: new Map([["model", tensors]]), metadata: {} }));
  assertEquals(Object.keys(one), ["__metadata__", "w", "n"]);
  assertEquals(one.__metadata__.section, "model");
  assertEquals(one.n.data_offsets, [0, 8]); // wide elements first: all aligned
  assertEquals(one.w.data_offsets, [8, 12]);
  const sections = new Map([["encoder", tensors], ["model", tensors]]);
  const two = names(encodeSafetensors({ sections, metadata: {} }));
  assertEquals(Object.keys(two), [
    "__metadata__",
    "encoder/w",
    "encoder/n",
    "model/w",
    "model/n",
  ]);
});

const hostile: [what: string, file: Uint8Array, message: string][] = [
  ["nothing", new Uint8Array(0), "too short"],
  ["a header longer than the file", fileOf("{}", 0, 3n), "truncated"],
  ["a header of 2^63 bytes", fileOf("{}", 0, 2n ** 63n), "truncated"],
  ["a header that is a list", fileOf("[]"), "does not start with"],
  ["a header that starts with a space", fileOf(" {}"), "does not start with"],
  ["a header cut short", fileOf('{"a":'), "not valid JSON"],
  ["bytes that are not UTF-8", fileOf("{}").fill(0xff, 9, 10), "not valid JSON"],
  [
    "a name twice",
    fileOf(`{"a":${entry("[1]", 0, 4)},"a":${entry("[1]", 0, 4)}}`, 4),
    '"a" appears twice',
  ],
  ["an unknown dtype", fileOf(`{"a":${entry("[4]", 0, 4, "F8_E4M3")}}`, 4), "F8_E4M3"],
  ["a shape that does not fit", fileOf(`{"a":${entry("[2]", 0, 4)}}`, 4), "shape [2]"],
  ["a negative dimension", fileOf(`{"a":${entry("[-1]", 0, 4)}}`, 4), "no valid shape"],
  ["a fractional dimension", fileOf(`{"a":${entry("[1.5]", 0, 6)}}`, 6), "no valid shape"],
  [
    "a shape whose product overflows",
    fileOf(`{"a":${entry("[4294967296,4294967296]", 0, 0)}}`),
    "impossible shape",
  ],
  ["a range beyond the data", fileOf(`{"a":${entry("[2]", 0, 8)}}`, 4), "claims bytes 0 to 8"],
  ["a range backwards", fileOf(`{"a":${entry("[0]", 4, 0)}}`, 4), "claims bytes 4 to 0"],
  [
    "ranges that overlap",
    fileOf(`{"a":${entry("[2]", 0, 8)},"b":${entry("[2]", 4, 12)}}`, 12),
    "overlap",
  ],
  [
    "ranges that leave a gap",
    fileOf(`{"a":${entry("[1]", 0, 4)},"b":${entry("[1]", 8, 12)}}`, 12),
    "gaps",
  ],
  [
    "an empty tensor amid another",
    fileOf(
      `{"a":${entry("[2]", 0, 8)},"b":${entry("[0]", 4, 4)}}`,
      8,
    ),
    "overlap",
  ],
  ["data that nobody claims", fileOf(`{"a":${entry("[1]", 0, 4)}}`, 8), "cover 4 of 8"],
  ["deep nesting", fileOf(`{"a":${"[".repeat(50_000)}`), "deeper than"],
  ["an unknown field", fileOf(`{"a":{"x":1}}`), 'unknown field "x"'],
  ["metadata that is no text", fileOf(`{"__metadata__":{"section":1}}`), "not a string"],
  ["our metadata broken", fileOf(`{"__metadata__":{"ssrl_ecg":"{"}}`), "not JSON"],
  [
    "our metadata of the wrong type",
    fileOf(`{"__metadata__":{"ssrl_ecg":"{\\"epoch\\":\\"x\\"}"}}`),
    "epoch must be a whole number",
  ],
  [
    "metadata of a later version",
    fileOf(`{"__metadata__":{"ssrl_ecg":"{\\"format_version\\":99}"}}`),
    "version 99",
  ],
];

for (const [what, file, message] of hostile) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    const error = assertThrows(() => decodeSafetensors(file, "evil.st"), UserError, message);
    assert(error.message.includes('"evil.st"'), "names the file");
  });
}

Deno.test("decodeSafetensors() gives a value or a UserError for any bytes and any mutation", () => {
  const valid = encodeSafetensors({
    sections: new Map([["model", new Map([["w", float32Tensor([2], new Float32Array(2))]])]]),
    metadata: { method: "simclr" },
  });
  const tryIt = (file: Uint8Array) => {
    try {
      decodeSafetensors(file, "x");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), tryIt), { numRuns: 300 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.nat({ max: valid.length }),
      (changes, length) => {
        const file = valid.slice(0, Math.max(length, 1));
        for (const [at, value] of changes) if (at < file.length) file[at] = value;
        tryIt(file);
        const whole = valid.slice();
        for (const [at, value] of changes) whole[at] = value;
        tryIt(whole);
      },
    ),
    { numRuns: 500 },
  );
});

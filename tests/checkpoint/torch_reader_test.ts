import { assert, assertEquals, assertThrows } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { asFloat32 } from "../../src/checkpoint/state_dict.ts";
import { decodeTorch } from "../../src/checkpoint/torch_reader.ts";
import { encodeTorch } from "../../src/checkpoint/torch_writer.ts";
import { encodeZip } from "../../src/checkpoint/zip.ts";
import { UserError } from "../../src/errors.ts";
import { inRepository } from "../support/paths.ts";
import { arbitraryCheckpoint, assertSameCheckpoint } from "./arbitrary_checkpoint.ts";
import { float32Tensor, int64Scalar } from "../support/tensors.ts";

const folder = inRepository("tests/fixtures/checkpoints");

for (const version of ["1_13", "2_14"]) {
  Deno.test(`decodeTorch() reads what PyTorch ${version.replace("_", ".")} saves`, () => {
    const file = Deno.readFileSync(`${folder}/torch_${version}.pt`);
    const { sections, metadata, ignored } = decodeTorch(file, "fixture");
    const expected: Record<
      string,
      Record<string, { dtype: string; shape: number[]; values: (number | string)[] }>
    > = JSON.parse(Deno.readTextFileSync(`${folder}/torch_${version}.json`));
    assertEquals([...sections.keys()], Object.keys(expected));
    assertEquals(metadata, { extra: { epoch: 3, note: "é", best: null, big: 2 ** 40 } });
    assertEquals(ignored, ["optimizer"]);
    for (const [section, tensors] of sections) {
      assertEquals([...tensors.keys()], Object.keys(expected[section])); // order included
      for (const [name, tensor] of tensors) {
        const { dtype, shape, values } = expected[section][name];
        assertEquals(tensor.dtype as string, dtype, name);
        assertEquals(tensor.shape, shape, name);
        // Exact: float64 alone is rounded, by asFloat32. JSON has no infinity.
        const numbers = values.map((value) => Math.fround(value === "inf" ? Infinity : +value));
        assertEquals([...asFloat32(tensor)], numbers, name);
      }
    }
  });

  Deno.test(`decodeTorch() reads a bare state dict of PyTorch ${version.replace("_", ".")}`, () => {
    const { sections } = decodeTorch(Deno.readFileSync(`${folder}/bare_${version}.pt`), "bare");
    assertEquals([...sections.keys()], ["model"]);
    assertEquals([...sections.get("model")!.keys()], [
      "0.weight",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
      "1.num_batches_tracked",
    ]);
    assertEquals(sections.get("model")!.get("1.num_batches_tracked")!.data, BigInt64Array.of(1n));
  });
}

Deno.test("decodeTorch() says how to save PyTorch's old format again", () => {
  assertThrows(
    () => decodeTorch(Deno.readFileSync(`${folder}/legacy.pt`), "legacy.pt"),
    UserError,
    "before version 1.6",
  );
});

Deno.test("encodeTorch() then decodeTorch() is the identity", () => {
  fc.assert(
    fc.property(arbitraryCheckpoint, (checkpoint) => {
      assertSameCheckpoint(decodeTorch(encodeTorch(checkpoint), "x"), checkpoint);
    }),
    { numRuns: 150 },
  );
});

/** A pickle assembled from opcodes (numbers) and raw bytes (text up to U+00FF). */
const pickle = (...parts: (number | string)[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : Array.from(part, (letter) => letter.charCodeAt(0))
    ),
  );
const unicode = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;

/** An archive around a pickle, with one storage of 4 floats. */
const archive = (data: Uint8Array) =>
  encodeZip([
    { name: "a/data.pkl", content: data },
    { name: "a/data/0", content: new Uint8Array(16) },
    { name: "a/version", content: pickle("3\n") },
  ]);

/** {"model": {"w": tensor(offset, size, stride)}} over that storage; arguments are opcodes. */
const tensorFile = (offset: string, size: string, stride: string, count = "K\x04", key = "0") =>
  archive(pickle(
    0x80,
    2,
    "}",
    unicode("model"),
    "}",
    unicode("w"),
    "ctorch._utils\n_rebuild_tensor_v2\n((",
    unicode("storage"),
    "ctorch\nFloatStorage\n",
    unicode(key),
    unicode("cpu"),
    count,
    "tQ",
    offset,
    size,
    stride,
    0x89,
    "ccollections\nOrderedDict\n)RtRss.",
  ));

const run = (...parts: (number | string)[]) => archive(pickle(0x80, 2, ...parts));

Deno.test("the assembled pickle of these tests is itself valid", () => {
  const { sections } = decodeTorch(tensorFile("K\x01", "(K\x03t", "(K\x01t"), "x");
  assertEquals(sections.get("model")!.get("w")!.shape, [3]);
});

/** `size` zeros, deflated, in an archive made by patching a stored one of equal packed bytes. */
function deflatedArchive(size: number, claimed: number): Uint8Array {
  const packed = new Uint8Array(deflateRawSync(new Uint8Array(size).fill(0x7d)));
  const file = encodeZip([{ name: "a/data.pkl", content: packed }]);
  const view = new DataView(file.buffer);
  const central = view.getUint32(file.length - 6, true);
  view.setUint16(central + 10, 8, true);
  view.setUint32(central + 24, claimed, true);
  return file;
}

const hostile: [what: string, file: Uint8Array, message: string][] = [
  ["nothing", new Uint8Array(0), "directory at its end is missing"],
  ["text", pickle("hello, I am no archive, and long enough"), "directory at its end is missing"],
  ["an archive without a pickle", encodeZip([{ name: "x", content: pickle("y") }]), "no data.pkl"],
  [
    "a TorchScript program",
    encodeZip([{ name: "a/data.pkl", content: pickle(".") }, {
      name: "a/constants.pkl",
      content: pickle("."),
    }]),
    "TorchScript",
  ],
  ["a call of os.system", run("cos\nsystem\n(", unicode("true"), "tR."), '"os.system"'],
  ["a call of eval", run("cbuiltins\neval\n(", unicode("1"), "tR."), '"builtins.eval"'],
  ["a pickled model class", run("cssrl_ecg.models\nNet\n)", 0x81, "."), "Save the weights alone"],
  ["a call of a storage class", run("ctorch\nFloatStorage\n)R."), "calls torch.FloatStorage"],
  ["a call of a string", run(unicode("os"), ")R."), "cannot be called"],
  ["NEWOBJ", run("ccollections\nOrderedDict\n)", 0x81, "."), "opcode 0x81"],
  ["INST", run("(ios\nsystem\n."), "opcode 0x69"],
  ["STACK_GLOBAL", run(unicode("os"), unicode("system"), 0x93, "."), "opcode 0x93"],
  ["an extension code", run(0x82, 1, "."), "opcode 0x82"],
  ["protocol 4", archive(pickle(0x80, 4, "N.")), "protocol 4"],
  ["a name without an end", run("cos" + "x".repeat(1000)), "no end"],
  ["an empty stack", run("."), "does not end with one value"],
  ["a pickle that only pops", run("R."), "empty stack"],
  ["a list closed before it opens", run("t."), "closes what it never opened"],
  ["an unset memo", run("h\x09."), "memo 9"],
  ["a string longer than the file", run("X\xff\xff\xff\x7fabc."), "ends early"],
  ["a key without a value", run("}(Nu."), "key has no value"],
  ["a pickle without STOP", run("N"), "ends early"],
  ["an integer of 200 bytes", run(0x8a, ...[200], "\x01".repeat(200), "."), "integer of 200 bytes"],
  ["attributes on a list", run("]}b."), "no dictionary"],
  ["a number at the top", run("K\x01."), "no dictionary at its top"],
  ["no state dict", run("}", unicode("config"), "]s."), "It has: config"],
  ["an offset beyond the storage", tensorFile("K\x02", "(K\x03t", "(K\x01t"), "passes the end"],
  ["strides beyond the storage", tensorFile("K\x00", "(K\x02t", "(K\x04t"), "passes the end"],
  ["a negative offset", tensorFile("J\xff\xff\xff\xff", "(K\x01t", "(K\x01t"), "no storage"],
  ["a negative dimension", tensorFile("K\x00", "(J\xff\xff\xff\xfft", "(K\x01t"), "malformed"],
  ["a negative stride", tensorFile("K\x03", "(K\x02t", "(J\xff\xff\xff\xfft"), "malformed"],
  ["more strides than dimensions", tensorFile("K\x00", "(K\x01t", "(K\x01K\x01t"), "other strides"],
  ["100 dimensions", tensorFile("K\x00", `(${"K\x01".repeat(100)}t`, "(t"), "malformed"],
  [
    "an impossible shape",
    tensorFile(
      "K\x00",
      `(${"J\xff\xff\xff\x7f".repeat(3)}t`,
      `(${"K\x00".repeat(3)}t`,
    ),
    "impossible shape",
  ],
  ["one value unfolded to 8 GB", tensorFile("K\x00", "(J\xff\xff\xff\x7ft", "(K\x00t"), "unfold"],
  ["a storage of another size", tensorFile("K\x00", "(K\x01t", "(K\x01t", "M\x00\x01"), "16 bytes"],
  [
    "a storage that is missing",
    tensorFile("K\x00", "(K\x01t", "(K\x01t", "K\x04", "9"),
    "a/data/9",
  ],
  [
    "a path as storage key",
    tensorFile("K\x00", "(K\x01t", "(K\x01t", "K\x04", "../.."),
    "no entry",
  ],
  ["a million lists", run("]".repeat(1_100_000), "."), "containers"],
  ["a ZIP bomb that admits it", deflatedArchive(2 ** 27, 2 ** 27), "bomb"],
  ["a ZIP bomb that lies", deflatedArchive(2 ** 22, 1000), "cannot be unpacked"],
  ["a ZIP that claims 4 GB", deflatedArchive(10, 0xfffffff0), "bomb"],
];

for (const [what, file, message] of hostile) {
  Deno.test(`decodeTorch() refuses ${what}`, () => {
    const error = assertThrows(() => decodeTorch(file, "evil.pt"), UserError, message);
    assert(error.message.startsWith('Cannot read checkpoint "evil.pt": '), error.message);
  });
}

Deno.test("decodeTorch() survives a dictionary that contains itself", () => {
  const file = run("}q\x00", unicode("self"), "h\x00s", unicode("model"), "}s.");
  assertEquals(decodeTorch(file, "x").ignored, ["self"]);
});

const valid = encodeTorch({
  sections: new Map([[
    "model",
    new Map([["w", float32Tensor([2, 2], new Float32Array(4))], ["n", int64Scalar(1)]]),
  ]]),
  metadata: { method: "simclr" },
});

function valueOrUserError(file: Uint8Array): boolean {
  try {
    decodeTorch(file, "x");
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}

Deno.test("decodeTorch() refuses a file cut anywhere", () => {
  for (let length = 0; length < valid.length; length++) {
    assertEquals(valueOrUserError(valid.subarray(0, length)), false, `cut at ${length}`);
  }
});

Deno.test("decodeTorch() notices any changed byte of a tensor", () => {
  const original = decodeTorch(valid, "x").sections.get("model")!.get("w")!;
  let refused = 0;
  for (let byte = 0; byte < valid.length; byte++) {
    const file = valid.slice();
    file[byte] ^= 0x10;
    try {
      const read = decodeTorch(file, "x").sections.get("model")?.get("w");
      if (read) assertEquals(asFloat32(read), asFloat32(original), `byte ${byte}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused++;
    }
  }
  assert(refused > 300, "checksums cover the content");
});

Deno.test("decodeTorch() gives a value or a UserError for any bytes and any mutation", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => void valueOrUserError(bytes)),
    {
      numRuns: 200,
    },
  );
  // Any pickle, with a right checksum around it, so that the machine itself is reached.
  const opcode = fc.constantFrom(
    ..."(.0NKMJXU})]ebaustRQbqrhjc\x80\x85\x86\x87\x88\x89\x8a".split("").map((c) =>
      c.charCodeAt(0)
    ),
  );
  const word = fc.constantFrom(
    unicode("w"),
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "ccollections\nOrderedDict\n",
    "ctorch\nFloatStorage\n",
    "K\x01",
    "h\x00",
    "q\x00",
  ).map((text) => [...pickle(text)]);
  const program = fc.array(
    fc.oneof(opcode.map((code) => [code]), word, fc.nat(255).map((b) => [b])),
    {
      maxLength: 60,
    },
  ).map((parts) => Uint8Array.from([0x80, 2, ...parts.flat(), 0x2e]));
  fc.assert(fc.property(program, (data) => void valueOrUserError(archive(data))), {
    numRuns: 2000,
  });
  // A valid pickle, mutated.
  const seedPickle = pickle(
    0x80,
    2,
    "}",
    unicode("model"),
    "}",
    unicode("w"),
    "ctorch._utils\n_rebuild_tensor_v2\n((",
    unicode("storage"),
    "ctorch\nFloatStorage\n",
    unicode("0"),
    unicode("cpu"),
    "K\x04tQK\x00(K\x02K\x02t(K\x02K\x01t",
    0x89,
    "ccollections\nOrderedDict\n)RtRss.",
  );
  assert(valueOrUserError(archive(seedPickle)), "the seed is valid");
  const changes = fc.array(fc.tuple(fc.nat(seedPickle.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(changes, (edits) => {
      const data = seedPickle.slice();
      for (const [at, value] of edits) data[at] = value;
      valueOrUserError(archive(data));
      const file = valid.slice();
      for (const [at, value] of edits) file[file.length - 1 - at * 2] = value; // the directory
      valueOrUserError(file);
    }),
    { numRuns: 1500 },
  );
});

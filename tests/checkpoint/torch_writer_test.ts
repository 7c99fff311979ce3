import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeTorch } from "../../src/checkpoint/torch_writer.ts";
import { decodeTorch } from "../../src/checkpoint/torch_reader.ts";
import {
  asFloat32,
  bytesOf,
  type Checkpoint,
  type HostTensor,
  tensorFromBytes,
} from "../../src/checkpoint/state_dict.ts";
import { inRepository } from "../support/paths.ts";
import { assertSameCheckpoint } from "./arbitrary_checkpoint.ts";
import { float32Tensor, int64Scalar } from "../support/tensors.ts";

const folder = inRepository("tests/fixtures/checkpoints");

/** Every dtype, a scalar, an empty tensor, a name beyond ASCII, two sections. */
function example(): Checkpoint {
  const weights = Float32Array.from({ length: 6 }, (_, i) => Math.fround(Math.sin(i)));
  const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer); // 1, -2
  const brains = new Uint8Array(Uint16Array.of(0x3f80, 0xc000).buffer); // 1, -2
  const doubles = new Uint8Array(Float64Array.of(0.1, -1e300).buffer);
  const model: [string, HostTensor][] = [
    ["float16", tensorFromBytes("float16", [2], halves)],
    ["bfloat16", tensorFromBytes("bfloat16", [2], brains)],
    ["float64", tensorFromBytes("float64", [2], doubles)],
    ["int32", tensorFromBytes("int32", [1], Uint8Array.of(255, 255, 255, 255))],
    ["int16", tensorFromBytes("int16", [1, 2], Uint8Array.of(1, 0, 0, 1))],
    ["int8", tensorFromBytes("int8", [2], Uint8Array.of(128, 1))],
    ["uint8", tensorFromBytes("uint8", [2], Uint8Array.of(128, 1))],
    ["bool", tensorFromBytes("bool", [3], Uint8Array.of(1, 0, 1))],
    ["empty", float32Tensor([0, 3], new Float32Array(0))],
    ["größe", float32Tensor([300], new Float32Array(300).fill(0.5))],
  ];
  return {
    sections: new Map([
      [
        "encoder",
        new Map([
          ["features.0.block.0.weight", float32Tensor([1, 2, 3], weights)],
          ["features.0.block.1.num_batches_tracked", int64Scalar(2n ** 40n)],
        ]),
      ],
      ["model", new Map(model)],
    ]),
    metadata: { method: "simclr", seed: 42, class_names: ["NORM", "MI"], normalisation: null },
  };
}

Deno.test("encodeTorch() writes the very bytes that PyTorch was seen to read", () => {
  // written.pt was loaded by PyTorch 1.13 and 2.14 (check_written.py). If the writer changes on
  // purpose: write it again, load it with both, commit.
  assertEquals(encodeTorch(example()), Deno.readFileSync(`${folder}/written.pt`));
});

Deno.test("encodeTorch() aligns every tensor to 64 bytes and leaves no time in the file", () => {
  const file = encodeTorch(example());
  const view = new DataView(file.buffer);
  let entries = 0;
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; entries++) {
    const data = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    assertEquals(data % 64, 0);
    assertEquals(view.getUint32(at + 10, true), 0x00210000, "1 January 1980, 00:00");
    at = data + view.getUint32(at + 22, true);
  }
  assertEquals(entries, 15); // 12 tensors, data.pkl, byteorder, version
});

Deno.test("encodeTorch() refuses contradictions before it writes", () => {
  const section = (tensor: HostTensor, name = "w") => ({
    sections: new Map([["model", new Map([[name, tensor]])]]),
    metadata: {},
  });
  const bad = { dtype: "float32", shape: [3], data: new Float32Array(2) } as const;
  assertThrows(() => encodeTorch(section(bad)), TypeError, "needs 3 values, got 2");
  const wrongArray = { dtype: "int64", shape: [2], data: new Float32Array(2) } as const;
  assertThrows(() => encodeTorch(section(wrongArray)), TypeError, "needs BigInt64Array");
  const fine = float32Tensor([1], new Float32Array(1));
  assertThrows(() => encodeTorch(section(fine, "\ud800")), TypeError, "not valid Unicode");
  assertThrows(
    () => encodeTorch({ sections: new Map([["metadata", new Map()]]), metadata: {} }),
    TypeError,
    "taken by the metadata",
  );
});

/** The first Python that has PyTorch: SSRL_ECG_PYTHON, python3 on the path, the system's. */
function pythonWithTorch(): string | undefined {
  const probe = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)";
  const candidates = [Deno.env.get("SSRL_ECG_PYTHON"), "python3", "/usr/bin/python3"];
  return candidates.find((python) => {
    try {
      return python !== undefined &&
        new Deno.Command(python, { args: ["-c", probe], stderr: "null" }).outputSync().success;
    } catch {
      return false;
    }
  });
}

const python = pythonWithTorch();
Deno.test({
  name:
    "encodeTorch() → torch.load(weights_only=True) → torch.save → decodeTorch() is the identity" +
    (python ? "" : " [skipped: no python3 with torch; set SSRL_ECG_PYTHON]"),
  ignore: python === undefined,
  fn() {
    const directory = Deno.makeTempDirSync();
    try {
      const [ours, theirs] = [`${directory}/ours.pt`, `${directory}/theirs.pt`];
      const checkpoint = example();
      Deno.writeFileSync(ours, encodeTorch(checkpoint));
      const { success, stdout, stderr } = new Deno.Command(python!, {
        args: [`${folder}/check_written.py`, ours, theirs],
      }).outputSync();
      assert(success, new TextDecoder().decode(stderr));
      const { sections } = JSON.parse(new TextDecoder().decode(stdout));
      for (const [section, tensors] of checkpoint.sections) {
        assertEquals(Object.keys(sections[section]), [...tensors.keys()]);
        for (const [name, tensor] of tensors) {
          const loaded = sections[section][name];
          assertEquals(loaded.dtype, tensor.dtype, name);
          assertEquals(loaded.shape, [...tensor.shape], name);
          assert(loaded.contiguous, name);
          assertEquals(loaded.values.map(Math.fround), [...asFloat32(tensor)], name);
        }
      }
      assertSameCheckpoint(decodeTorch(Deno.readFileSync(theirs), theirs), checkpoint);
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
});

Deno.test("encodeTorch() copies nothing but the viewed part of an array", () => {
  const whole = Float32Array.from({ length: 10 }, (_, i) => i);
  const part = float32Tensor([3], whole.subarray(4, 7));
  const file = encodeTorch({ sections: new Map([["m", new Map([["w", part]])]]), metadata: {} });
  const read = decodeTorch(file, "x").sections.get("m")!.get("w")!;
  assertEquals(bytesOf(read), bytesOf(part));
});

if (import.meta.main) { // deno run -A tests/checkpoint/torch_writer_test.ts: writes the fixture again
  Deno.writeFileSync(`${folder}/written.pt`, encodeTorch(example()));
}

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeNpy, encodeNpy, type NpyData } from "../../../src/data/files/npy.ts";
import { inRepository } from "../../support/paths.ts";
import { allowUserError, assertUserError } from "../../support/user_errors.ts";

const file = (name: string) => Deno.readFileSync(inRepository(`tests/fixtures/npy/${name}.npy`));

const VALUES = [0, 1, 2, 3, 100, 127];
const shape = [2, 3];

/** What `make_npy.py` saved. */
const ARRAYS: Readonly<Record<string, { data: NpyData; shape: number[] }>> = {
  int8: { data: Int8Array.from(VALUES), shape },
  uint8: { data: Uint8Array.from(VALUES), shape },
  int16: { data: Int16Array.from(VALUES), shape },
  uint16: { data: Uint16Array.from(VALUES), shape },
  int32: { data: Int32Array.from(VALUES), shape },
  uint32: { data: Uint32Array.from(VALUES), shape },
  int64: { data: BigInt64Array.from(VALUES.map(BigInt)), shape },
  uint64: { data: BigUint64Array.from(VALUES.map(BigInt)), shape },
  float32: { data: Float32Array.from(VALUES), shape },
  float64: { data: Float64Array.from(VALUES), shape },
  vector: { data: Float32Array.of(0.5, -1.25, Infinity, NaN), shape: [4] },
  scalar: { data: Float64Array.of(2.5), shape: [] },
  empty: { data: new Float32Array(0), shape: [0, 256] },
  cube: { data: Int32Array.from({ length: 24 }, (_, i) => i), shape: [2, 3, 4] },
};

for (const [name, array] of Object.entries(ARRAYS)) {
  Deno.test(`npy: ${name} has numpy.save's bytes, and is read back`, () => {
    assertEquals(encodeNpy(array), file(name));
    assertEquals(decodeNpy(file(name), name), array);
  });
}

Deno.test("encodeNpy() takes a part of a buffer, and shapes of any length", () => {
  const part = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  assertEquals(
    decodeNpy(encodeNpy({ data: part, shape: [2] }), "part").data,
    Float32Array.of(1, 2),
  );
  // Headers of every length modulo 64, the one that needs no padding included.
  for (let dimensions = 1; dimensions < 40; dimensions++) {
    const shape = new Array<number>(dimensions).fill(1);
    const bytes = encodeNpy({ data: Uint8Array.of(7), shape });
    assertEquals((bytes.length - 1) % 64, 0);
    assertEquals(decodeNpy(bytes, "deep"), { data: Uint8Array.of(7), shape });
  }
});

Deno.test("decodeNpy() takes bytes that lie anywhere", () => {
  const bytes = file("float64");
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assertEquals(decodeNpy(shifted.subarray(3), "shifted"), ARRAYS.float64);
});

Deno.test("encodeNpy() refuses a shape that does not fit", () => {
  const encode = (shape: number[]) => () => encodeNpy({ data: new Float32Array(6), shape });
  assertThrows(encode([2, 4]), RangeError, "6 numbers as shape [2,4]: it has 8");
  assertThrows(encode([]), RangeError, "it has 1");
  assertThrows(encode([-2, -3]), RangeError, "need whole numbers");
  assertThrows(encode([1.5, 4]), RangeError, "need whole numbers");
});

Deno.test("decodeNpy() says what it does not take", () => {
  const decode = (bytes: Uint8Array) => () => decodeNpy(bytes, "a.npy");
  assertUserError(decode(file("fortran")), "a.npy: it is in Fortran order");
  assertUserError(decode(file("big_endian")), "kind >f4, need one of |i1");
  assertUserError(decode(file("boolean")), "kind |b1");
  assertUserError(decode(file("objects")), "kind |O");
  assertUserError(decode(new Uint8Array(0)), "no .npy file");
  assertUserError(decode(new TextEncoder().encode("ecg_id,NORM\n1,0.5\n")), "no .npy file");
  const second = file("float32");
  second[6] = 2;
  assertUserError(decode(second), "format 2.0, need 1.0");
  const whole = file("float32");
  assertUserError(decode(whole.subarray(0, 60)), "header is truncated");
  assertUserError(decode(whole.subarray(0, 150)), "shape (2, 3) takes 24 bytes, found 22");
  assertUserError(decode(Uint8Array.of(...whole, 0)), "takes 24 bytes, found 25");
});

Deno.test("decodeNpy() believes no header", () => {
  const withHeader = (header: string) => {
    const bytes = file("float32");
    new TextEncoder().encodeInto(header.padEnd(117) + "\n", bytes.subarray(10));
    return () => decodeNpy(bytes, "a.npy");
  };
  const dictionary = (shape: string, descr = "<f4") =>
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  assertEquals(withHeader(dictionary("(2, 3)"))(), ARRAYS.float32);
  assertEquals(withHeader(dictionary("(6,)"))().shape, [6]);
  const shapes = ["(6)", "(,)", "(2,, 3)", "(-2, -3)", "(2 3)", "(2L, 3L)", "[2, 3]"];
  for (const shape of [...shapes, "(99999999999999999999,)"]) {
    assertUserError(withHeader(dictionary(shape)), "header is truncated or damaged");
  }
  // The product is 2^64, which is 0 in 64 bits.
  const huge = "(4294967296, 4294967296)";
  assertUserError(withHeader(dictionary(huge)), "found 24");
  for (const descr of ["", "toString", "__proto__", "<f2", "<c8", "<U4"]) {
    assertUserError(withHeader(dictionary("(2, 3)", descr)), "need one of");
  }
  assertUserError(withHeader("__import__('os')"), "damaged");
});

Deno.test("decodeNpy(): random damage gives an array or a UserError, nothing else", () => {
  const whole = file("float32");
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    fc.nat(whole.length),
    (changes, length) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      allowUserError(() => {
        const { data, shape } = decodeNpy(bytes.subarray(0, length), "a.npy");
        assertEquals(data.length, shape.reduce((a, b) => a * b, 1));
      });
    },
  ));
});

/** Random checkpoints for property tests, and the comparison that goes with them. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  bytesOf,
  type Checkpoint,
  type DType,
  DTYPES,
  elementCount,
  type HostTensor,
  type StateDict,
  tensorFromBytes,
} from "../../src/checkpoint/state_dict.ts";

const dtypes = Object.keys(DTYPES) as DType[];

/** A tensor of any dtype with up to 4 dimensions of up to 4, any bits. */
export const arbitraryTensor: fc.Arbitrary<HostTensor> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
  })
  .chain(({ dtype, shape }) => {
    const bytes = elementCount(shape) * DTYPES[dtype].bytes;
    return fc.uint8Array({ minLength: bytes, maxLength: bytes })
      .map((content) => tensorFromBytes(dtype, shape, content));
  });

/** Any name, with those that trip readers over-represented. */
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).filter((text) => text.isWellFormed()),
  fc.constantFrom("0", "1", "__proto__", "constructor", "a.b", "\ufeffmark", "weight", "é/ü"),
).filter((text) => text !== "__metadata__");

const stateDict: fc.Arbitrary<StateDict> = fc
  .uniqueArray(fc.tuple(name, arbitraryTensor), { selector: ([key]) => key, maxLength: 6 })
  .map((entries) => new Map(entries));

const sectionName = name.filter((text) => !text.includes("/") && text !== "metadata");

/** A checkpoint with 1 to 3 sections and some metadata. */
export const arbitraryCheckpoint: fc.Arbitrary<Checkpoint> = fc.record({
  sections: fc
    .uniqueArray(fc.tuple(sectionName, stateDict), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 3,
    })
    .map((entries) => new Map(entries)),
  metadata: fc.record({
    method: fc.string(),
    seed: fc.nat(),
    class_names: fc.array(fc.string(), { maxLength: 3 }),
    metrics: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  }, { requiredKeys: [] }),
});

/** Asserts equal names, order, dtypes, shapes, bits and metadata (but for the format version). */
export function assertSameCheckpoint(actual: Checkpoint, expected: Checkpoint): void {
  const plain = (checkpoint: Checkpoint) =>
    [...checkpoint.sections].map(([section, tensors]) => [
      section,
      [...tensors].map((
        [key, tensor],
      ) => [key, tensor.dtype, [...tensor.shape], [...bytesOf(tensor)]]),
    ]);
  assertEquals(plain(actual), plain(expected));
  assertEquals(
    { ...actual.metadata },
    { format_version: 1, ...expected.metadata },
  );
}

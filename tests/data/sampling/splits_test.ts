import { assertEquals, assertThrows } from "@std/assert";
import { splitByFolds } from "../../../src/data/sampling/splits.ts";
import { assertUserError } from "../../support/user_errors.ts";

const SET = {
  folds: new Uint8Array([10, 1, 9, 8, 3, 9]),
  patients: new Int32Array([5, 1, 4, 2, 3, 4]),
};

Deno.test("splitByFolds: folds 1-8 train, 9 validate, 10 test", () => {
  const split = splitByFolds(SET);
  assertEquals(Array.from(split.train), [1, 3, 4]);
  assertEquals(Array.from(split.validation), [2, 5]);
  assertEquals(Array.from(split.test), [0]);
});

Deno.test("splitByFolds: takes other folds for a part", () => {
  const split = splitByFolds(SET, { train: [8], test: [1, 3] });
  assertEquals(Array.from(split.train), [3]);
  assertEquals(Array.from(split.test), [1, 4]);
  assertThrows(() => splitByFolds(SET, { test: [9] }), RangeError, "each may serve once");
});

Deno.test("splitByFolds: refuses a patient in two parts", () => {
  assertUserError(
    () => splitByFolds({ ...SET, patients: new Int32Array([1, 1, 4, 2, 3, 4]) }),
    "patient 1 has records in the folds of train and of test",
  );
});

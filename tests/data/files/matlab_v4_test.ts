import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseMatlabV4 } from "../../../src/data/files/matlab_v4.ts";
import { inRepository } from "../../support/paths.ts";
import { allowUserError, assertUserError } from "../../support/user_errors.ts";

function fixture(name: string): Uint8Array {
  return Deno.readFileSync(inRepository(`tests/fixtures/matlab/${name}.mat`));
}

Deno.test("parseMatlabV4: reads every number type as SciPy writes it", () => {
  const [val] = parseMatlabV4(fixture("int16"), "a.mat");
  assertEquals([val.name, val.rows, val.columns], ["val", 12, 3]);
  assertEquals(
    [...val.values.subarray(0, 13)],
    [...Array(12).keys()].map((r) => 3 * r - 10).concat(-9),
  );
  const [ecg] = parseMatlabV4(fixture("double"), "a.mat");
  assertEquals([ecg.rows, ecg.columns, ecg.values[3]], [3, 12, -7 / 8]);
  // Text and complex matrices are passed over.
  const mixed = parseMatlabV4(fixture("mixed"), "a.mat").map((
    { name, values },
  ) => [name, ...values]);
  assertEquals(mixed, [
    ["single", 1.5, -2.5],
    ["bytes", 200, 7],
    ["words", 60000],
    ["ints", -70000],
  ]);
  assertEquals([...parseMatlabV4(fixture("big_endian"), "a.mat")[0].values], [0.25, -3]);
  assertEquals(parseMatlabV4(new Uint8Array(), "a.mat"), []);
});

Deno.test("parseMatlabV4: refuses other levels and damaged files", () => {
  const fails = (bytes: Uint8Array, message: string) =>
    assertUserError(() => parseMatlabV4(bytes, "a.mat"), `Cannot read a.mat: ${message}`);
  fails(fixture("level5"), "it is a MATLAB file of level 5.0, level 4 is needed");
  const whole = fixture("int16");
  fails(whole.subarray(0, -1), `the file is truncated: it needs ${whole.length} bytes`);
  fails(whole.subarray(0, 10), "the file is truncated");
  fails(new TextEncoder().encode("no MATLAB file at all"), "it is not a MATLAB file of level 4");
  fails(whole.with(4, 200).with(7, 255), "the file is truncated");
});

Deno.test("parseMatlabV4: any bytes give matrices or a UserError", () => {
  const whole = [...fixture("mixed")];
  const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length)).map(
    ([at, byte, end]) => Uint8Array.from(whole).with(at, byte).slice(0, end),
  );
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      allowUserError(() => {
        for (const { rows, columns, values } of parseMatlabV4(bytes, "a.mat")) {
          assert(values.length === rows * columns && values.length <= bytes.length);
        }
      });
    }),
    { numRuns: 500, seed: 1 },
  );
});

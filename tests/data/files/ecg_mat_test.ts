import { assertEquals } from "@std/assert";
import { parseEcgMat } from "../../../src/data/files/ecg_mat.ts";
import { readRecordSync } from "../../../src/data/files/wfdb/read_record.ts";
import { physicalValues } from "../../../src/data/files/wfdb/record.ts";
import { inRepository } from "../../support/paths.ts";
import { testWithData } from "../../support/shared_data.ts";
import { assertUserError } from "../../support/user_errors.ts";

const KNOWN = { sourceRate: 250, units: "mV" };

function fixture(name: string): Uint8Array {
  return Deno.readFileSync(inRepository(`tests/fixtures/matlab/${name}.mat`));
}

Deno.test("parseEcgMat: leads in rows or in columns, in the given unit", () => {
  const rows = parseEcgMat(fixture("int16"), "a.mat", KNOWN);
  assertEquals([rows.samplingRate, rows.samples], [250, 3]);
  assertEquals([...rows.leads[4]], [2, 3, 4]);
  const columns = parseEcgMat(fixture("double"), "a.mat", { ...KNOWN, units: "V" });
  assertEquals([...columns.leads[4]], [250, 375, 500]);
});

Deno.test("parseEcgMat: says what the file does not", () => {
  const fails = (name: string, assumptions: object, message: string) =>
    assertUserError(() => parseEcgMat(fixture(name), "a.mat", assumptions), message);
  fails("int16", { units: "mV" }, "its sampling rate is not known, since there is no .hea file");
  fails("int16", { sourceRate: 250 }, "its unit is not known, since there is no .hea file");
  fails("int16", { ...KNOWN, units: "kg" }, 'the unit "kg" is not known');
  fails("mixed", KNOWN, "it has single (1 × 2), bytes (2 × 1), words (1 × 1), ints (1 × 1)");
  assertUserError(() => parseEcgMat(new Uint8Array(), "a.mat", KNOWN), "it has no matrix");
});

testWithData(
  "parseEcgMat: a challenge record in uV, as its header says",
  "challenge-2021",
  (data) => {
    const bytes = Deno.readFileSync(`${data}/A0001.mat`);
    const { leads } = parseEcgMat(bytes, "A0001.mat", { sourceRate: 500, units: "uV" });
    readRecordSync(`${data}/A0001`).signals.forEach((signal, lead) => {
      // One factor or another: a rounding error of float64 apart.
      const difference = physicalValues(signal).map((value, t) => value - leads[lead][t]);
      assertEquals(difference.every((value) => Math.abs(value) < 1e-14), true);
    });
  },
);

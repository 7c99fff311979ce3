import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { headerPatient } from "../../../src/data/files/header_patient.ts";
import { parseHeader } from "../../../src/data/files/wfdb/header.ts";
import { testWithData } from "../../support/shared_data.ts";

Deno.test("headerPatient: takes the spellings of the challenges, and nothing for what is not stated", () => {
  const patient = (...comments: string[]) => headerPatient({ comments });
  assertEquals(patient("Age: 57", "Sex: Female", "Dx: 1, 22 ,333"), {
    age: 57,
    sex: 1,
    diagnoses: ["1", "22", "333"],
  });
  assertEquals(patient("age:0.5", "SEX: m", "dx:7"), { age: 0.5, sex: 0, diagnoses: ["7"] });
  const unknown = { age: NaN, sex: NaN, diagnoses: [] };
  assertEquals(patient(), unknown);
  assertEquals(patient("Age: NaN", "Sex: Unknown", "Dx: Unknown"), unknown);
  assertEquals(patient("Age: -1", "Sex:", "Dx:", "no field"), unknown);
  assertEquals(patient("The PVCs are uniform", "Sewage: 5"), unknown);
});

Deno.test("headerPatient: takes the lines of older databases", () => {
  const patient = (...comments: string[]) => headerPatient({ comments });
  const bare = { diagnoses: [] };
  assertEquals(patient("<age>: 66 <sex>: F <diagnoses> (none)"), { ...bare, age: 66, sex: 1 });
  assertEquals(patient("69 M 1085 1629 x1", "Aldomet, Inderal"), { ...bare, age: 69, sex: 0 });
  assertEquals(patient("-1 F 823 1629 x2"), { ...bare, age: NaN, sex: 1 });
});

Deno.test("headerPatient: any comments give a patient", () => {
  const comment = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom("Age", "Sex", "Dx"), fc.string()).map((parts) => parts.join(":")),
  );
  fc.assert(
    fc.property(fc.array(comment), (comments) => {
      const { age, sex } = headerPatient({ comments });
      assert(!(age < 0) && (Number.isNaN(sex) || sex === 0 || sex === 1));
    }),
    { seed: 1 },
  );
});

testWithData("headerPatient: the headers of five sources", "challenge-2021", (data) => {
  const patient = (name: string) =>
    headerPatient(parseHeader(Deno.readTextFileSync(`${data}/${name}.hea`)));
  assertEquals(patient("A0001"), { age: 74, sex: 0, diagnoses: ["59118001"] });
  assertEquals(patient("E00001"), { age: NaN, sex: 1, diagnoses: ["426783006"] });
  assertEquals(patient("HR00002"), { age: 19, sex: 0, diagnoses: ["426177001", "426783006"] });
  assertEquals(patient("JS45543").diagnoses.length, 7);
  assertEquals(patient("Q0004"), { age: 57, sex: 0, diagnoses: ["164861001", "428750005"] });
});

import { assertEquals } from "@std/assert";
import { AGE_BANDS, ageBand, readComments } from "../../../src/data/inventory/people.ts";

Deno.test("ageBand(): edges, PTB-XL's 300, and what is no age", () => {
  assertEquals([0, 19.9, 20, 39, 40, 59, 60, 79, 80, 89, 300].map(ageBand), [
    ...["under 20", "under 20", "20-39", "20-39", "40-59", "40-59"],
    ...["60-79", "60-79", "80 and over", "80 and over", "80 and over"],
  ]);
  assertEquals([NaN, -1, Infinity].map(ageBand), ["unknown", "unknown", "80 and over"]);
  assertEquals(AGE_BANDS.length, 6);
});

Deno.test("readComments() knows the challenges' lines and those of older databases", () => {
  const read = (...comments: string[]) => {
    const { age, sex, diagnoses } = readComments(comments);
    return [age, sex, diagnoses.join()];
  };
  assertEquals(read("Age: 74", "Sex: Male", "Dx: 59118001, 426783006", "Rx: Unknown"), [
    74,
    "male",
    "59118001,426783006",
  ]);
  assertEquals(read("Age: NaN", "Sex: Female", "Dx: Unknown"), [NaN, "female", ""]);
  assertEquals(read("<age>: 66 <sex>: F <diagnoses> (none)"), [66, "female", ""]);
  assertEquals(read("69 M 1085 1629 x1", "Aldomet, Inderal"), [69, "male", ""]);
  assertEquals(read("-1 F 823 1629 x2"), [-1, "female", ""]);
  assertEquals(read("age: 81", "sex: unknown"), [81, "unknown", ""]);
  assertEquals(read(), [NaN, "unknown", ""]);
  assertEquals(read("The PVCs are uniform", "Sewage: 5"), [NaN, "unknown", ""]);
});

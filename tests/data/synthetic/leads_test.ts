import { assert, assertAlmostEquals, assertEquals, assertLessOrEqual } from "@std/assert";
import { synthesizeCohort } from "../../../src/data/synthetic/cohort.ts";
import { digitizeLeads, DOWER, electrodeMatrix } from "../../../src/data/synthetic/leads.ts";

Deno.test("electrodeMatrix() gives back the leads it was made from", () => {
  const matrix = electrodeMatrix();
  for (let axis = 0; axis < 3; axis++) {
    const electrode = (e: number) => matrix[3 * e + axis];
    const terminal = (electrode(0) + electrode(1) + electrode(2)) / 3;
    // Tolerance: rounding of double precision.
    assertAlmostEquals(terminal, 0, 1e-15);
    assertAlmostEquals(electrode(1) - electrode(0), DOWER[0][axis], 1e-14);
    assertAlmostEquals(electrode(2) - electrode(0), DOWER[1][axis], 1e-14);
    for (let chest = 0; chest < 6; chest++) {
      assertAlmostEquals(electrode(3 + chest) - terminal, DOWER[2 + chest][axis], 1e-14);
    }
  }
});

Deno.test("digitizeLeads() computes the leads of nine electrodes by hand", () => {
  // RA −0.2, LA 0.1, LL 0.7 mV: I 0.3, II 0.9, III 0.6, terminal 0.2.
  const electrodes = new Float32Array([-0.2, 0.1, 0.7, 0.2, 0.3, 0.4, 0.5, 0.6, 1.2]);
  const output = new Int16Array(14).fill(77);
  digitizeLeads(electrodes, 1000, output, 1);
  assertEquals([...output], [77, 300, 900, 600, -600, -150, 750, 0, 100, 200, 300, 400, 1000, 77]);
});

Deno.test("digitizeLeads() stays within 16 bits whatever the potentials", () => {
  const output = new Int16Array(12);
  digitizeLeads(new Float32Array([-900, 900, -900, 900, -900, 0, 0, 0, 0]), 1000, output);
  assertEquals(output[0], 16383);
  assertEquals(output[2], output[1] - output[0]);
  assertEquals(output[6], 32767);
  assertEquals(output[7], -32767);
});

Deno.test("Einthoven's and Goldberger's relations hold in noisy records", () => {
  const { samples } = synthesizeCohort({ records: 12, seed: 5 });
  assert(samples.some((v) => v !== 0));
  for (let frame = 0; frame < samples.length; frame += 12) {
    const [one, two, three, avr, avl, avf] = samples.subarray(frame, frame + 6);
    assertEquals(three, two - one);
    // Half a unit: these three are rounded once.
    assertLessOrEqual(Math.abs(avr + (one + two) / 2), 0.5);
    assertLessOrEqual(Math.abs(avl - (one - two / 2)), 0.5);
    assertLessOrEqual(Math.abs(avf - (two - one / 2)), 0.5);
  }
});

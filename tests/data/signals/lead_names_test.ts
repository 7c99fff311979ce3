import { assertEquals, assertThrows } from "@std/assert";
import { findLeads, leadIndex } from "../../../src/data/signals/lead_names.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";

Deno.test("leadIndex: takes the names of data sets in use", () => {
  LEADS.forEach((lead, index) => {
    for (const name of [lead, lead.toLowerCase(), ` ${lead} `, `Lead ${lead}`, `ECG_${lead}`]) {
      assertEquals(leadIndex(name), index, name);
    }
  });
  assertEquals(["aVR", "avl", "ECG lead aVF", "v6"].map(leadIndex), [3, 4, 5, 11]);
});

Deno.test("leadIndex: other leads and other words are none of the twelve", () => {
  for (const name of ["", "MLII", "V7", "vx", "LEAD", "VI", "I I", "constructor"]) {
    assertEquals(leadIndex(name), -1, name);
  }
});

Deno.test("findLeads: in the order of the leads, others passed over", () => {
  const find = (names: string[]) => findLeads(names, (reason) => new Error(reason));
  assertEquals(find(["x", ...LEADS].reverse()), [...LEADS.keys()].reverse());
  assertThrows(() => find(["v6", "ii", "x"]), Error, "no lead I, III, AVR, AVL, AVF, V1, V2, V3,");
  assertThrows(() => find([...LEADS, "Lead ii"]), Error, "it has lead II twice");
});

import { assertEquals } from "@std/assert";
import { type EcgSamples, leadSignals } from "../../../src/data/signals/ecg_samples.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { assertUserError } from "../../support/user_errors.ts";

const leads = LEADS.map((_, lead) => [lead, lead + 0.5]);
const ECG: EcgSamples = { name: "mine", samplingRate: 250, leads };

Deno.test("samples in memory: leads found by name, in millivolts; others are left out", () => {
  assertEquals(leadSignals(ECG).leads.map((lead) => [...lead]), leads);
  const { samples, samplingRate, leads: found } = leadSignals({
    ...ECG,
    leads: [[1, 2], ...leads.toReversed()],
    leadNames: ["RESP", ...LEADS.toReversed().map((name) => name.toLowerCase())],
    units: "V",
  });
  assertEquals([samples, samplingRate], [2, 250]);
  assertEquals(found.map((lead) => [...lead]), leads.map((lead) => lead.map((x) => 1000 * x)));
});

Deno.test("samples in memory: what does not fit is named", () => {
  const cases: [Partial<EcgSamples>, string][] = [
    [{ units: "kV" }, 'the unit "kV" is not known'],
    [{ leads: leads.slice(1) }, "it has 11 leads and 12 names for them"],
    [{ leads: leads.slice(1), leadNames: LEADS.slice(1) }, "it has no lead I"],
    [{ leads: leads.map(() => []) }, "it has no samples"],
    [{ leads: leads.with(3, [1]) }, "lead AVR has 1 samples, I has 2"],
    [{ leads: [...leads, [1, 2]], leadNames: [...LEADS, "v6"] }, "it has lead V6 twice"],
  ];
  for (const [change, message] of cases) {
    assertUserError(() => leadSignals({ ...ECG, ...change }), `Cannot use mine: ${message}`);
  }
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { millivoltsPerUnit, windowAtRate } from "../../../src/data/signals/lead_signals.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { assertUserError } from "../../support/user_errors.ts";

function signals(samplingRate: number, samples: number) {
  const leads = LEADS.map((_, lead) =>
    Float64Array.from({ length: samples }, (_, t) => lead + Math.sin(6 * t / samplingRate))
  );
  return { samplingRate, samples, leads };
}

Deno.test("windowAtRate: a part at the same rate is a copy", () => {
  const source = signals(100, 50);
  const window = windowAtRate(source, 100, 10, 20, "a");
  assertEquals(window.map(({ length }) => length), new Array(12).fill(20));
  assertEquals(window[7][3], source.leads[7][13]);
  window[7][3] = 99;
  assertEquals(source.leads[7][13] === 99, false);
});

Deno.test("windowAtRate: at another rate, time stays; the end of the record ends the window", () => {
  const window = windowAtRate(signals(250, 500), 100, 150, 100, "a");
  assertEquals(window[0].length, 50);
  for (let t = 0; t < 20; t++) {
    // 1 Hz is far inside the pass band: the ripple of the filter, 1e-4 of an amplitude up to 12.
    assertAlmostEquals(window[11][t], 11 + Math.sin(0.06 * (150 + t)), 1e-3);
  }
});

Deno.test("windowAtRate: a missing sample matters only near the window", () => {
  const source = signals(500, 5000);
  source.leads[2][4000] = NaN;
  assertEquals(windowAtRate(source, 100, 0, 700, "a")[2].length, 700);
  assertUserError(
    () => windowAtRate(source, 100, 790, 100, "a.csv"),
    "Cannot read a.csv: lead III has no value at 7.900 s",
  );
  assertUserError(
    () => windowAtRate(source, 500, 3900, 200, "a.csv"),
    "lead III has no value at 8.000 s",
  );
});

Deno.test("windowAtRate: refuses the rates of damaged headers", () => {
  for (const rate of [1e-9, 0.5, 1e7, Infinity]) {
    const source = { ...signals(100, 10), samplingRate: rate };
    assertUserError(() => windowAtRate(source, 100, 0, 10, "a.hea"), `rate is ${rate} Hz`);
  }
});

Deno.test("millivoltsPerUnit: volts in any case, nothing else", () => {
  const factors = ["V", "mV", "mv", "uV", "µV", "μV", " nV "].map(millivoltsPerUnit);
  assertEquals(factors, [1000, 1, 1, 0.001, 0.001, 0.001, 1e-6]);
  assertEquals(["", "mmHg", "toString"].map(millivoltsPerUnit), [undefined, undefined, undefined]);
});

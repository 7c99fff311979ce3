import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseEcgCsv } from "../../../src/data/files/ecg_csv.ts";
import { LEADS } from "../../../src/data/signals/record_set.ts";
import { allowUserError, assertUserError } from "../../support/user_errors.ts";

const AT_500 = { sourceRate: 500 };

/** A table with value 10 · lead + t, in any order of its columns. */
function table(names: readonly string[], samples: number, time?: (t: number) => string): string {
  const rows = Array.from(
    { length: samples },
    (_, t) =>
      names.map((name) =>
        time !== undefined && /^t/i.test(name)
          ? time(t)
          : String(10 * (LEADS as readonly string[]).indexOf(name.toUpperCase()) + t)
      ).join(),
  );
  return [names.join(), ...rows].join("\n") + "\n";
}

Deno.test("parseEcgCsv: leads in any order and case, with the unit that is given", () => {
  const names = ["v6", "aVR", "I", "II", "III", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5"];
  const { samplingRate, samples, leads } = parseEcgCsv(table(names, 3), "a.csv", AT_500);
  assertEquals([samplingRate, samples], [500, 3]);
  leads.forEach((lead, index) => {
    assertEquals([...lead], [10 * index, 10 * index + 1, 10 * index + 2]);
  });
  const micro = parseEcgCsv(table(names, 3), "a.csv", { ...AT_500, units: "uV" });
  assertEquals(micro.leads[11][2], 112 * 0.001);
  // Windows line ends and a byte order mark, as spreadsheets write them.
  const windows = "\uFEFF" + table(names, 3).replaceAll("\n", "\r\n");
  assertEquals(parseEcgCsv(windows, "a.csv", AT_500).leads, leads);
});

Deno.test("parseEcgCsv: a time column gives the rate, also where times are rounded", () => {
  const rate = (hertz: number, digits: number, samples: number, name = "time") =>
    parseEcgCsv(
      table([name, ...LEADS], samples, (t) => (100 + t / hertz).toFixed(digits)),
      "a.csv",
    ).samplingRate;
  assertEquals(rate(500, 3, 100), 500);
  assertEquals(rate(360, 3, 1000), 360);
  assertEquals(rate(257, 6, 2), 257);
  assertEquals(rate(100, 2, 50, "T"), 100);
  assertAlmostEquals(rate(128.5, 6, 1000), 128.5, 1e-3); // times are good to 1e-6 of 8 s
});

Deno.test("parseEcgCsv: says what is wrong with the table, by row and column", () => {
  const fails = (text: string, message: string, assumptions = {}) =>
    assertUserError(() => parseEcgCsv(text, "a.csv", assumptions), message);
  const good = table(LEADS, 3);
  fails("", "a.csv: the table is empty", AT_500);
  fails(LEADS.join() + "\n", "there are no samples below the names", AT_500);
  fails(good, "its sampling rate is not known. State it, or add");
  fails(table(LEADS.filter((lead) => lead !== "V3"), 3), "it has no lead V3", AT_500);
  fails(
    good.replace("V3", "V3R").replace("V4", "X"),
    '"V3R", "X" in its first row are not',
    AT_500,
  );
  fails(
    good.replace("V3", "X"),
    '"X" in its first row is not known. Known are the leads I, ',
    AT_500,
  );
  fails(good.replace("V3", "v2"), "it has lead V2 twice", AT_500);
  fails(good.replaceAll(",", ";"), "its cells are not separated by commas", AT_500);
  fails(good.replace(",61,", ",6x,"), 'column V1, row 2 is not a number: "6x"', AT_500);
  fails(good.replace(",61,", ",,"), "column V1, row 2 has no value", AT_500);
  fails(good.replace(",61,", ",NaN,"), "column V1, row 2 has no value", AT_500);
  fails(good.replace(",61,", ","), "row 2 has 11 cells, the row of names has 12", AT_500);
  fails(good, 'the unit "mmHg" is not known', { ...AT_500, units: "mmHg" });
  const timed = (time: (t: number) => string) => table(["time", ...LEADS], 6, time);
  fails(timed(() => "1"), "its column time does not rise");
  fails(timed((t) => String(-t)), "its column time does not rise");
  fails(timed((t) => String(t === 3 ? 9 : t / 100)), "not evenly spaced: row 4 has 9 s");
  fails(table(["time", ...LEADS], 1, () => "0"), "its column time does not rise");
});

Deno.test("parseEcgCsv: any text gives leads or a UserError", () => {
  const part = fc.oneof(
    fc.constantFrom(LEADS.join(), `${LEADS.join()},time`),
    fc.constantFrom(...["\n", ",", '"', "I", "1", "1e308", "-", "\r"]),
    fc.constantFrom(`\n${LEADS.map(() => 1).join()}`, `\n${LEADS.map((_, i) => -i).join()},0.1`),
    fc.string({ maxLength: 5 }),
  );
  const header = fc.constantFrom("", LEADS.join(), `${LEADS.join()},time`);
  const text = fc.tuple(header, fc.array(part, { maxLength: 6 })).map(([names, parts]) =>
    names + parts.join("")
  );
  let parsed = 0;
  fc.assert(
    fc.property(text, (text) => {
      allowUserError(() => {
        const { samples, leads } = parseEcgCsv(text, "a.csv", AT_500);
        assert(samples > 0 && leads.every((lead) => lead.length === samples));
        assert(leads.every((lead) => lead.every(Number.isFinite)));
        parsed++;
      });
    }),
    { numRuns: 500, seed: 1 },
  );
  assert(parsed > 0, "some of the texts are tables");
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { adviceFor } from "../../../src/console/advice.ts";
import { labelWindows } from "../../../src/data/datasets/aami_classes.ts";
import { loadMitBih } from "../../../src/data/datasets/mit_bih.ts";
import { describeRecordSet } from "../../../src/data/signals/record_set.ts";
import { splitByFolds } from "../../../src/data/sampling/splits.ts";
import { testWithData } from "../../support/shared_data.ts";
import { CODE, smallMlii, withSmallMitdb } from "../../support/small_mitdb.ts";
import { editText, flipBits } from "../files/record_files.ts";
import { encodeAnnotations } from "../files/wfdb/encode_annotations.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

Deno.test("loadMitBih() cuts and labels windows, by whole records", () =>
  withSmallMitdb(async (root) => {
    const seen: string[] = [];
    const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
    const set = await loadMitBih(root, { onProgress });
    // 25 s hold two windows; 201 and the paced record 102 are not used.
    assertEquals(Array.from(set.records), [100, 100, 101, 101, 106, 106, 114, 114, 202, 202]);
    assertEquals(Array.from(set.ids.slice(0, 3)), [100000, 100001, 101000]);
    assertEquals(Array.from(set.labels), [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]);
    assertEquals(Array.from(set.patients.slice(-2)), [201, 201], "201 and 202 are one subject");
    assertEquals(Array.from(set.folds), [10, 10, 1, 1, 1, 1, 9, 9, 10, 10]);
    assertEquals(set.classNames, ["abnormal"]);
    assertEquals(seen.length, 43);
    assertEquals(seen.at(-1), "43/43");
    const { train, validation, test } = splitByFolds(set);
    assertEquals([train.length, validation.length, test.length], [4, 2, 4]);
    // The other records of the database are not there.
    assertEquals(set.quarantined.length, 38);
    assertEquals(set.quarantined[0].id, 103);
    assertStringIncludes(set.quarantined[0].reason, "103.hea: the file is missing");
  }));

Deno.test("loadMitBih() brings lead II to the model's rate, without offset, on all channels", () =>
  withSmallMitdb(async (root) => {
    for (const [samplingRate, signalLength] of [[100, 1000], [250, 500], [500, 5000]]) {
      const set = await loadMitBih(root, { samplingRate, signalLength });
      assertEquals([set.samplingRate, set.signalLength], [samplingRate, signalLength]);
      const size = 12 * signalLength;
      for (let row = 0; row < set.ids.length; row++) {
        const first = (set.ids[row] % 1000) * signalLength;
        const microvolts = (t: number) =>
          1000 * smallMlii(set.records[row], (first + t) / samplingRate);
        let mean = 0;
        for (let t = 0; t < signalLength; t++) mean += microvolts(t) / signalLength;
        for (let t = 0; t < signalLength; t++) {
          const expected = microvolts(t) - mean;
          const at = row * size + 12 * t;
          // The ends of a record see its mirror image, so they are left out. The file rounds to 5
          // µV: 2.5 µV a sample, of which the filter adds up neighbors with weights whose absolute
          // values sum to about 2; the result rounds to 1 µV. The file's offset is gone.
          const time = (first + t) / samplingRate;
          if (time < 0.3 || time > 24.7) continue;
          const difference = Math.abs(set.samples[at] - expected);
          if (difference > 6) {
            assert(false, `${set.records[row]} at ${time} s: off by ${difference} µV`);
          }
          for (let c = 1; c < 12; c++) {
            if (set.samples[at + c] !== set.samples[at]) assert(false, `channel ${c} differs`);
          }
        }
      }
    }
  }));

Deno.test("labelWindows(): edges, flutter, windows without a beat", () => {
  const label = (...annotations: [number, string][]) =>
    labelWindows(annotations.map(([sample, symbol]) => ({ sample, symbol })), 100, 3).join(" ");
  assertEquals(label(), "unlabeled unlabeled unlabeled");
  assertEquals(label([0, "N"], [99, "V"], [100, "N"], [200, "+"]), "abnormal normal unlabeled");
  assertEquals(label([150, "!"], [160, "N"]), "unlabeled abnormal unlabeled");
  assertEquals(label([-1, "V"], [300, "V"], [250, "L"]), "unlabeled unlabeled normal");
  assertEquals(label([5, "~"], [105, "x"], [205, "Q"]), "unlabeled unlabeled abnormal");
  // The order of the annotations does not matter.
  const entry = fc.tuple(
    fc.integer({ min: -50, max: 350 }),
    fc.constantFrom("N", "V", "!", "+", "S", "L"),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      assertEquals(label(...entries), label(...entries.toReversed()));
    }),
    { seed: 1 },
  );
});

Deno.test("loadMitBih() reads annotations with a time resolution of their own", () =>
  withSmallMitdb(async (root) => {
    const bytes = encodeAnnotations([
      { sample: 0, code: 22, aux: "## time resolution: 3600" },
      { sample: 3 * 3600, code: CODE.normal },
      { sample: 14 * 3600, code: CODE.ventricular },
    ]);
    Deno.writeFileSync(`${root}/100.atr`, bytes);
    assertEquals(Array.from((await loadMitBih(root)).labels), [0, 1]);
  }, [{ record: 100 }]));

Deno.test("loadMitBih() leaves damaged records out and names them; strict fails", () =>
  withSmallMitdb(async (root) => {
    Deno.truncateSync(`${root}/100.dat`, 1000);
    flipBits(`${root}/101.dat`, 7, 4);
    Deno.removeSync(`${root}/106.atr`);
    Deno.truncateSync(`${root}/202.atr`, 9);
    const set = await loadMitBih(root);
    const { quarantined, records } = set;
    assertEquals([...new Set(records)], [114]);
    const described = describeRecordSet(set).join("\n");
    assertStringIncludes(described, "Left out 42 of 43 records, damaged or missing:");
    const reason = (record: number) => quarantined.find(({ id }) => id === record)!.reason;
    assertStringIncludes(reason(100), "truncated");
    assertStringIncludes(reason(101), "checksum");
    assertStringIncludes(reason(106), "106.atr: the file is missing");
    assertStringIncludes(reason(202), "202.atr: the file is truncated");
    await rejectsUserError(
      () => loadMitBih(root, { strict: true }),
      "record 100: 100.dat: the file is truncated",
    );
  }));

Deno.test("loadMitBih() says what is wrong with the folder or the options", async (t) => {
  await t.step("no folder", async () => {
    const error = await rejectsUserError(() => loadMitBih("nowhere"));
    assertStringIncludes(adviceFor(error)!, 'task fetch-mitbih", or point --mitbih-root at');
    await rejectsUserError(() => loadMitBih(import.meta.filename!), "no such folder");
  });
  await withSmallMitdb(async (root) => {
    await t.step("a window longer than the records", async () => {
      await rejectsUserError(
        () => loadMitBih(root, { signalLength: 3000 }),
        "no record holds 30 s with a beat",
      );
    });
    await t.step("no MLII", async () => {
      editText(`${root}/100.hea`, "MLII", "V2");
      await rejectsUserError(() => loadMitBih(root), "it has no lead MLII");
    });
    for (
      const [options, message] of [
        [{ samplingRate: 0 }, "give 1 to 1,000,000 Hz"],
        [{ samplingRate: NaN }, "give 1 to 1,000,000 Hz"],
        [{ signalLength: 0 }, "at least 1"],
        [{ signalLength: 2.5 }, "at least 1"],
      ] as const
    ) await rejectsUserError(() => loadMitBih(root, options), message);
  }, [{ record: 100 }]);
});

testWithData(
  "record 100: 180 windows of ten seconds, 31 of them abnormal",
  "mitdb",
  async (data) => {
    const set = await loadMitBih(data);
    assertEquals(set.ids.length, 180);
    assertEquals(set.labels.reduce((sum, label) => sum + label, 0), 31);
    // An independent reading: sample 2044 is the first A, at 5.68 s.
    assertEquals(set.labels[0], 1);
    assertEquals([...new Set(set.folds)], [10]);
    // The R peak of the beat annotated at sample 370 (1.028 s) is the largest value within 0.1 s.
    const beat = (t: number) => set.samples[12 * t];
    const around = Array.from({ length: 21 }, (_, i) => 93 + i);
    const peak = around.reduce((best, t) => beat(t) > beat(best) ? t : best);
    assert(Math.abs(peak - 102.8) <= 1, `peak at ${peak}`);
  },
);

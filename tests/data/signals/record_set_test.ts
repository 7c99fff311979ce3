import { assertEquals, assertThrows } from "@std/assert";
import {
  countClasses,
  describeRecordSet,
  hasLabels,
  recordCount,
  recordMillivolts,
} from "../../../src/data/signals/record_set.ts";

Deno.test("recordMillivolts: one row, scaled", () => {
  const set = {
    ids: new Int32Array(2),
    signalLength: 2,
    leads: ["I", "II"],
    samples: new Int16Array([1, 2, 3, 4, 500, -1000, 250, 0]),
    millivoltsPerUnit: 0.001,
  };
  assertEquals(Array.from(recordMillivolts(set, 1)), [0.5, -1, 0.25, 0]);
  assertEquals(recordCount(set), 2);
  for (const row of [-1, 2, 0.5]) {
    assertThrows(() => recordMillivolts(set, row), RangeError, `row ${row}`);
  }
});

Deno.test("countClasses: counts rows with repetition, and rows without any class", () => {
  const labels = new Float32Array([1, 1, 0, 1, 0, 0]);
  assertEquals(countClasses(labels, 2), [1, 2, 1]);
  assertEquals(countClasses(labels, 2, [2, 2, 0]), [1, 1, 2]);
});

Deno.test("describeRecordSet: names ten of the records that were left out", () => {
  const quarantined = Array.from(
    { length: 12 },
    (_, i) => ({ id: i, file: `f${i}`, reason: "bad" }),
  );
  const lines = describeRecordSet({
    source: "X (1,234 records, /d)",
    samplingRate: 100,
    signalLength: 1000,
    classNames: ["A"],
    labels: new Float32Array(1234).fill(1),
    quarantined,
    padded: 1,
  });
  assertEquals(lines.length, 2 + 1 + 1 + 10 + 1);
  assertEquals(lines[0], "X (1,234 records, /d), 1000 samples at 100 Hz");
  assertEquals(lines[1], "Classes: A 1,234, none 0");
  assertEquals(lines[2], "1 record is shorter than 1000 samples; zeros follow on the right");
  assertEquals(lines.at(-1), "  and 2 more");
});

Deno.test("describeRecordSet: says what was resampled, and that there are no labels", () => {
  const lines = describeRecordSet({
    source: "X (4 records, /d)",
    samplingRate: 100,
    signalLength: 1000,
    classNames: ["A", "B"],
    labels: new Float32Array(8),
    quarantined: [{ id: 5, file: "f", reason: "bad" }],
    padded: 0,
    resampled: 3,
  });
  assertEquals(lines.slice(1), [
    "Classes: none, the records have no labels",
    "3 of 4 records resampled to 100 Hz",
    "Left out 1 of 5 records, damaged or missing:",
    "  f: bad",
  ]);
});

Deno.test("hasLabels: one is enough", () => {
  assertEquals(hasLabels({ labels: new Float32Array(10) }), false);
  assertEquals(hasLabels({ labels: new Float32Array(10).fill(1, 9) }), true);
});

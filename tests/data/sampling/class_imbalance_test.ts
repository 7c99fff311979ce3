import { assertEquals, assertThrows } from "@std/assert";
import { classFrequencies } from "../../../src/data/sampling/balancing.ts";
import { classTable, reportClassImbalance } from "../../../src/data/sampling/class_imbalance.ts";

const NAMES = ["NORM", "MI"];
/** Three of NORM, one of both, one of none. */
const LABELS = [1, 0, 1, 0, 1, 1, 0, 0];

Deno.test("reportClassImbalance() prints counts, shares, ratios, and what is left over", () => {
  const printed: string[] = [];
  const text = reportClassImbalance(LABELS, NAMES, "Training", (line) => printed.push(line));
  assertEquals(printed, [text]);
  assertEquals(
    text,
    `\
Training: 4 records
class  records   share  to largest
─────  ───────  ──────  ──────────
NORM         3  75.0 %        1.00
MI           1  25.0 %        0.33
none         1  25.0 %           -
NORM is 3.00 times as frequent as MI`,
  );
});

Deno.test("reportClassImbalance() names absent classes, and takes no records at all", () => {
  const lines = (labels: number[]) =>
    reportClassImbalance(labels, NAMES, "Subset", () => {}).split("\n");
  assertEquals(lines([1, 0]).at(-1), "No records of MI");
  assertEquals(lines([1, 0])[0], "Subset: 1 record");
  const none = lines([]);
  assertEquals(none.at(-1), "No records of NORM, MI");
  assertEquals(none[3].split(/ {2,}/), ["NORM", "0", "0.0 %", "-"]);
  assertThrows(() => lines([1, 0, 1]), RangeError, "3 labels are no rows of 2 classes");
});

Deno.test("classTable() adds the draws of an epoch", () => {
  const frequencies = classFrequencies({
    indices: [0, 1, 2, 3],
    order: [2, 2, 0, 3],
    labels: LABELS,
    classNames: NAMES,
  });
  const [head, , norm, mi] = classTable(frequencies, { draws: true }).split("\n");
  assertEquals(head.split(/ {2,}/).slice(-2), ["draws an epoch", "share of draws"]);
  assertEquals(norm.split(/ {2,}/), ["NORM", "3", "75.0 %", "1.00", "3", "75.0 %"]);
  assertEquals(mi.split(/ {2,}/), ["MI", "1", "25.0 %", "0.33", "2", "50.0 %"]);
});

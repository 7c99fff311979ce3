/** The table of class frequencies that is printed before training. */

import { formatCount, plural } from "../../text/format.ts";
import { renderTable } from "../../text/table.ts";
import { classFrequencies, type ClassFrequency } from "./balancing.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/**
 * An aligned table: records of each class, their share, and their ratio to the largest class; the last
 * line counts records without any class.
 *
 * @param frequencies From {@linkcode classFrequencies}, records without any class last
 * @param draws Also tells how often an epoch draws each class
 */
export function classTable(
  frequencies: readonly ClassFrequency[],
  { draws = false }: { draws?: boolean } = {},
): string {
  const largest = Math.max(...frequencies.slice(0, -1).map(({ before }) => before));
  const drawn = draws ? ["draws an epoch", "share of draws"] : [];
  return renderTable(
    ["class", "records", "share", "to largest", ...drawn],
    frequencies.map(({ className, before, after, shareBefore, shareAfter }, c) => [
      className,
      formatCount(before),
      percent(shareBefore),
      c === frequencies.length - 1 || largest === 0 ? "-" : (before / largest).toFixed(2),
      ...(draws ? [formatCount(after), percent(shareAfter)] : []),
    ]),
  );
}

/**
 * Prints how unequal the classes are: {@linkcode classTable} under a title, and how many times the
 * largest class is as frequent as the smallest.
 *
 * @param labels 0 or 1, [records, classes]
 * @param title What the records are
 * @param print Where the text goes; the terminal by default
 * @returns The text
 * @throws {RangeError} If the labels are no rows of these classes
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { CLASS_NAMES, reportClassImbalance, synthesizeCohort } from "ssrl-ecg";
 * const { labels } = synthesizeCohort({ records: 20, seed: 42 });
 * const text = reportClassImbalance(labels, CLASS_NAMES, "Synthetic cohort");
 * assert(text.startsWith("Synthetic cohort: 20 records"));
 * ```
 */
export function reportClassImbalance(
  labels: ArrayLike<number>,
  classNames: readonly string[],
  title: string,
  print: (text: string) => void = console.log,
): string {
  const records = labels.length / classNames.length;
  if (!Number.isInteger(records)) {
    throw new RangeError(
      `Cannot count classes: ${labels.length} labels are no rows of ${classNames.length} classes`,
    );
  }
  const indices = Int32Array.from({ length: records }, (_, i) => i);
  const frequencies = classFrequencies({ indices, order: indices, labels, classNames });
  const text = [
    `${title}: ${plural(records, "record")}`,
    classTable(frequencies),
    imbalance(frequencies.slice(0, -1)),
  ].join("\n");
  print(text);
  return text;
}

/** One line on the largest and the smallest class. */
function imbalance(classes: readonly ClassFrequency[]): string {
  const absent = classes.filter(({ before }) => before === 0);
  if (absent.length > 0) {
    return `No records of ${absent.map(({ className }) => className).join(", ")}`;
  }
  const [largest, ...others] = classes.toSorted((a, b) => b.before - a.before);
  const smallest = others.at(-1) ?? largest;
  return `${largest.className} is ${(largest.before / smallest.before).toFixed(2)} times as ` +
    `frequent as ${smallest.className}`;
}

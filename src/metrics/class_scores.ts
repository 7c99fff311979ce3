/** What an evaluation says of single classes: means over them, the rare ones, and a target. */

import { countClasses, type RecordSet } from "../data/signals/record_set.ts";
import type { ClassScore, Interval } from "./bootstrap.ts";
import type { ClassMetrics } from "./multilabel_metrics.ts";

/** The metrics of a class in the order of tables. */
export const CLASS_SCORES: readonly ClassScore[] = [
  "auroc",
  "auprc",
  "f1",
  "sensitivity",
  "specificity",
];

/** Means over the classes for which a metric is defined; NaN where it is for none. */
export function meanClassScores(perClass: readonly ClassMetrics[]): Record<ClassScore, number> {
  const mean = (score: ClassScore) => {
    const values = perClass.map((each) => each[score]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length; // 0 / 0 = NaN
  };
  const [auroc, auprc, f1, sensitivity, specificity] = CLASS_SCORES.map(mean);
  return { auroc, auprc, f1, sensitivity, specificity };
}

/**
 * The classes with the fewest positive records in the whole set, the rarest first; of equally rare
 * ones the first in the order of the classes.
 *
 * @param count How many; all where there are fewer.
 * @returns Their numbers
 */
export function rarestClasses(
  { labels, classNames }: Pick<RecordSet, "labels" | "classNames">,
  count: number,
): number[] {
  const positives = countClasses(labels, classNames.length);
  return [...classNames.keys()].sort((a, b) => positives[a] - positives[b]).slice(0, count);
}

/**
 * Whether an AUROC is above a target: `reached` with its whole interval, `interval reaches below`
 * with the estimate alone.
 */
export function compareWithTarget(
  { estimate, low }: Pick<Interval, "estimate" | "low">,
  target: number,
): "reached" | "interval reaches below" | "missed" | "not defined" {
  if (!Number.isFinite(estimate)) return "not defined";
  return low > target ? "reached" : estimate > target ? "interval reaches below" : "missed";
}

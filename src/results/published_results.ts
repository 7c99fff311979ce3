/**
 * Figures that a paper prints, as input of the statistical tests (`docs/published-figures.json` is an
 * example).
 */

import * as v from "valibot";
import { maybeText } from "./schema/fields.ts";
import { resultKind } from "./schema/result_file.ts";

const summary = v.pipe(
  v.object({
    mean: v.number(),
    std: v.pipe(v.number(), v.minValue(0, "0 or more")),
    n: v.pipe(
      v.number(),
      v.integer("a whole number from 2"),
      v.minValue(2, "a whole number from 2"),
    ),
    ci_95: v.optional(v.pipe(
      v.tuple([v.number(), v.number()]),
      v.check(([low, high]) => low < high, "two numbers that ascend"),
    )),
  }),
  v.transform(({ mean, std, n, ci_95 }) => ({
    mean,
    standardDeviation: std,
    n,
    ...(ci_95 && { interval: ci_95 }),
  })),
);

/** A file of published figures. */
export const publishedFigures = resultKind("published-figures", {
  published_figures: v.pipe(
    /** Method → what is printed of it. */
    v.record(
      v.string(),
      v.object({
        method: maybeText,
        /** Metric → value of a single run. */
        single_run: v.optional(v.record(v.string(), v.number()), {}),
        /** Metric → mean, standard deviation, number of seeds and, if printed, an interval. */
        seeds: v.optional(v.record(v.string(), summary), {}),
      }),
    ),
    v.check((figures) => Object.keys(figures).length > 1, "two methods or more"),
  ),
  /** Where they come from. */
  source: v.optional(v.string()),
});

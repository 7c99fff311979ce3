/** Fields that several kinds of result files have. */

import * as v from "valibot";

/** A number that may not be defined: null in the file, NaN in memory. */
export const measured = v.pipe(v.nullable(v.number()), v.transform((value) => value ?? NaN));

/** The same where the field may be missing as well. */
export const maybeMeasured = v.optional(measured, null);

/** A text that may be missing or unknown. */
export const maybeText = v.optional(
  v.pipe(v.nullable(v.string()), v.transform((text) => text ?? undefined)),
);

/** A whole number, such as a seed. */
export const whole = v.pipe(v.number(), v.integer("a whole number"));

/** Ends of an interval. */
export const ends = v.tuple([measured, measured]);

/** An estimate with its interval. */
export const interval = v.object({
  estimate: measured,
  low: measured,
  high: measured,
});

/** An interval that may be missing: a metric that is not defined has none. */
export const maybeInterval = v.optional(interval, { estimate: null, low: null, high: null });

/** The four metrics of a fold; files may hold more, such as a loss. */
export const metrics = v.looseObject({
  auroc_macro: maybeMeasured,
  f1_macro: maybeMeasured,
  sensitivity_micro: maybeMeasured,
  specificity_micro: maybeMeasured,
});

/** Intervals of the four metrics. */
export const metricIntervals = v.object({
  auroc_macro: maybeInterval,
  f1_macro: maybeInterval,
  sensitivity_micro: maybeInterval,
  specificity_micro: maybeInterval,
});

/** Scores of one class. */
export const classScores = v.looseObject({
  support: maybeMeasured,
  auroc: maybeMeasured,
  auprc: maybeMeasured,
  f1: maybeMeasured,
});

/** Class name → scores. */
export const perClass = v.record(v.string(), classScores);

/**
 * Names of the files in a run's folder, and the rows of its metrics.
 *
 * @module
 */

/** Settings of a run. */
export const CONFIG_FILE = "config.json";

/** Rows of metrics, one JSON object a line. */
export const METRICS_FILE = "metrics.jsonl";

/** What a finished run leaves. */
export const RESULT_FILE = "result.json";

/** One object of `metrics.jsonl`. */
export type MetricsRow = Readonly<Record<string, number | string | boolean | null>>;

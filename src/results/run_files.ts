/** The files in a run's folder: their names and what they hold. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { metrics, perClass } from "./schema/fields.ts";

/** Settings of a run. */
export const CONFIG_FILE = "config.json";

/** Rows of metrics, one JSON object a line. */
export const METRICS_FILE = "metrics.jsonl";

/** What a finished run leaves. */
export const RESULT_FILE = "result.json";

/** What a stopped run needs to continue. */
export const STATE_FILE = "state.safetensors";

/** True where a run stopped in this folder and can continue. */
export function isUnfinished(runFolder: string): boolean {
  return existsSync(join(runFolder, STATE_FILE));
}

/** One object of `metrics.jsonl`. */
export type MetricsRow = Readonly<Record<string, number | string | boolean | null>>;

const json = v.custom<JsonValue>(() => true);

/** `config.json`: settings that readers ask for, and all others. Older runs lack some of them. */
export const runConfig = v.objectWithRest({
  command: v.optional(v.string()),
  commandLine: v.optional(v.nullable(v.string())),
  method: v.optional(v.nullable(v.string())),
  seed: v.optional(v.number()),
  epochs: v.optional(v.number()),
  adapter: v.optional(v.string()),
  version: v.optional(v.string()),
  deno: v.optional(v.string()),
  started: v.optional(v.string()),
}, json);

/** What {@linkcode runConfig} gives. */
export type RunConfig = Readonly<v.InferOutput<typeof runConfig>>;

/** A row of an epoch (without `step`) or of a step. */
export const metricsRow = v.objectWithRest(
  { epoch: v.number() },
  v.custom<string | boolean | number | null>((value) =>
    typeof value !== "object" || value === null
  ),
);

/** `result.json` of a classifier (`test` …) or of a pretraining (`probe` …). */
export const runResult = v.objectWithRest({
  best_epoch: v.optional(v.number()),
  validation: v.optional(metrics),
  test: v.optional(metrics),
  test_per_class: v.optional(perClass),
  probe: v.optional(v.looseObject({ test: v.optional(metrics) })),
}, json);

/** What {@linkcode runResult} gives; numbers that are not defined are NaN. */
export type RunResult = Readonly<v.InferOutput<typeof runResult>>;

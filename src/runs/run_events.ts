/**
 * A run's metrics as TensorBoard shows them. The page has a section for each word before a slash:
 *
 * | tag                                                    | over   |
 * | ------------------------------------------------------ | ------ |
 * | `train/loss`, `train/gradient_norm`, `train/learning_rate` | steps  |
 * | `epoch/train_loss`, `epoch/seconds`, `epoch/records_per_second` | epochs |
 * | `validation/loss`, `validation/auroc_macro`, …          | epochs |
 * | `test/auroc_macro`, … and, of pretraining, `probe/…`, `random_probe/…` | the epoch that is tested |
 */

import type { FlatValue } from "../results/flat_settings.ts";
import type { Event } from "./tensorboard/event.ts";
import type { MetricsRow } from "../results/run_files.ts";

/** Numbers of an epoch's row that are measured on validation records, with their tags. */
const VALIDATION_TAGS: Readonly<Record<string, string>> = {
  validation_loss: "validation/loss",
  f1_macro: "validation/f1_macro",
  auroc_macro: "validation/auroc_macro",
  sensitivity_micro: "validation/sensitivity_micro",
  specificity_micro: "validation/specificity_micro",
  embedding_spread: "validation/embedding_spread",
  probe_auroc: "validation/probe_auroc",
};

/**
 * The event of a row of metrics. What is not defined, null in files, is NaN; words and switches are
 * left out.
 *
 * @param wallTime Seconds since 1970
 */
export function rowEvent(row: MetricsRow, wallTime: number): Extract<Event, { kind: "scalars" }> {
  const { epoch, step, ...metrics } = row;
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value !== "number" && value !== null) continue;
    const tag = step !== undefined ? `train/${name}` : VALIDATION_TAGS[name] ?? `epoch/${name}`;
    // Files of metrics have null for all that is not finite, and so would a resumed run.
    values[tag] = value !== null && Number.isFinite(value) ? value : NaN;
  }
  return { kind: "scalars", wallTime, step: Number(step ?? epoch), values };
}

/** The event of a run's start with its settings; TensorBoard has no lists and no null. */
export function startEvent(
  settings: Readonly<Record<string, FlatValue>>,
  wallTime: number,
): Event {
  const given = Object.entries(settings).flatMap(([name, value]) =>
    value === null ? [] : [[name, typeof value === "object" ? JSON.stringify(value) : value]]
  );
  return { kind: "session start", wallTime, settings: Object.fromEntries(given) };
}

/**
 * Events of rows that an earlier part of the run has left. Files of metrics have no times: each row
 * gets the time at which its epoch ended, as far as the epochs' seconds tell.
 *
 * @param started Beginning of the run, seconds since 1970
 */
export function keptEvents(rows: readonly MetricsRow[], started: number): Event[] {
  const ends = new Map<number, number>();
  let now = started;
  for (const { epoch, seconds } of rows) {
    if (typeof seconds === "number") ends.set(Number(epoch), now += seconds);
  }
  return rows.map((row) => rowEvent(row, ends.get(Number(row.epoch)) ?? started));
}

/**
 * What the results cost in time.
 *
 * @module
 */

import { mean } from "../../../stats/descriptive.ts";
import { column, epochsDone, type Run } from "../../read_run.ts";
import { count, duration, meanSd } from "../cells.ts";
import { missing, type Section, table, text } from "../document.ts";
import { type ReportInput, runGroups } from "../report_input.ts";

/** Makes the section. */
export function costSection(input: ReportInput): Section {
  const groups = runGroups(input).filter(({ runs }) => runs.some((run) => times(run).length > 0));
  const timed = table({
    caption: "Mean ± SD over runs. Source: metrics.jsonl and config.json of the runs",
    columns: [
      "training",
      "runs",
      "epochs",
      "time of a run",
      "time of an epoch (s)",
      "records/s",
      "all runs",
      "adapter",
    ],
    rows: groups.map(({ name, runs }) => {
      const totals = runs.map((run) => times(run).reduce((sum, seconds) => sum + seconds, 0));
      return [
        name,
        count(runs.length),
        meanSd(runs.map(epochsDone), 0),
        duration(mean(totals)),
        meanSd(runs.map((run) => mean(times(run))), 1),
        meanSd(runs.map((run) => mean(finite(run, "records_per_second"))), 0),
        duration(totals.reduce((sum, seconds) => sum + seconds, 0)),
        [...new Set(runs.map(({ config }) => config.adapter ?? "not noted"))].join("; "),
      ];
    }),
  });
  return {
    id: "cost",
    title: "Computational cost",
    blocks: [
      text(
        "Time of the training epochs alone, without reading data and without validation. Runs " +
          "that shared a machine slowed each other down.",
      ),
      groups.length > 0 ? timed : missing("train-multiseed", "Times of training: no run folder"),
    ],
  };
}

function times(run: Run): number[] {
  return finite(run, "seconds");
}

function finite({ epochRows }: Run, metric: string): number[] {
  return column(epochRows, metric).filter(Number.isFinite);
}

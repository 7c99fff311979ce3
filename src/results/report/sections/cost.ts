/** What the results cost in time. */

import { mean } from "../../../stats/descriptive.ts";
import { column, epochsDone, type Run } from "../../read_run.ts";
import { count, duration, meanSd } from "../cells.ts";
import { missing, section, table } from "../document.ts";
import { type ReportInput, runGroups } from "../report_input.ts";

/** Makes the section. */
export function costSection(input: ReportInput) {
  const groups = runGroups(input).filter(({ runs }) => runs.some((run) => times(run).length > 0))
    .map((group) => ({ ...group, totals: group.runs.map((run) => sum(times(run))) }));
  return section(
    "cost",
    "Computational cost",
    "Time of the training epochs alone, without reading data and without validation. Runs " +
      "that shared a machine slowed each other down.",
    groups.length === 0 && missing("train-multiseed", "Times of training: no run folder"),
    table("Mean ± SD over runs. Source: metrics.jsonl and config.json of the runs", groups, [
      ["training", ({ name }) => name],
      ["runs", ({ runs }) => count(runs.length)],
      ["epochs", ({ runs }) => meanSd(runs.map(epochsDone), 0)],
      ["time of a run", ({ totals }) => duration(mean(totals))],
      ["time of an epoch (s)", ({ runs }) => meanSd(runs.map((run) => mean(times(run))), 1)],
      [
        "records/s",
        ({ runs }) => meanSd(runs.map((run) => mean(finite(run, "records_per_second"))), 0),
      ],
      ["all runs", ({ totals }) => duration(sum(totals))],
      [
        "adapter",
        ({ runs }) =>
          [...new Set(runs.map(({ config }) => config.adapter ?? "not noted"))].join("; "),
      ],
    ]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function times(run: Run): number[] {
  return finite(run, "seconds");
}

function finite({ epochRows }: Run, metric: string): number[] {
  return column(epochRows, metric).filter(Number.isFinite);
}

/**
 * What the results cost in time.
 *
 * @module
 */

import { formatDuration } from "../../text/format.ts";
import type { Block, Cell, Section } from "./document.ts";
import { meanInterval } from "../../stats/mean_interval.ts";
import { column, epochsDone, type Run } from "../read_run.ts";
import { count, meanSd } from "./cells.ts";
import type { Material } from "./configurations.ts";
import { textAt } from "./json_fields.ts";
import { pretrainingGroups, type RunGroup } from "./learning_section.ts";

/** Makes the section. */
export function costSection(material: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "Time of the training epochs alone, without reading data and without validation. Runs " +
      "that shared a machine were slowed by each other.",
  }];
  const classifiers = [...material.configurations, ...material.singles].map(
    ({ name, seeds }): RunGroup => ({ name, runs: seeds.flatMap(({ run }) => run ?? []) }),
  );
  const groups = [...classifiers, ...pretrainingGroups(material)].filter(({ runs }) =>
    runs.some(({ epochRows }) => column(epochRows, "seconds").some(Number.isFinite))
  );
  if (groups.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Times of training: no run folder",
      command: "deno task train-multiseed",
    });
  } else {
    blocks.push({
      kind: "table",
      table: {
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
        rows: groups.map(({ name, runs }) => [
          name,
          count(runs.length),
          meanSd(runs.map(epochsDone), 0),
          duration(meanInterval(runs.map(secondsOf)).mean),
          meanSd(runs.map((run) => secondsOf(run) / timedEpochs(run)), 1),
          meanSd(runs.map(({ epochRows }) => mean(column(epochRows, "records_per_second"))), 0),
          duration(runs.reduce((sum, run) => sum + secondsOf(run), 0)),
          [...new Set(runs.map(({ config }) => textAt(config, "adapter") ?? "not noted"))].join(
            "; ",
          ),
        ]),
      },
    });
  }
  return { id: "cost", title: "Computational cost", blocks };
}

function secondsOf({ epochRows }: Run): number {
  return column(epochRows, "seconds").filter(Number.isFinite).reduce((sum, s) => sum + s, 0);
}

function timedEpochs({ epochRows }: Run): number {
  return column(epochRows, "seconds").filter(Number.isFinite).length;
}

function mean(values: readonly number[]): number {
  return meanInterval(values).mean;
}

function duration(seconds: number): Cell {
  return Number.isFinite(seconds)
    ? { text: formatDuration(seconds), sort: seconds }
    : { text: "n/a" };
}

/**
 * `linear-probe` and `knn-probe` as a person sees them.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { CommandContext } from "./flags/command.ts";
import {
  formatCount,
  formatInterval,
  formatNumber,
  formatPath,
  formatScore,
} from "../text/format.ts";
import type { ProbeOptions as ProbeFlags } from "./flags/probe_flags.ts";
import { Progress } from "./progress.ts";
import { renderTable } from "../text/table.ts";
import { countClasses, dataName } from "../data/signals/record_set.ts";
import { UsageError } from "../errors.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { describeMetrics, predictionsCsv } from "../evaluation/evaluation_tables.ts";
import {
  type CheckpointProbe,
  type LinearFit,
  probeCheckpoint,
  type ProbedNetwork,
  type ProbeSettings,
  type ProbeTurn,
  probeTurns,
} from "../evaluation/probe_checkpoint.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { barChart } from "../plots/bar_chart.ts";
import { assertFolderWritable, printSettings, workspaceSettings } from "./console.ts";
import { openWorkspace } from "./open_workspace.ts";

/** Runs either command. */
export async function runProbe(
  command: "linear-probe" | "knn-probe",
  flags: ProbeFlags,
  probe: ProbeSettings,
  context: CommandContext,
): Promise<void> {
  if (flags.crossValidate && context.given.has("fold")) {
    throw new UsageError("--cross-validate reports on every fold: leave out --fold");
  }
  for (const flag of ["json", "predictions", "figure"] as const) {
    const path = flags[flag];
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const settings: Settings = {
    ...flags,
    probe,
    fold: flags.crossValidate ? "each" : flags.fold,
  };
  let turns: readonly ProbeTurn[] = [];
  const workspace = await openWorkspace({
    flags,
    context,
    normalization: normalizationFor(checkpoint, flags.normalize),
    check: (set) => turns = probeTurns(set, settings),
  });
  try {
    printSettings([
      ["Command", command],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
      ["Probe", describeProbe(settings)],
      [
        "Labels",
        `${labeledRecords(turns)} records ` +
        `(${Number((100 * flags.labelFraction).toPrecision(6))} %), seed ${flags.seed}`,
      ],
    ]);
    using progress = new Progress({ label: "Computing features", total: 1, unit: "records" });
    const result = await probeCheckpoint(workspace, {
      ...settings,
      checkpoint,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    printResult(result, settings, workspace);
    await writeFiles(result, command, settings, workspace, context);
  } finally {
    workspace.destroy();
  }
}

type Settings = Omit<ProbeFlags, "fold"> & {
  readonly probe: ProbeSettings;
  readonly fold: number | "each";
};

function describeProbe({ probe, fold }: Settings): string {
  if (probe.kind === "knn") {
    return `${formatCount(probe.k)} nearest neighbors, temperature ${probe.temperature}`;
  }
  return "logistic regression, " +
    (probe.penalty === undefined
      ? `penalty chosen on ${fold === "each" ? "the fold before" : "fold 9"}`
      : `C = ${probe.penalty}`);
}

/** "1,200", or "1,180 to 1,204" where the folds differ in size. */
function labeledRecords(turns: readonly ProbeTurn[]): string {
  const counts = turns.map(({ labeled }) => labeled.length);
  return span(Math.min(...counts), Math.max(...counts), formatCount);
}

/** "fold 10", or "each of 10 folds in turn". */
function foldsOf({ turns }: CheckpointProbe): string {
  return turns.length === 1 ? `fold ${turns[0].fold}` : `each of ${turns.length} folds in turn`;
}

function span(low: number, high: number, format: (value: number) => string): string {
  return low === high ? format(low) : `${format(low)} to ${format(high)}`;
}

function penalties(fits: readonly LinearFit[]): string {
  const values = fits.map(({ penalty }) => penalty);
  return span(Math.min(...values), Math.max(...values), (value) => formatNumber(value, 3));
}

/** Cells of a metric with its interval; differences carry a sign. */
function cells(interval: Interval, signed = false): [string, string] {
  const value = formatScore(interval.estimate, 4);
  return [signed && interval.estimate > 0 ? `+${value}` : value, formatInterval(interval)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function printResult(
  result: CheckpointProbe,
  { fold }: Settings,
  { set }: Workspace,
): void {
  const { turns, architecture, features, trained, random, gain } = result;
  const networks = [
    { name: "checkpoint", ...trained },
    ...random.map((each) => ({ name: `random, seed ${each.seed}`, ...each })),
  ];
  const fitted = trained.fits !== undefined;
  const where = foldsOf(result);
  console.log(
    `${where[0].toUpperCase()}${where.slice(1)}, ${formatCount(trained.rows.length)} records; ` +
      `${architecture}, ${features} features\n`,
  );
  console.log(renderTable(
    [
      "encoder",
      { title: "AUROC", align: "right" },
      "95 % interval",
      { title: "F1", align: "right" },
      "95 % interval",
      ...(fitted ? [{ title: "C", align: "right" } as const] : []),
    ],
    [
      ...networks.map(({ name, intervals: { overall }, fits }) => [
        name,
        ...cells(overall.auroc_macro),
        ...cells(overall.f1_macro),
        ...(fits ? [penalties(fits)] : []),
      ]),
      [
        "gain",
        ...cells(gain.overall.auroc_macro, true),
        ...cells(gain.overall.f1_macro, true),
        ...(fitted ? [""] : []),
      ],
    ],
  ));
  console.log("");
  console.log(renderTable(
    [
      "class",
      { title: "records", align: "right" },
      { title: "AUROC", align: "right" },
      "95 % interval",
      { title: "random", align: "right" },
      { title: "gain", align: "right" },
      "95 % interval",
      { title: "F1", align: "right" },
      "95 % interval",
    ],
    set.classNames.map((name, c) => [
      name,
      formatCount(trained.perClass[c].support),
      ...cells(trained.intervals.perClass[c].auroc),
      formatScore(mean(random.map(({ perClass }) => perClass[c].auroc)), 4),
      ...cells(gain.perClass[c].auroc, true),
      ...cells(trained.intervals.perClass[c].f1),
    ]),
  ));
  console.log(
    `\nGain: over the mean of ${random.length === 1 ? "the" : random.length} random ` +
      `${random.length === 1 ? "encoder" : "encoders"}, paired by record. Intervals: percentile ` +
      "bootstrap over records, 1,000 resamples\n",
  );
  if (fold === "each") {
    console.log(
      "Cross-validation: the labels of a record are never fitted to when it is reported on. Its " +
        "signal may have served to pretrain the encoder\n",
    );
  }
  const absent = set.classNames.filter((_, c) =>
    turns.some(({ labeled }) => {
      const count = countClasses(set.labels, set.classNames.length, labeled)[c];
      return count === 0 || count === labeled.length;
    })
  );
  if (absent.length > 0) {
    console.log(
      `Nothing to learn about ${absent.join(", ")}: all labeled records agree. Their ` +
        `probabilities are the same for every record\n`,
    );
  }
  const unfinished = networks.filter(({ fits }) => fits?.some(({ converged }) => !converged));
  if (unfinished.length > 0) {
    console.log(
      `Not converged: ${unfinished.map(({ name }) => name).join("; ")}. The logistic regression ` +
        "reached its step limit. Give a smaller --penalty\n",
    );
  }
}

async function writeFiles(
  result: CheckpointProbe,
  command: string,
  settings: Settings,
  workspace: Workspace,
  { commandLine }: CommandContext,
): Promise<void> {
  const { json, predictions, figure } = settings;
  if (predictions !== undefined) {
    await writeFileAtomically(predictions, predictionsCsv(result.trained, workspace.set));
    console.log(`Predictions  ${predictions}`);
  }
  if (json !== undefined) {
    const description = await describeResult(result, command, settings, workspace);
    const all = { command_line: commandLine, ...description };
    // What is not defined (NaN) becomes null.
    await writeFileAtomically(json, JSON.stringify(all, null, 2) + "\n");
    console.log(`JSON         ${json}`);
  }
  if (figure === undefined) return;
  const svg = await drawBars(result, settings, workspace);
  if (svg === undefined) {
    console.log("Figure       none: AUROC is not defined where every class has one label only");
    return;
  }
  await writeFileAtomically(figure, svg);
  console.log(`Figure       ${figure}`);
}

async function describeResult(
  { trained, random, gain, turns, architecture, features }: CheckpointProbe,
  command: string,
  { checkpoint, probe, fold, labelFraction, seed }: Settings,
  { set, gpu, normalization }: Workspace,
): Promise<Record<string, unknown>> {
  const describeFit = ({ fold: tested, penalty, validationAuroc, converged }: LinearFit) => ({
    ...(fold === "each" ? { fold: tested } : {}),
    penalty,
    ...(validationAuroc === undefined ? {} : { validation_auroc: validationAuroc }),
    converged,
  });
  const describe = (network: ProbedNetwork) => ({
    ...(network.fits &&
      (fold === "each" ? { fits: network.fits.map(describeFit) } : describeFit(network.fits[0]))),
    ...describeMetrics(network, set.classNames),
  });
  return {
    command,
    checkpoint,
    checkpoint_sha256: await sha256OfFile(checkpoint),
    architecture,
    features,
    data: set.source,
    adapter: gpu.name,
    normalisation: normalization.kind,
    probe: probe.kind === "knn"
      ? { k: probe.k, temperature: probe.temperature }
      : { penalty: probe.penalty ?? `chosen on ${fold === "each" ? "the fold before" : "fold 9"}` },
    label_fraction: labelFraction,
    labelled: Math.round(mean(turns.map(({ labeled }) => labeled.length))),
    fold,
    records: trained.rows.length,
    seed,
    trained: describe(trained),
    random: random.map((network) => ({ seed: network.seed, ...describe(network) })),
    gain: {
      ...gain.overall,
      per_class: Object.fromEntries(set.classNames.map((name, c) => [name, gain.perClass[c]])),
    },
  };
}

/** Undefined where the macro AUROC is not defined. */
function drawBars(
  result: CheckpointProbe,
  { checkpoint, probe }: Settings,
  { set }: Workspace,
): Promise<string> | undefined {
  const { trained, random, gain, turns } = result;
  const { estimate, low, high } = gain.overall.auroc_macro;
  if (!Number.isFinite(estimate)) return undefined;
  const bar = (name: string, { intervals }: ProbedNetwork) => ({
    name,
    value: intervals.overall.auroc_macro.estimate,
    low: intervals.overall.auroc_macro.low,
    high: intervals.overall.auroc_macro.high,
  });
  const sign = estimate > 0 ? "+" : "";
  return barChart({
    title: probe.kind === "knn"
      ? `${probe.k} nearest neighbors on frozen features`
      : "Linear probe on frozen features",
    caption: `${dataName(set)}, ${foldsOf(result)}, n = ${formatCount(trained.rows.length)} ` +
      `records, ${labeledRecords(turns)} labeled; 95 % bootstrap intervals over records. ` +
      `Gain over the random encoders ${sign}${formatScore(estimate)} ` +
      `(${formatInterval({ low, high })}, paired)`,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    maximum: 1,
    bars: [
      { ...bar(formatPath(checkpoint), trained), group: "checkpoint" },
      ...random.map((each) => ({
        ...bar(`random, seed ${each.seed}`, each),
        group: "random weights",
      })),
    ],
  });
}

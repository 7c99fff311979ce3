/**
 * `linear-probe` and `knn-probe` as a person sees them.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../checkpoint/describe_checkpoint.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { CommandContext } from "../cli/command.ts";
import {
  formatCount,
  formatInterval,
  formatNumber,
  formatPath,
  formatScore,
} from "../cli/format.ts";
import type { ProbeOptions } from "../cli/probe_flags.ts";
import { Progress } from "../cli/progress.ts";
import { renderTable } from "../cli/table.ts";
import { countClasses, dataName } from "../data/record_set.ts";
import { normalisationFor } from "../jobs/checkpoints.ts";
import { describeMetrics, predictionsCsv } from "../jobs/evaluation_tables.ts";
import {
  type CheckpointProbe,
  probeCheckpoint,
  type ProbedNetwork,
  probeRows,
  type ProbeSettings,
} from "../jobs/probe_checkpoint.ts";
import type { Workspace } from "../jobs/workspace.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { barChart } from "../report/bar_chart.ts";
import { assertFolderWritable, printSettings, workspaceSettings } from "./console.ts";
import { openWorkspace } from "./open_workspace.ts";

/** Runs either command. */
export async function runProbe(
  command: "linear-probe" | "knn-probe",
  flags: ProbeOptions,
  probe: ProbeSettings,
  context: CommandContext,
): Promise<void> {
  for (const flag of ["json", "predictions", "figure"] as const) {
    const path = flags[flag];
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const settings = { ...flags, probe };
  const workspace = await openWorkspace({
    flags,
    context,
    normalisation: normalisationFor(checkpoint, flags.normalize),
    check: (set) => void probeRows(set, settings),
  });
  try {
    const { labelled } = probeRows(workspace.set, settings);
    printSettings([
      ["Command", command],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
      ["Probe", describeProbe(probe)],
      [
        "Labels",
        `${formatCount(labelled.length)} records ` +
        `(${Number((100 * flags.labelFraction).toPrecision(6))} %), seed ${flags.seed}`,
      ],
    ]);
    using progress = new Progress({ label: "Computing features", total: 1, unit: "records" });
    const result = await probeCheckpoint(workspace, {
      ...settings,
      checkpoint,
      path: flags.checkpoint,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    printResult(result, flags, workspace);
    await writeFiles(result, command, settings, workspace, context);
  } finally {
    workspace.destroy();
  }
}

function describeProbe(probe: ProbeSettings): string {
  if (probe.kind === "knn") {
    return `${formatCount(probe.k)} nearest neighbours, temperature ${probe.temperature}`;
  }
  return "logistic regression, " +
    (probe.penalty === undefined ? "penalty chosen on fold 9" : `C = ${probe.penalty}`);
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
  { fold }: ProbeOptions,
  { set }: Workspace,
): void {
  const { labelled, architecture, features, trained, random, gain } = result;
  const networks = [
    { name: "checkpoint", ...trained },
    ...random.map((each) => ({ name: `random, seed ${each.seed}`, ...each })),
  ];
  const penalties = trained.fit !== undefined;
  console.log(
    `Fold ${fold}, ${formatCount(trained.rows.length)} records; ${architecture}, ` +
      `${features} features\n`,
  );
  console.log(renderTable(
    [
      "encoder",
      { title: "AUROC", align: "right" },
      "95 % interval",
      { title: "F1", align: "right" },
      "95 % interval",
      ...(penalties ? [{ title: "C", align: "right" } as const] : []),
    ],
    [
      ...networks.map(({ name, intervals: { overall }, fit }) => [
        name,
        ...cells(overall.auroc_macro),
        ...cells(overall.f1_macro),
        ...(penalties ? [formatNumber(fit!.penalty, 3)] : []),
      ]),
      [
        "gain",
        ...cells(gain.overall.auroc_macro, true),
        ...cells(gain.overall.f1_macro, true),
        ...(penalties ? [""] : []),
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
  const counts = countClasses(set.labels, set.classNames.length, labelled);
  const absent = set.classNames.filter((_, c) => counts[c] === 0 || counts[c] === labelled.length);
  if (absent.length > 0) {
    console.log(
      `Nothing to learn about ${absent.join(", ")}: all labelled records agree. Their ` +
        `probabilities are the same for every record\n`,
    );
  }
  const unfinished = networks.filter(({ fit }) => fit?.converged === false);
  if (unfinished.length > 0) {
    console.log(
      `Not converged: ${unfinished.map(({ name }) => name).join("; ")}. The logistic regression ` +
        "reached its step limit. Give a smaller --penalty\n",
    );
  }
}

type Settings = ProbeOptions & { readonly probe: ProbeSettings };

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
  { trained, random, gain, labelled, architecture, features }: CheckpointProbe,
  command: string,
  { checkpoint, probe, fold, labelFraction, seed }: Settings,
  { set, gpu, normalisation }: Workspace,
): Promise<Record<string, unknown>> {
  const describe = (network: ProbedNetwork) => ({
    ...(network.fit
      ? {
        penalty: network.fit.penalty,
        ...(network.fit.validationAuroc === undefined
          ? {}
          : { validation_auroc: network.fit.validationAuroc }),
        converged: network.fit.converged,
      }
      : {}),
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
    normalisation: normalisation.kind,
    probe: probe.kind === "knn"
      ? { k: probe.k, temperature: probe.temperature }
      : { penalty: probe.penalty ?? "chosen on fold 9" },
    label_fraction: labelFraction,
    labelled: labelled.length,
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
  { trained, random, gain, labelled }: CheckpointProbe,
  { checkpoint, probe, fold }: Settings,
  { set }: Workspace,
): Promise<string> | undefined {
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
      ? `${probe.k} nearest neighbours on frozen features`
      : "Linear probe on frozen features",
    caption: `${dataName(set)}, fold ${fold}, n = ${formatCount(trained.rows.length)} records, ` +
      `${formatCount(labelled.length)} labelled; 95 % bootstrap intervals over records. ` +
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

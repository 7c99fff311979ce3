/** What `linear-probe` and `knn-probe` do and show. */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import { countClasses, dataName } from "../data/signals/record_set.ts";
import { UsageError } from "../errors.ts";
import {
  type CheckpointProbe,
  type LinearFit,
  probeCheckpoint,
  type ProbedNetwork,
  type ProbeSettings,
  type ProbeTurn,
  probeTurns,
} from "../evaluation/probe_checkpoint.ts";
import { describeMetrics } from "../metrics/evaluated_metrics.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import { probeResults } from "../results/schema/kinds.ts";
import { writeResult } from "../results/schema/result_file.ts";
import { predictionsCsv } from "../results/test_predictions.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import type { Workspace } from "../runs/workspace.ts";
import { mean } from "../stats/descriptive.ts";
import {
  formatCount,
  formatNumber,
  formatPath,
  formatShare,
  formatSigned,
  formatSignedInterval,
  plural,
} from "../text/format.ts";
import { writeAurocChart } from "./views/comparison_view.ts";
import { printSettings, warnOfOneLabel, workspaceSettings } from "./console.ts";
import type { CommandContext } from "./flags/command.ts";
import type { ProbeOptions as ProbeFlags } from "./flags/evaluation_flags.ts";
import { openWorkspace } from "./open_workspace.ts";
import { assertOutputs, writeOutputs } from "./outputs.ts";
import { Progress } from "./progress.ts";
import { INTERVALS_NOTE, scoreTable } from "./views/score_table.ts";

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
  assertOutputs(flags);
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const settings: Settings = { ...flags, probe, fold: flags.crossValidate ? "each" : flags.fold };
  let turns: readonly ProbeTurn[] = [];
  using workspace = await openWorkspace({
    flags,
    context,
    normalization: normalizationFor(checkpoint, flags.normalize),
    check: (set) => turns = probeTurns(set, settings),
  });
  printSettings([
    ["Command", command],
    ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
    ...workspaceSettings(workspace),
    ["Probe", describeProbe(settings)],
    [
      "Labels",
      `${labeledRecords(turns)} records (${formatShare(flags.labelFraction)}), seed ${flags.seed}`,
    ],
  ]);
  using progress = new Progress({ label: "Computing features", unit: "records" });
  const result = await probeCheckpoint(workspace, {
    ...settings,
    checkpoint,
    signal: context.signal,
    onProgress: progress.report,
  });
  progress.finish();
  printResult(result, settings, workspace);
  await writeOutputs([
    [
      "Predictions",
      flags.predictions,
      (file) => writeFileAtomically(file, predictionsCsv(result.trained, workspace.set)),
    ],
    ["JSON", flags.json, async (file) => {
      const description = await describeResult(result, settings, workspace);
      const { commandLine: command_line } = context;
      await writeResult(file, probeResults, { command, command_line, ...description });
    }],
    ["Figure", flags.figure, (file) => drawBars(file, result, settings, workspace)],
  ]);
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
    (probe.inverseRegularization === undefined
      ? `C ${chosenOn(fold)}`
      : `C = ${probe.inverseRegularization}`);
}

function chosenOn(fold: number | "each"): string {
  return `chosen on ${fold === "each" ? "the fold before" : "fold 9"}`;
}

/** "1,200", or "1,180 to 1,204" where the folds differ in size. */
function labeledRecords(turns: readonly ProbeTurn[]): string {
  return span(turns.map(({ labeled }) => labeled.length), formatCount);
}

/** "fold 10", or "each of 10 folds in turn". */
function foldsOf({ turns }: CheckpointProbe): string {
  return turns.length === 1 ? `fold ${turns[0].fold}` : `each of ${turns.length} folds in turn`;
}

function span(values: readonly number[], format: (value: number) => string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? format(low) : `${format(low)} to ${format(high)}`;
}

function printResult(result: CheckpointProbe, { fold }: Settings, { set }: Workspace): void {
  const { turns, architecture, features, trained, random, gain } = result;
  const networks = [
    { name: "checkpoint", ...trained },
    ...random.map((each) => ({ name: `random, seed ${each.seed}`, ...each })),
  ];
  const where = foldsOf(result);
  console.log(
    `${where[0].toUpperCase()}${where.slice(1)}, ${formatCount(trained.rows.length)} records; ` +
      `${architecture}, ${features} features\n`,
  );
  const lines = [
    ...networks.map(({ name, intervals, fits }) => ({ name, ...intervals.overall, fits })),
    { name: "gain", ...gain.overall, fits: [] },
  ];
  const signed = ({ name }: { readonly name: string }) => name === "gain";
  const penalties = ({ fits }: { readonly fits: readonly LinearFit[] }) =>
    fits.length === 0 ? undefined : span(
      fits.map(({ inverseRegularization }) => inverseRegularization),
      (value) => formatNumber(value, 3),
    );
  console.log(scoreTable(lines, [
    { title: "encoder", text: ({ name }) => name },
    { title: "AUROC", interval: ({ auroc_macro }) => auroc_macro, signed },
    { title: "F1", interval: ({ f1_macro }) => f1_macro, signed },
    { title: "C", align: "right", text: penalties },
  ]));
  console.log("");
  console.log(scoreTable([...set.classNames.keys()], [
    { title: "class", text: (c) => set.classNames[c] },
    { title: "records", align: "right", text: (c) => formatCount(trained.perClass[c].support) },
    { title: "AUROC", interval: (c) => trained.intervals.perClass[c].auroc },
    { title: "random", score: (c) => mean(random.map(({ perClass }) => perClass[c].auroc)) },
    { title: "gain", interval: (c) => gain.perClass[c].auroc, signed: true },
    { title: "F1", interval: (c) => trained.intervals.perClass[c].f1 },
  ]));
  const encoders = random.length === 1
    ? "the random encoder"
    : `the mean of ${random.length} random encoders`;
  console.log(`\nGain: over ${encoders}, paired by record. ${INTERVALS_NOTE}\n`);
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
  warnOfOneLabel(absent);
  const unfinished = networks.filter(({ fits }) => fits.some(({ converged }) => !converged));
  if (unfinished.length > 0) {
    console.log(
      `Not converged: ${unfinished.map(({ name }) => name).join("; ")}. The logistic regression ` +
        "reached its step limit. Give a smaller --C\n",
    );
  }
}

async function describeResult(
  { trained, random, gain, turns, architecture, features }: CheckpointProbe,
  { checkpoint, probe, fold, labelFraction, seed }: Settings,
  { set, gpu, normalization }: Workspace,
) {
  const describeFit = (fit: LinearFit) => ({
    fold: fold === "each" ? fit.fold : undefined,
    penalty: fit.inverseRegularization,
    validation_auroc: fit.validationAuroc,
    converged: fit.converged,
  });
  const describe = ({ fits, ...network }: ProbedNetwork) => ({
    ...fold === "each" && fits.length > 0
      ? { fits: fits.map(describeFit) }
      : fits.map(describeFit)[0],
    ...describeMetrics(network, set.classNames),
  });
  return {
    checkpoint,
    checkpoint_sha256: await sha256OfFile(checkpoint),
    architecture,
    features,
    data: set.source,
    adapter: gpu.name,
    normalisation: normalization.kind,
    probe: probe.kind === "knn"
      ? { k: probe.k, temperature: probe.temperature }
      : { penalty: probe.inverseRegularization ?? chosenOn(fold) },
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

function drawBars(
  file: string,
  result: CheckpointProbe,
  { checkpoint, probe }: Settings,
  { set }: Workspace,
): Promise<string | void> {
  const { trained, random, gain, turns } = result;
  const { auroc_macro } = gain.overall;
  const auroc = ({ intervals }: ProbedNetwork) => intervals.overall.auroc_macro;
  return writeAurocChart(file, {
    title: probe.kind === "knn"
      ? `${plural(probe.k, "nearest neighbor")} on frozen features`
      : "Linear probe on frozen features",
    caption: `${dataName(set)}, ${foldsOf(result)}, n = ${formatCount(trained.rows.length)} ` +
      `records, ${labeledRecords(turns)} labeled; 95 % bootstrap intervals over records. ` +
      `Gain over the random encoders ${formatSigned(auroc_macro.estimate, 3)} ` +
      `(${formatSignedInterval(auroc_macro, 3)}, paired)`,
    bars: [
      { name: formatPath(checkpoint), auroc: auroc(trained), group: "checkpoint" },
      ...random.map((each) => ({
        name: `random, seed ${each.seed}`,
        auroc: auroc(each),
        group: "random weights",
      })),
    ],
  });
}

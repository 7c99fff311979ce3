/** `deno task runs`: what has been trained, and how two runs differ. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import {
  formatClock,
  formatCount,
  formatNumber,
  formatScore,
  formatShare,
  shortNames,
} from "../src/text/format.ts";
import { didYouMean } from "../src/text/nearest.ts";
import { renderTable } from "../src/text/table.ts";
import { UsageError, UserError } from "../src/errors.ts";
import { compareRuns, type RunComparison, type SharedCurve } from "../src/results/compare_runs.ts";
import {
  findRuns,
  type FoundRuns,
  isRunFolder,
  readRun,
  type Run,
  runName,
} from "../src/results/read_run.ts";
import { RUN_ORDERS, type RunSummary, sortRuns, summarizeRun } from "../src/results/runs.ts";
import type { RunConfig } from "../src/results/run_files.ts";
import { jsonText } from "../src/results/schema/result_file.ts";
import { lineChart } from "../src/plots/line_chart.ts";
import { sparkline } from "../src/text/sparkline.ts";
import { assertFolderWritable } from "../src/console/console.ts";
import { type CommandContext, defineCommand, type Options } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, pathFlag, stringListFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { methodNamed } from "../src/methods/registry.ts";

const flags = {
  "root": pathFlag({ default: "results", description: "Folder to look through" }),
  "sort": choiceFlag({
    choices: RUN_ORDERS,
    default: "started",
    description: "Order: newest, best, longest first; losses, names and seeds ascending",
  }),
  "command": stringListFlag({ description: "Only runs of these commands, such as finetune" }),
  "json": booleanFlag({ description: "Print JSON in place of tables" }),
  "compare": booleanFlag({ description: "Compare the two runs named" }),
  "out": pathFlag({
    default: "results/compare",
    description: "Folder for the pictures of --compare",
  }),
};

type RunsOptions = Options<typeof flags>;

export const command = defineCommand({
  name: "runs",
  summary: "List the runs under results/, or compare two of them",
  description: [
    "A run is a folder that a training command wrote, at any depth. AUROC and F1 of a finished " +
    "classifier are those of the test fold, of one in progress those of the best epoch so far on " +
    "the validation fold; of a pretraining they are the linear probe's. A run that is resumable " +
    "continues with --resume. Damaged runs are listed with what is wrong.",
    "--compare takes two runs, by path or by the name in the list, and shows which settings and " +
    "metrics differ, with the curves of both in one picture each.",
    "Curves that do not mean the same, such as the losses of two pretraining methods, are left " +
    "out.",
  ],
  flags,
  positionals: { name: "RUN...", description: "The two runs of --compare", maximum: 2 },
  examples: [
    { args: "", about: "All runs, newest first" },
    { args: "--command finetune,train-supervised --sort auroc", about: "The best classifier" },
    {
      args: "--compare results/supervised results/finetuned",
      about: "Two runs side by side, with curves in results/compare",
    },
    { args: "--json", about: "For other programs" },
  ],
  run,
});

async function run(flags: RunsOptions, context: CommandContext): Promise<void> {
  const { positionals, given } = context;
  const usage = (message: string) => new UsageError(message);
  if (!flags.compare) {
    const [extra] = positionals;
    if (extra !== undefined) {
      throw usage(
        `Unexpected argument ${extra}: name two runs with --compare, a folder with --root`,
      );
    }
    if (given.has("out")) throw usage("--out is for the pictures of --compare: give both");
    return list(flags, context);
  }
  if (positionals.length < 2) {
    throw usage(`--compare needs two runs: name both, by path or as in the list`);
  }
  for (const flag of ["sort", "command"]) {
    if (given.has(flag)) throw usage(`--${flag} is for the list: leave out --compare`);
  }
  const [a, b] = positionals.map((name) => runNamed(name, flags.root));
  await compare([a, b], flags);
}

function list({ root, sort, command, json }: RunsOptions, { program }: CommandContext): void {
  if (!existsSync(root)) {
    throw new UserError(
      `There is no folder ${root}: train something first, such as with ` +
        `"${program} train-simclr", or name another folder with --root`,
    );
  }
  const found = findRuns(root);
  const summaries = sortRuns(ofCommands(found, root, command), sort);
  if (json) return console.log(jsonText(describeList(summaries, found, root)).trimEnd());
  if (summaries.length > 0) {
    console.log(listTable(summaries, root));
    console.log(
      "\nAUROC and F1: macro, on the test or validation fold, or of the linear probe; " +
        "loss: training, last epoch; time: training",
    );
  } else if (found.damaged.length === 0) {
    console.log(`No runs under ${root}`);
  }
  if (found.damaged.length > 0) {
    console.log(`\nDamaged: ${formatCount(found.damaged.length)}`);
    for (const { path, reason } of found.damaged) {
      console.log(`  ${runName(root, path)}: ${reason}`);
    }
  }
}

/** Summaries of the runs of some commands; of all where none are asked for. */
function ofCommands(
  { runs }: FoundRuns,
  root: string,
  wanted: readonly string[] | undefined,
): RunSummary[] {
  const summaries = runs.map(summarizeRun);
  if (wanted === undefined) return summaries;
  const there = [...new Set(summaries.map(({ command }) => command))].sort();
  for (const command of wanted) {
    if (there.includes(command)) continue;
    throw new UserError(
      `No run under ${root} is of ${command}: ` +
        (there.length > 0 ? `there are runs of ${there.join(", ")}` : "there are none at all"),
    );
  }
  return summaries.filter(({ command }) => wanted.includes(command));
}

function left(title: string) {
  return { title, align: "left" as const };
}

function listTable(summaries: readonly RunSummary[], root: string): string {
  return renderTable(
    [
      ...["started", "run", "command"].map(left),
      "seed",
      { title: "epochs", align: "right" },
      "AUROC",
      "F1",
      left("on"),
      "loss",
      { title: "time", align: "right" },
      left("state"),
    ],
    summaries.map((run) => [
      localTime(run.started),
      runName(root, run.path),
      describeCommand(run),
      orDash(run.seed, String),
      orDash(run.epochs, (epochs) => `${run.epochsDone}/${epochs}`),
      orDash(run.auroc, (auroc) => formatScore(auroc)),
      orDash(run.f1, (f1) => formatScore(f1)),
      run.measuredOn ?? "-",
      orDash(run.loss, (loss) => formatNumber(loss, 3)),
      formatClock(run.seconds),
      run.state,
    ]),
  );
}

/** `label-scarcity: ssl_frozen` where the command alone does not tell. */
function describeCommand({ command, method }: RunSummary): string {
  return method === null || command.endsWith(method.replaceAll("_", "-"))
    ? command
    : `${command}: ${method}`;
}

/** `2026-01-31 09:05`, as the clock on the wall shows it. */
function localTime(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace("T", " ");
}

function orDash(value: number, format: (value: number) => string): string {
  return Number.isFinite(value) ? format(value) : "-";
}

function describeList(
  summaries: readonly RunSummary[],
  { runs, damaged }: FoundRuns,
  root: string,
): unknown {
  const commandLines = new Map(runs.map(({ path, config }) => [path, config.commandLine ?? null]));
  const described = summaries.map(({ path, command, method, seed, epochs, seconds, ...run }) => ({
    name: runName(root, path),
    path,
    command,
    method,
    seed,
    epochs_done: run.epochsDone,
    epochs,
    auroc_macro: run.auroc,
    f1_macro: run.f1,
    measured_on: run.measuredOn,
    train_loss: run.loss,
    seconds,
    state: run.state,
    started: run.started.toISOString(),
    command_line: commandLines.get(path),
  }));
  return { root, runs: described, damaged };
}

/** The run of a path, else of a name in the list. */
function runNamed(name: string, root: string): Run {
  for (const path of [name, join(root, name)]) if (isRunFolder(path)) return readRun(path);
  if (existsSync(name)) return readRun(name); // says what it is not
  const names = existsSync(root) ? findRuns(root).runs.map(({ path }) => runName(root, path)) : [];
  throw new UserError(`There is no run ${name}, here or under ${root}${didYouMean(name, names)}`);
}

type Pair = readonly [a: Run, b: Run];

async function compare(runs: Pair, { json, out }: RunsOptions): Promise<void> {
  const lossOf = (command: string) => methodNamed(command.replace("train-", ""))?.loss;
  const comparison = compareRuns(...runs, lossOf);
  const names = shortNames(runs.map(({ path }) => path));
  const { curves } = comparison;
  if (curves.length > 0) assertFolderWritable(join(out, "loss.svg"), "--out");
  const figures = await Promise.all(curves.map(async (curve) => {
    const path = join(out, `${curve.name}.svg`);
    await writeFileAtomically(path, await draw(curve, names, runs));
    return path;
  }));
  if (json) console.log(jsonText(describeComparison(comparison, runs, figures)).trimEnd());
  else printComparison(comparison, runs, figures);
}

function draw(
  { title, a, b }: SharedCurve,
  names: readonly string[],
  runs: Pair,
): Promise<string> {
  return lineChart({
    title: `${names[0]} and ${names[1]}`,
    caption: runs.map(({ config }, i) => `${names[i]}: ${describeData(config)}`).join("; "),
    x: { title: "Epoch", whole: true },
    y: { title },
    points: true,
    series: [a, b].map(({ epochs, values }, i) => ({ name: names[i], x: epochs, y: values })),
  });
}

/** `seed 42, n = 1,200 training records, 10 % of their labels` */
function describeData({ seed, trainingRecords, labelFraction }: RunConfig): string {
  let text = `seed ${seed}`;
  if (typeof trainingRecords === "number") {
    text += `, n = ${formatCount(trainingRecords)} training records`;
  }
  if (typeof labelFraction === "number") text += `, ${formatShare(labelFraction)} of their labels`;
  return text;
}

function printComparison(
  { settings, metrics, curves, missingCurves }: RunComparison,
  runs: Pair,
  figures: readonly string[],
): void {
  console.log(runs.map(({ path, state }, i) => `${"AB"[i]}  ${path} (${state})`).join("\n") + "\n");
  const setting = (value: unknown) =>
    value === undefined ? "-" : typeof value === "string" ? value : JSON.stringify(value);
  console.log(
    settings.length === 0 ? "No setting differs" : renderTable(
      ["setting", "A", "B"].map(left),
      settings.map(({ name, a, b }) => [name, setting(a), setting(b)]),
    ),
  );
  // Metrics of single classes fill pages; JSON has them.
  const shown = metrics.filter(({ name }) => !name.includes("per_class"));
  console.log(
    "\n" + renderTable(
      [left("metric"), "A", "B", "B - A"],
      shown.map(({ name, a, b, difference }) => [
        name,
        orDash(a, formatNumber),
        orDash(b, formatNumber),
        orDash(difference, (value) => (value > 0 ? "+" : "") + formatNumber(value)),
      ]),
    ),
  );
  for (const { title, ...curve } of curves) {
    console.log(`\n${title}`);
    for (const key of ["a", "b"] as const) {
      const finite = curve[key].values.filter(Number.isFinite);
      console.log(
        `${key.toUpperCase()}  ${sparkline(curve[key].values, 60)}  ` +
          `${formatNumber(finite[0])} to ${formatNumber(finite.at(-1)!)}`,
      );
    }
  }
  if (missingCurves.length > 0) console.log("\n" + missingCurves.join("\n"));
  if (figures.length > 0) console.log(`\nFigures  ${figures.join("\n         ")}`);
}

function describeComparison(
  { settings, metrics, missingCurves }: RunComparison,
  runs: Pair,
  figures: readonly string[],
) {
  const [a, b] = runs.map(({ path, state, config: { commandLine = null } }) => (
    { path, state, command_line: commandLine }
  ));
  return {
    a,
    b,
    settings: Object.fromEntries(
      settings.map(({ name, a = null, b = null }) => [name, { a, b }]),
    ),
    metrics: Object.fromEntries(metrics.map(({ name, ...values }) => [name, values])),
    figures,
    missing_curves: missingCurves,
  };
}

if (import.meta.main) await runCommand(command);

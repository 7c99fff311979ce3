import { join } from "node:path";
import { dataArguments, printSettings, stoppedToRepeat } from "../src/console/console.ts";
import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import {
  type Command,
  type CommandContext,
  defineCommand,
  type FlagTable,
  type Options,
} from "../src/console/flags/command.ts";
import { choiceFlag, integerFlag, numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { camelCase, parseCommandLine } from "../src/console/flags/parse.ts";
import { executeCommand, runCommand } from "../src/console/flags/run_command.ts";
import { experimentFlags, jobsFlag, SEEDS } from "../src/console/flags/training_flags.ts";
import { UserError } from "../src/errors.ts";
import { MULTISEED_FILE } from "../src/results/schema/kinds.ts";
import { formatDuration } from "../src/text/format.ts";
import { quote } from "../src/text/shell_words.ts";

type StageName = "train-multiseed" | "statistical-tests" | "generate-publication-report";

/** Finds a command by its name. */
export type CommandLoader = (name: StageName) => Promise<Command<FlagTable>>;

const flags = {
  "preset": choiceFlag({
    choices: ["quick", "paper"],
    default: "quick",
    description: "Three seeds, 5 epochs and 5 of pretraining; or ten seeds, 30 and 20",
  }),
  "seeds": numberListFlag({
    ...SEEDS,
    description: "Seeds",
    defaultText: "those of the preset",
  }),
  "epochs": integerFlag({
    minimum: 1,
    description: "Passes over the labeled records",
    defaultText: "those of the preset",
  }),
  "pretrain-epochs": integerFlag({
    minimum: 1,
    description: "Passes over all training records in pretraining",
    defaultText: "those of the preset",
  }),
  "label-fraction": classifierFlags["label-fraction"],
  "jobs": jobsFlag,
  "results-dir": pathFlag({
    description: "Folder of results, tests and report",
    defaultText: "results, with the preset quick results/quick",
  }),
  "checkpoint-dir": pathFlag({
    description: "Folder of the classifiers' checkpoints",
    defaultText: "checkpoints, with the preset quick checkpoints/quick",
  }),
  ...experimentFlags,
};

type ReproduceOptions = Options<typeof flags>;

/** `deno task reproduce`: the headline experiment. */
export const command = defineCommand({
  name: "reproduce",
  summary: "Run the headline experiment, from training to the report",
  description: [
    "SimCLR, BYOL and supervised training with focal loss and oversampling on 10 % of the labels, " +
    "with three seeds or ten; then the statistical tests, then the report. Three commands one after the " +
    "other, which are printed and can be run by themselves.",
    "What is done is kept; stopped or failed, the same command continues. The time left follows from " +
    "the epochs measured so far, by kind of run.",
  ],
  flags,
  examples: [
    { args: "", about: "A quick look, within minutes on a GPU" },
    { args: "--preset paper --jobs 2", about: "Ten seeds, two runs at a time" },
  ],
  run: (options, context) => reproduce(options, context),
});

/** A command with its arguments. */
export interface Stage {
  readonly name: StageName;
  readonly args: readonly string[];
}

/**
 * The three commands: SimCLR, BYOL and supervised training under equal conditions, then the tests,
 * then the report. The presets use different folders, because their runs have other settings.
 *
 * @param given Names of the flags on the command line; those of data and device are passed on.
 */
export function reproduceStages(
  options: ReproduceOptions,
  given: ReadonlySet<string>,
): { results: string; stages: Stage[] } {
  const within = (folder: string) => options.preset === "quick" ? join(folder, "quick") : folder;
  const results = options.resultsDir ?? within("results");
  const checkpoints = options.checkpointDir ?? within("checkpoints");
  const tests = join(results, "statistical_tests");
  const argument = (name: string, value: unknown) =>
    value === undefined
      ? []
      : typeof value === "boolean"
      ? [`--${name}=${value}`]
      : [`--${name}`, `${value}`];
  const passedOn = Object.keys(experimentFlags)
    .filter((name) => given.has(name))
    .flatMap((name) => argument(name, options[camelCase(name) as keyof ReproduceOptions]));
  const training = [
    ...["--method", "simclr,byol,supervised"],
    ...["--loss", "focal", "--balance-strategy", "oversample"],
    ...argument("label-fraction", options.labelFraction),
    ...(options.preset === "quick" ? ["--quick"] : []),
    ...argument("seeds", options.seeds?.join(",")),
    ...argument("epochs", options.epochs),
    ...argument("pretrain-epochs", options.pretrainEpochs),
    ...(options.jobs > 1 ? argument("jobs", options.jobs) : []),
    ...argument("out", join(results, MULTISEED_FILE)),
    ...argument("run-root", join(results, "multiseed")),
    ...argument("checkpoint-dir", checkpoints),
    ...passedOn,
  ];
  const testing = ["--results-dir", results, "--baseline", "supervised", "--output-dir", tests];
  const reporting = [
    ...["--results-dir", results, "--statistics", join(tests, "statistical_tests.json")],
    ...["--output-dir", join(results, "report")],
  ];
  return {
    results,
    stages: [
      { name: "train-multiseed", args: training },
      { name: "statistical-tests", args: testing },
      { name: "generate-publication-report", args: reporting },
    ],
  };
}

/** By a path that Deno does not see, so that other commands start without the packages of these. */
async function loadStage(name: StageName): Promise<Command<FlagTable>> {
  const path = `./${name.replaceAll("-", "_")}.ts`;
  return (await import(path)).command;
}

/** Runs the stages, each a command with an experiment of its own, in this process. */
export async function reproduce(
  options: ReproduceOptions,
  context: CommandContext,
  load: CommandLoader = loadStage,
): Promise<void> {
  const { given, program, signal } = context;
  const started = performance.now();
  const { results, stages } = reproduceStages(options, given);
  const commands = await Promise.all(stages.map(({ name }) => load(name)));
  // A stage that cannot start shall not show after hours of training.
  stages.forEach(({ args }, i) => parseCommandLine(commands[i].flags, args));
  printSettings([
    ["Command", "reproduce"],
    ["Preset", options.preset],
    [
      "Stages",
      stages.map(({ name, args }) => [program, name, ...args.map(quote)].join(" ")).join("\n"),
    ],
    ["Results", results],
  ]);
  const output = {
    out: (text: string) => console.log(text),
    // What a stage says of its own stopping would name its own command line.
    error: (text: string) => signal.aborted || console.error(text),
  };
  for (const [i, { name, args }] of stages.entries()) {
    const title = `Stage ${i + 1} of ${stages.length}, ${name}`;
    console.log(`${title}\n`);
    const code = await executeCommand(commands[i], args, output, signal);
    if (signal.aborted) throw stoppedToRepeat(context);
    if (code === 0) continue;
    throw new UserError(
      `${title}: it has failed for the reason above. What is done is kept; when that is put ` +
        `right, the same command continues: ${context.commandLine}`,
    );
  }
  printSettings([
    ["Time", `${formatDuration((performance.now() - started) / 1000)} in this start`],
    ["Results", results],
    [
      "Next",
      options.preset === "quick"
        ? `${program} reproduce --preset paper${dataArguments(options, given)}`
        : undefined,
    ],
  ]);
}

if (import.meta.main) await runCommand(command);

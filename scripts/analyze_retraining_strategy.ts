import { existsSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_AUGMENTATIONS } from "../src/augment/augmentations.ts";
import { assertFolderWritable, flagArguments, printSettings } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { UserError } from "../src/errors.ts";
import { METHODS } from "../src/methods/registry.ts";
import {
  type Improvement,
  type MeasuredImprovements,
  readMeasuredImprovements,
} from "../src/results/measured_improvements.ts";
import { findRuns, type JsonObject, type Run } from "../src/results/read_run.ts";
import {
  type EpochsRecommendation,
  largestGroup,
  recommendEpochs,
  RETRAINED_METHODS,
  type RetrainedMethod,
} from "../src/results/retraining_evidence.ts";
import { retrainingRecommendations } from "../src/results/schema/kinds.ts";
import { readJson, writeResult } from "../src/results/schema/result_file.ts";
import { formatCount, formatSigned, plural } from "../src/text/format.ts";
import { renderTable } from "../src/text/table.ts";
import { VERSION } from "../src/version.ts";

/** `deno task analyze-retraining-strategy`: which trainings to repeat, and for how long. */
export const command = defineCommand({
  name: "analyze-retraining-strategy",
  summary: "Recommend epochs and experiments from the runs that are there",
  description: [
    "Reads the run folders under --results-dir: best epochs, over-fitting, whether the loss of " +
    "pretraining still falls. Writes retraining_recommendations.json there and prints the commands.",
    "Each entry says whether it was measured, with its runs, or is the documented default.",
    "The commands have the settings and data of those runs. expected_improvement is a measured " +
    "difference with its interval, or null.",
  ],
  flags: {
    "experiment": choiceFlag({
      choices: ["all", ...RETRAINED_METHODS],
      default: "all",
      description: "Whose experiments are listed",
    }),
    "results-dir": pathFlag({
      default: "results",
      description: "Folder of run folders and results, where the recommendations go",
    }),
    "force": booleanFlag({
      description: "Overwrite recommendations that someone has edited",
    }),
  },
  examples: [
    { args: "", about: "Everything under results/" },
    { args: "--experiment byol --results-dir results/july", about: "BYOL alone" },
  ],
  async run({ experiment, resultsDir, force }, { program, given }) {
    if (given.has("results-dir") && !existsSync(resultsDir)) {
      throw new UserError(`There is no folder ${resultsDir}: give the one that holds the runs`);
    }
    const out = join(resultsDir, "retraining_recommendations.json");
    assertFolderWritable(out, "--results-dir");
    if (!force) assertAsWritten(out);
    const { runs, damaged } = findRuns(resultsDir);
    const improvements = readMeasuredImprovements(resultsDir);
    const recommendations = recommendRetraining({ runs, improvements, experiment, program });
    const now = new Date();
    await writeResult(out, retrainingRecommendations, {
      timestamp: now.toISOString(),
      version: VERSION,
      results: resultsDir,
      experiment,
      ...recommendations,
      unreadable_runs: damaged,
    });
    // The file's time is that in the file, until someone edits it.
    Deno.utimeSync(out, now, now);

    const finished = runs.filter(({ state }) => state === "finished").length;
    printSettings([
      ["Command", "analyze-retraining-strategy"],
      ["Runs", `${formatCount(runs.length)}, of which ${formatCount(finished)} finished`],
      ["Unreadable", damaged.map(({ reason }) => reason).join("\n") || undefined],
    ]);
    print(recommendations);
    printSettings([["Recommendations", out]]);
  },
});

/** @throws {UserError} When the file that is there is not as this command wrote it. */
function assertAsWritten(path: string): void {
  if (!existsSync(path)) return;
  let written = NaN;
  try {
    written = Date.parse((readJson(path) as { timestamp: string }).timestamp);
  } catch {
    // The error below says so.
  }
  if (Math.abs(written - Number(Deno.statSync(path).mtime)) < 10) return;
  throw new UserError(
    `${path} was changed since this command wrote it. Keep a copy and give --force to overwrite it`,
  );
}

/**
 * The recommendations of the file.
 *
 * @param options.experiment Whose experiments are listed
 * @param options.program What precedes a command's name: `deno task`
 */
export function recommendRetraining(
  { runs, improvements, experiment, program }: {
    readonly runs: readonly Run[];
    readonly improvements: MeasuredImprovements;
    readonly experiment: "all" | RetrainedMethod;
    readonly program: string;
  },
) {
  const groups = RETRAINED_METHODS.map((method) => [method, largestGroup(runs, method)] as const);
  const epochs = Object.fromEntries(
    groups.map(([method, group]) => [method, recommendEpochs(method, group)]),
  ) as Record<RetrainedMethod, EpochsRecommendation>;
  return {
    epochs_recommendation: epochs,
    augmentation_recommendation: recommendAugmentations(improvements),
    experiments_to_run: groups.flatMap(([method, group]) => {
      const { source, recommended, current } = epochs[method];
      if (experiment !== "all" && experiment !== method) return [];
      if (source === "measured" && recommended === current) return [];
      const config = group?.runs[0].config ?? {};
      return experimentsOf(method, epochs[method], improvements[method], config, program);
    }),
  };
}

function recommendAugmentations(improvements: MeasuredImprovements) {
  const each = Object.fromEntries(
    DEFAULT_AUGMENTATIONS.map((name) => [name, improvements[`no-${name}`] ?? null]),
  );
  const all = improvements.none ?? null;
  return {
    upgrade_from: ["time_shift", "scaling", "jitter"],
    add_these: [
      "time warping (frequency-warp)",
      "temporal masking (temporal-dropout)",
      "per-channel variation (channel-noise)",
      "frequency-filter variation (bandpass)",
    ],
    expected_improvement: all,
    source: [all, ...Object.values(each)].some(Boolean) ? "measured" : "default",
    reason: all
      ? "Fine-tuned after pretraining with all seven augmentations and with none, seed by seed; " +
        "train-simclr and train-byol use all seven unless told otherwise"
      : "The documented advice, which train-simclr and train-byol follow unless told otherwise; " +
        "ablation --configs full,none measures what it is worth",
    /** What each of the seven is worth, where it was measured. */
    each,
  };
}

/** The trainings that follow from a recommendation. */
function experimentsOf(
  method: RetrainedMethod,
  { recommended, current, source, runs }: EpochsRecommendation,
  improvement: Improvement | undefined,
  config: JsonObject,
  program: string,
) {
  const data = flagArguments(config.dataSource as Record<string, string | number> ?? {});
  const command = (name: string, settings: string, checkpoint: string) =>
    `${program} ${name}${settings} --seed 42 --out ${checkpoint}${data}`;
  const supervised = method === "supervised";
  const trained = `checkpoints/${supervised ? "" : "ssl_"}${method}_retrained.pt`;
  const settings = ` --epochs ${recommended}${settingsArguments(config, method)}`;
  const training = {
    name: `${supervised ? "Supervised training" : METHODS[method].title}, ${recommended} epochs`,
    command: command(`train-${method}`, settings, trained),
    checkpoint: trained,
    expected_improvement: null,
    expected_improvement_reason: !supervised
      ? "not measured, since an encoder alone has no test AUROC"
      : recommended < current
      ? "none is due: the best epoch is kept in any case, fewer epochs save time"
      : "not measured: no run was longer",
    source,
    runs,
  };
  if (supervised) return [training];
  const finetuned = `checkpoints/ssl_${method}_retrained_finetuned.pt`;
  return [training, {
    name: `${METHODS[method].title}, fine-tuned`,
    command: command("finetune", ` --ssl-checkpoint ${trained} --epochs 20`, finetuned),
    checkpoint: finetuned,
    expected_improvement: improvement ?? null,
    expected_improvement_reason: improvement
      ? `${improvement.compared[0]} against ${improvement.compared[1]}, as trained so far`
      : `not measured; train-multiseed --method supervised,${method} does it, seed by seed`,
    source,
    runs,
  }];
}

/** The flags by which a command repeats the settings of a run, with a blank in front. */
function settingsArguments(config: JsonObject, method: RetrainedMethod): string {
  const own = method === "supervised"
    ? { labelFraction: "label-fraction", loss: "loss", balancing: "balance-strategy" }
    : {
      ...Object.fromEntries(
        Object.entries(METHODS[method].parameters).map(([setting, { name }]) => [setting, name]),
      ),
      learningRateSchedule: "lr-schedule",
    };
  const flags = { batchSize: "batch-size", ...own, learningRate: "lr", normalisation: "normalize" };
  return Object.entries(flags)
    .map(([setting, flag]) => (config[setting] ?? "") === "" ? "" : ` --${flag} ${config[setting]}`)
    .join("") + (config.shuffle === false ? " --no-shuffle" : "");
}

function print(
  { epochs_recommendation, augmentation_recommendation, experiments_to_run }: ReturnType<
    typeof recommendRetraining
  >,
): void {
  console.log(
    renderTable(
      ["method", "epochs now", "recommended", "source"],
      Object.entries(epochs_recommendation).map(
        ([method, { current, recommended, source, runs }]) => [
          method,
          String(current),
          String(recommended),
          source + (source === "measured" ? `, ${plural(runs.length, "run")}` : ""),
        ],
      ),
    ) + "\n",
  );
  printSettings(
    Object.entries(epochs_recommendation).map(([method, { reason }]) => [method, reason]),
  );
  const { expected_improvement, reason } = augmentation_recommendation;
  printSettings([["augmentations", describeExpected(expected_improvement, reason)]]);
  if (experiments_to_run.length === 0) {
    console.log("Nothing to train again: the runs had the recommended number of epochs\n");
  }
  for (const { name, command, ...expected } of experiments_to_run) {
    // The command on a line of its own, never wrapped: it is to be copied.
    console.log(`${name}\n  ${command}`);
    const improvement = describeExpected(
      expected.expected_improvement,
      expected.expected_improvement_reason,
    );
    console.log(`  Improvement: ${improvement}\n`);
  }
}

/** What was measured, followed by what it is; or why there is nothing. */
function describeExpected(improvement: Improvement | null, reason: string): string {
  if (improvement === null) return reason;
  const { mean, interval_95, n, over } = improvement;
  const interval = interval_95
    ? ` (${interval_95.map((end) => formatSigned(end)).join(" to ")})`
    : "";
  return `AUROC ${formatSigned(mean)}${interval}, n = ${formatCount(n)} ${over}: ${reason}`;
}

if (import.meta.main) await runCommand(command);

/** Recommendations from curves whose answer is known, and commands that the real parsers accept. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { recommendRetraining } from "../../scripts/analyze_retraining_strategy.ts";
import { command as finetune } from "../../scripts/finetune.ts";
import { command as trainByol } from "../../scripts/train_byol.ts";
import { command as trainSimclr } from "../../scripts/train_simclr.ts";
import { command as trainSupervised } from "../../scripts/train_supervised.ts";
import type { FlagTable } from "../../src/console/flags/command.ts";
import { parseCommandLine } from "../../src/console/flags/parse.ts";
import { shellWords } from "../support/shell_words.ts";
import type { Run } from "../../src/results/read_run.ts";
import type { MetricsRow } from "../../src/results/run_files.ts";

const COMMANDS: Record<string, FlagTable> = {
  "finetune": finetune.flags,
  "train-byol": trainByol.flags,
  "train-simclr": trainSimclr.flags,
  "train-supervised": trainSupervised.flags,
};

/** A finished run with one row an epoch. */
function run(
  path: string,
  config: Record<string, unknown>,
  epochs: number,
  row: (epoch: number) => MetricsRow,
  result: Record<string, unknown> = {},
): Run {
  return {
    path,
    config: {
      data: "PTB-XL",
      batchSize: 64,
      learningRate: 1e-3,
      ...config,
      epochs,
    } as Run["config"],
    epochRows: Array.from({ length: epochs }, (_, i) => ({ epoch: i + 1, ...row(i + 1) })),
    stepRows: [],
    result: result as Run["result"],
    state: "finished",
  };
}

function supervised(
  seed: number,
  { epochs = 20, best = 8, overfits = false, config = {} }: {
    epochs?: number;
    best?: number;
    overfits?: boolean;
    config?: Record<string, unknown>;
  },
): Run {
  return run(
    `results/s${seed}`,
    {
      command: "train-supervised",
      method: "supervised",
      architecture: "ECGClassifier",
      init: null,
      plateau: null,
      earlyStopping: null,
      freezeEncoder: false,
      encoderCheckpoint: null,
      loss: "bce",
      balancing: "oversample",
      labelFraction: 0.1,
      seed,
      ...config,
    },
    epochs,
    (epoch) => ({
      train_loss: 1 / epoch,
      validation_loss: overfits ? 1 + 0.1 * Math.abs(epoch - best) : 1 + 1 / epoch,
      auroc_macro: 0.9 - 0.001 * Math.abs(epoch - best),
    }),
    { best_epoch: best },
  );
}

function pretraining(
  seed: number,
  loss: (epoch: number) => number,
  { command = "train-byol", epochs = 20, probe, config = {} }: {
    command?: string;
    epochs?: number;
    probe?: (epoch: number) => number;
    config?: Record<string, unknown>;
  } = {},
): Run {
  return run(`results/p${seed}`, { command, config: "full", seed, ...config }, epochs, (epoch) => ({
    train_loss: loss(epoch),
    embedding_spread: 0.9,
    ...(probe && epoch % 2 === 0 ? { probe_auroc: probe(epoch) } : {}),
  }));
}

const analyze = (...runs: Run[]) =>
  recommendRetraining({
    runs,
    improvements: {},
    experiment: "all",
    program: "deno task",
  });

/** Reads every command with the parser of its script. */
function parsed({ experiments_to_run }: ReturnType<typeof analyze>) {
  return experiments_to_run.map(({ command, checkpoint }) => {
    const [deno, task, name, ...args] = shellWords(command);
    assertEquals([deno, task], ["deno", "task"]);
    const { options } = parseCommandLine(COMMANDS[name], args);
    assertEquals(options.out, checkpoint);
    return { name, options: options as Record<string, unknown> };
  });
}

Deno.test("without runs the documented numbers are given, as defaults, and all commands parse", () => {
  const found = analyze();
  const { byol, simclr, supervised } = found.epochs_recommendation;
  assertEquals(
    [byol, simclr, supervised].map((each) => [each.current, each.recommended, each.source]),
    [[20, 30, "default"], [15, 15, "default"], [30, 20, "default"]],
  );
  const commands = parsed(found);
  assertEquals(commands.map(({ name, options }) => [name, options.epochs]), [
    ["train-byol", 30],
    ["finetune", 20],
    ["train-simclr", 15],
    ["finetune", 20],
    ["train-supervised", 20],
  ]);
  // A fine-tuning takes the encoder that the command before it writes.
  assertEquals(commands[1].options.sslCheckpoint, commands[0].options.out);
  assertEquals(
    found.experiments_to_run.map((each) => each.expected_improvement),
    Array(5).fill(null),
  );
  assertEquals(found.augmentation_recommendation.upgrade_from, ["time_shift", "scaling", "jitter"]);
  assertEquals(found.augmentation_recommendation.source, "default");
});

Deno.test("classifiers: fewer epochs where the best come early, more where they come last", () => {
  const early = analyze(...[6, 8, 7].map((best, i) => supervised(i, { best })));
  const { supervised: entry } = early.epochs_recommendation;
  // Nine of ten runs had their best by epoch 7.8; a tenth more is 8.58; rounded up to 5, 10.
  assertEquals([entry.current, entry.recommended, entry.source], [20, 10, "measured"]);
  assertEquals(entry.figures.best_epochs, [6, 8, 7]);
  assertEquals(entry.figures.n_runs, 3);
  assertEquals(entry.runs, ["results/s0", "results/s1", "results/s2"]);
  assertStringIncludes(entry.reason, "are between 6 and 8 of 20, their median is 7");
  assertEquals(entry.figures.overfitting, false);

  const late = analyze(...[20, 19, 4].map((best, i) => supervised(i, { best })));
  assertEquals(late.epochs_recommendation.supervised.recommended, 30);

  // Best epochs at the end do not ask for more where the losses have parted.
  const parted = analyze(
    ...[0, 1].map((seed) => ({
      ...supervised(seed, { best: 5, overfits: true }),
      result: { best_epoch: 20 },
    })),
  );
  const { figures, recommended } = parted.epochs_recommendation.supervised;
  assertEquals([figures.overfitting, recommended], [true, 20]);
  assert(
    (figures.validation_loss_rise as number) > 1 && (figures.training_loss_fall as number) > 0.6,
  );
  assertEquals(figures.lowest_validation_loss_epoch, 5);
  assertEquals(parted.experiments_to_run.some(({ name }) => name.startsWith("Supervised")), false);
});

Deno.test("pretraining: by the loss alone longer or as now, with a probe by its best epoch", () => {
  const entry = (...runs: Run[]) => analyze(...runs).epochs_recommendation.byol;
  const falling = entry(pretraining(1, (epoch) => 20 - epoch));
  assertEquals([falling.recommended, falling.figures.loss_still_falls], [30, true]);
  const settled = entry(pretraining(1, (epoch) => 1 + Math.exp(-epoch)));
  assertEquals([settled.recommended, settled.figures.loss_still_falls], [20, false]);
  assertEquals(settled.figures.criterion, "training loss");
  const rising = entry(pretraining(1, (epoch) => epoch));
  assertEquals([rising.recommended, rising.figures.late_loss_fall], [20, NaN]);
  const probed = entry(
    pretraining(1, (epoch) => 20 - epoch, { probe: (epoch) => 0.8 - 0.01 * Math.abs(epoch - 8) }),
  );
  // The probe saw even epochs only, so the best is 8 or 9: a tenth more, rounded up to 5.
  assertEquals([probed.recommended, probed.figures.criterion], [10, "online probe"]);
  assertEquals(probed.figures.best_epochs, [8]);
});

Deno.test("the largest group of equal settings counts; short, unfinished and other runs do not", () => {
  const { byol, simclr, supervised: classifier } = analyze(
    pretraining(1, (epoch) => 20 - epoch),
    pretraining(2, (epoch) => 20 - epoch, {
      command: "train-simclr",
      config: { config: "no-mixup" },
    }),
    pretraining(3, (epoch) => 9 - epoch, { epochs: 4 }),
    pretraining(4, (epoch) => 20 - epoch, { epochs: 10 }),
    { ...pretraining(5, (epoch) => 20 - epoch), result: null, state: "resumable" },
    supervised(1, {}),
    supervised(2, {}),
    supervised(3, { epochs: 40 }),
    supervised(4, { config: { earlyStopping: 10 } }),
  ).epochs_recommendation;
  assertEquals(byol.runs, ["results/p1"], "of groups of one the one with more epochs");
  assertEquals(byol.runs_with_other_settings, ["results/p4"]);
  assertEquals([simclr.source, simclr.runs], ["default", []]);
  assertEquals(classifier.runs, ["results/s1", "results/s2"]);
  assertEquals(classifier.runs_with_other_settings, ["results/s3"]);
});

Deno.test("commands repeat the settings and the data of the runs they come from", () => {
  const dataSource = { dataRoot: "my data/it's", signalLength: 250 };
  const found = analyze(
    pretraining(1, (epoch) => 20 - epoch, {
      config: {
        dataSource,
        batchSize: 128,
        momentum: 0.99,
        schedule: "cosine",
        learningRateSchedule: "cosine",
        shuffle: false,
      },
    }),
    supervised(1, { config: { dataSource, normalisation: "none", labelFraction: 0.5 } }),
  );
  const [byol, finetuning, , , classifier] = parsed(found).map(({ options }) => options);
  for (const options of [byol, finetuning, classifier]) {
    assertEquals([options.dataRoot, options.signalLength], ["my data/it's", 250]);
  }
  assertEquals([byol.batchSize, byol.momentumTau, byol.tauSchedule], [128, 0.99, "cosine"]);
  assertEquals([byol.noShuffle, byol.epochs, byol.lrSchedule], [true, 30, "cosine"]);
  assertEquals([classifier.normalize, classifier.labelFraction, classifier.loss], [
    "none",
    0.5,
    "bce",
  ]);
});

Deno.test("measured improvements are where they belong", () => {
  const improvement = {
    metric: "test auroc_macro",
    compared: ["byol_focal_oversample", "focal_oversample"],
    mean: 0.01,
    interval_95: [0.002, 0.018],
    over: "seeds",
    n: 10,
    from: "results/phase2_multiseed_results.json",
  } as const;
  const { experiments_to_run, augmentation_recommendation } = recommendRetraining({
    runs: [],
    improvements: { "byol": improvement, "none": improvement, "no-mixup": improvement },
    experiment: "byol",
    program: "./denow task",
  });
  assertEquals(experiments_to_run.map((each) => each.expected_improvement), [null, improvement]);
  assert(experiments_to_run.every(({ command }) => command.startsWith("./denow task ")));
  assertEquals(augmentation_recommendation.expected_improvement, improvement);
  assertEquals(augmentation_recommendation.source, "measured");
  assertEquals(augmentation_recommendation.each.mixup, improvement);
  assertEquals(augmentation_recommendation.each.cutmix, null);
});

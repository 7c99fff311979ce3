/**
 * `ablation` as a person sees it.
 *
 * @module
 */

import { join } from "node:path";
import type { AugmentationConfigName } from "../augment/augmentations.ts";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatDuration } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import { dataName } from "../data/signals/record_set.ts";
import { UsageError } from "../errors.ts";
import {
  ablation,
  type AblationDelta,
  ablationDeltas,
  type AblationRun,
} from "../experiments/ablation.ts";
import { epochCost } from "../experiments/epoch_cost.ts";
import { SweepTime } from "../experiments/sweep_time.ts";
import type { TimedTask } from "../experiments/task_times.ts";
import type { Workspace } from "../runs/workspace.ts";
import { barChart } from "../plots/bar_chart.ts";
import { type MeanInterval, meanInterval } from "../stats/mean_interval.ts";
import {
  assertEachOnce,
  assertFolderWritable,
  printSettings,
  stoppedToRepeat,
  workspaceSettings,
} from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `ablation`. */
export interface AblationFlags extends DataOptions, DeviceOptions {
  readonly configs: readonly AugmentationConfigName[];
  readonly seeds: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly finetuneEpochs: number;
  readonly labelFraction: number;
  readonly normalize: "train" | "none";
  readonly out: string;
}

/** What all others are compared with. */
const REFERENCE = "full";

/** Runs the command. */
export async function runAblation(flags: AblationFlags, context: CommandContext): Promise<void> {
  const started = performance.now();
  const { configs, seeds, epochs, batchSize, finetuneEpochs, labelFraction } = flags;
  assertEachOnce({ configs, seeds });
  if (!configs.includes(REFERENCE)) {
    throw new UsageError(
      `--configs was given ${configs.join(",")}: give ${REFERENCE} too, which the others are ` +
        `compared with`,
    );
  }
  const out = join(flags.out, "ablation.json");
  assertFolderWritable(out, "--out");
  const workspace = await openWorkspace({
    flags,
    context,
    normalization: flags.normalize,
    allParts: true,
  });
  try {
    printSettings([
      ["Command", "ablation"],
      ...workspaceSettings(workspace),
      ["Configurations", configs.join(", ")],
      ["Seeds", seeds.join(", ")],
      ["Pretraining", `SimCLR, ${epochs} epochs, batch ${batchSize}`],
      ["Fine-tuning", `${finetuneEpochs} epochs on ${100 * labelFraction} % of the labels`],
      ["Folder", flags.out],
    ]);
    const epochsOfRun = epochs + finetuneEpochs;
    const parts = sweepParts(flags, workspace);
    const time = new SweepTime(seeds.flatMap(() => configs.map(() => parts)));
    using progress = new Progress({
      label: "Training",
      total: configs.length * seeds.length * epochsOfRun,
      unit: "epochs",
      left: () => time.secondsLeft,
    });
    let before = 0;
    let label = "";
    const runs = await ablation(workspace, {
      configs,
      seeds,
      epochs,
      batchSize,
      finetuneEpochs,
      labelFraction,
      folder: flags.out,
      signal: context.signal,
      commandLine: context.commandLine,
      events: {
        part: ({ config, seed }, part) => {
          time.begin(part);
          const run = seeds.indexOf(seed) * configs.length + configs.indexOf(config);
          before = run * epochsOfRun + (part === "pretraining" ? 0 : epochs);
          label = `${config}, seed ${seed}, ${part}`;
          progress.update(before, label);
        },
        epoch: (epoch, loss) => {
          time.epoch();
          progress.update(before + epoch, `${label}, loss ${loss.toFixed(4)}`);
        },
        done: ({ config, seed, probe, finetuned }, fresh, index) => {
          time.runDone(index);
          progress.log(
            `${config.padEnd(22)} seed ${seed}  probe ${probe.toFixed(4)}  ` +
              `fine-tuned ${finetuned.toFixed(4)}${fresh ? "" : "  done before"}`,
          );
        },
      },
    });
    progress.finish();
    const deltas = ablationDeltas(runs, REFERENCE);
    await writeFileAtomically(
      out,
      JSON.stringify(describe(runs, deltas, flags, workspace.set.source, context), null, 2) + "\n",
    );
    const figure = await drawDeltas(deltas, flags, {
      source: dataName(workspace.set),
      test: workspace.split.test.length,
    });
    console.log(
      `\nTest macro AUROC, mean over the seeds; change against "${REFERENCE}", paired by seed, ` +
        `with its 95 % t interval\n`,
    );
    console.log(deltaTable(runs, deltas) + "\n");
    printSettings([
      ["Results", out],
      ["Figure", figure],
      ["Time", formatDuration((performance.now() - started) / 1000)],
    ]);
  } catch (error) {
    if (context.signal.aborted) throw stoppedToRepeat(context);
    throw error;
  } finally {
    workspace.destroy();
  }
}

function deltaTable(runs: readonly AblationRun[], deltas: readonly AblationDelta[]): string {
  const mean = (config: string, metric: "probe" | "finetuned") =>
    meanInterval(runs.filter((run) => run.config === config).map((run) => run[metric]))
      .mean.toFixed(4);
  const change = ({ n, mean, low, high }: MeanInterval) => {
    const sign = (value: number) => (value < 0 ? "" : "+") + value.toFixed(4);
    return n === 0 ? "n/a" : sign(mean) + (n > 1 ? ` (${sign(low)} to ${sign(high)})` : "");
  };
  return renderTable(
    ["augmentations", "probe", "change", "fine-tuned", "change"],
    [
      [REFERENCE, mean(REFERENCE, "probe"), "", mean(REFERENCE, "finetuned"), ""],
      ...deltas.map(({ config, probe, finetuned }) => [
        config,
        mean(config, "probe"),
        change(probe),
        mean(config, "finetuned"),
        change(finetuned),
      ]),
    ],
  );
}

function describe(
  runs: readonly AblationRun[],
  deltas: readonly AblationDelta[],
  flags: AblationFlags,
  data: string,
  { commandLine }: CommandContext,
): unknown {
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  const interval = ({ n, mean, standardDeviation, low, high }: MeanInterval) => ({
    n,
    mean: finite(mean),
    sd: finite(standardDeviation),
    interval_95: [finite(low), finite(high)],
  });
  return {
    reference: REFERENCE,
    seeds: flags.seeds,
    epochs: flags.epochs,
    batch_size: flags.batchSize,
    finetune_epochs: flags.finetuneEpochs,
    label_fraction: flags.labelFraction,
    command_line: commandLine,
    data,
    deltas: Object.fromEntries(deltas.map(({ config, probe, finetuned }) => [
      config,
      { probe_auroc: interval(probe), finetuned_auroc: interval(finetuned) },
    ])),
    runs: runs.map(({ config, seed, probe, randomProbe, finetuned }) => ({
      config,
      seed,
      probe_auroc: finite(probe),
      random_probe_auroc: finite(randomProbe),
      finetuned_auroc: finite(finetuned),
    })),
  };
}

/** What a run trains, with what it costs as long as nothing is measured. */
function sweepParts(
  { epochs, finetuneEpochs, labelFraction }: AblationFlags,
  { split: { train, validation, test } }: Workspace,
): TimedTask[] {
  const validated = validation.length;
  return [
    {
      kind: "pretraining",
      epochs,
      epochCost: epochCost("simclr", { trained: train.length, validated }),
      // Two probes look at all records.
      overheadCost: 2 * (train.length + validated + test.length),
    },
    {
      kind: "fine-tuning",
      epochs: finetuneEpochs,
      epochCost: epochCost("classifier", { trained: labelFraction * train.length, validated }),
      overheadCost: validated + test.length,
    },
  ];
}

async function drawDeltas(
  deltas: readonly AblationDelta[],
  { seeds, out, labelFraction }: AblationFlags,
  data: { source: string; test: number },
): Promise<string | undefined> {
  const bars = deltas.flatMap(({ config, probe, finetuned }) =>
    ([["linear probe", probe], ["fine-tuned", finetuned]] as const).map(([group, change]) => ({
      name: config,
      group,
      value: change.mean,
      ...(Number.isFinite(change.low) ? { low: change.low, high: change.high } : {}),
    }))
  );
  if (bars.length === 0 || !bars.every(({ value }) => Number.isFinite(value))) return undefined;
  const path = join(out, "ablation.svg");
  await writeFileAtomically(
    path,
    await barChart({
      title: "What each augmentation is worth",
      caption: `Change of the test macro AUROC when it is left out; ${data.source}, ` +
        `${formatCount(data.test)} test records, fine-tuned on ${100 * labelFraction} % of the ` +
        `labels, n = ${seeds.length} ` +
        (seeds.length === 1 ? "seed" : "seeds, 95 % t intervals of the paired change"),
      valueTitle: `Change of macro AUROC against "${REFERENCE}"`,
      bars,
    }),
  );
  return path;
}

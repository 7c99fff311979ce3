/** Two runs side by side: settings that differ, metrics at the end, curves. */

import { OVERALL_METRICS } from "../metrics/multilabel_metrics.ts";
import { flattenSettings, type FlatValue } from "./flat_settings.ts";
import { column, epochsDone, type JsonObject, type Run } from "./read_run.ts";
import { trainingTotals } from "./runs.ts";

/** Where and when a run was made differs always, and says nothing of what it is. */
const CIRCUMSTANCES = ["commandLine", "started", "out"];

/** Something that each of two runs has of its own. */
interface OfBoth<T> {
  /** Of a setting or metric its path, such as `test/auroc_macro`. */
  readonly name: string;
  readonly a: T;
  readonly b: T;
}

/** A quantity over epochs that both runs have and that means the same in both. */
export interface SharedCurve extends OfBoth<EpochCurve> {
  /** Name for files. */
  readonly name: "loss" | "auroc";
  /** With its unit. */
  readonly title: string;
}

/** A quantity over epochs. */
interface EpochCurve {
  readonly epochs: readonly number[];
  /** NaN where it is not defined. */
  readonly values: readonly number[];
}

/** What {@linkcode compareRuns} gives. */
export interface RunComparison {
  /** Those that differ; undefined where a run has no such setting. */
  readonly settings: readonly OfBoth<FlatValue | undefined>[];
  /** All numbers that a run ends with; NaN where it has none. `difference` is b − a. */
  readonly metrics: readonly (OfBoth<number> & { readonly difference: number })[];
  readonly curves: readonly SharedCurve[];
  /** Why a curve is missing, in sentences. */
  readonly missingCurves: readonly string[];
}

/**
 * Compares two runs of any kind. Curves are given where they can be laid over each other: training
 * losses of one kind, else the validation loss, which is the cross-entropy for all classifiers.
 *
 * @param lossOf The loss of a pretraining command with its unit, for titles; undefined: not known.
 */
export function compareRuns(
  a: Run,
  b: Run,
  lossOf: (command: string) => string | undefined = () => undefined,
): RunComparison {
  return {
    settings: differingSettings(a, b),
    metrics: comparedMetrics(a, b),
    ...sharedCurves(a, b, lossOf),
  };
}

function differingSettings(a: Run, b: Run): RunComparison["settings"] {
  const [first, second] = [flattenSettings(a.config), flattenSettings(b.config)];
  return Object.keys({ ...first, ...second })
    .filter((name) => !CIRCUMSTANCES.includes(name))
    .filter((name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]))
    .map((name) => ({ name, a: first[name], b: second[name] }));
}

function comparedMetrics(a: Run, b: Run): RunComparison["metrics"] {
  const [first, second] = [finalMetrics(a), finalMetrics(b)];
  return Object.keys({ ...first, ...second }).map((name) => {
    const [x, y] = [first[name] ?? NaN, second[name] ?? NaN];
    return { name, a: x, b: y, difference: y - x };
  });
}

/** All numbers of the result; of a run in progress, those of the best epoch so far. */
function finalMetrics(run: Run): Record<string, number> {
  const { loss, seconds } = trainingTotals(run);
  const best = run.epochRows.findLast((row) => row.best === true);
  const metrics = OVERALL_METRICS.map((metric) => [metric, best?.[metric]]);
  const measured = run.result as JsonObject ?? (best && {
    best_epoch: best.epoch,
    validation: { ...Object.fromEntries(metrics), loss: best.validation_loss },
  });
  return {
    epochs: epochsDone(run),
    train_loss: loss,
    ...Object.fromEntries(
      Object.entries(flattenSettings(measured ?? {})).filter((entry): entry is [string, number] =>
        Number.isFinite(entry[1])
      ),
    ),
    seconds,
  };
}

/** A classifier has a loss on the validation fold, a pretraining has none. */
function isClassifier({ epochRows }: Run): boolean {
  return epochRows.some((row) => row.validation_loss !== undefined);
}

function sharedCurves(
  a: Run,
  b: Run,
  lossOf: (command: string) => string | undefined,
): Pick<RunComparison, "curves" | "missingCurves"> {
  if (epochsDone(a) === 0 || epochsDone(b) === 0) {
    return { curves: [], missingCurves: ["No curves: an epoch has ended in one run at most."] };
  }
  if (isClassifier(a) !== isClassifier(b)) {
    return {
      curves: [],
      missingCurves: ["No curves: one run is a pretraining and the other trains a classifier."],
    };
  }
  const curves: SharedCurve[] = [];
  const missingCurves: string[] = [];
  const add = (name: SharedCurve["name"], title: string, metric: string) => {
    if ([a, b].every(({ epochRows }) => column(epochRows, metric).some(Number.isFinite))) {
      curves.push({ name, title, a: curve(a, metric), b: curve(b, metric) });
    } else {
      const quantity = name === "auroc" ? "AUROC" : "loss";
      missingCurves.push(
        `No curve of the ${quantity}: it was not measured, or not defined, in both runs.`,
      );
    }
  };
  const same = (name: string) => a.config[name] === b.config[name];
  if (isClassifier(a)) {
    if (same("loss")) add("loss", `Training loss: ${a.config.loss} (nats)`, "train_loss");
    else add("loss", "Validation loss: cross-entropy (nats)", "validation_loss");
    add("auroc", "Validation macro AUROC (0.5 = chance)", "auroc_macro");
  } else {
    const loss = lossOf(String(a.config.command));
    if (same("command")) add("loss", `Training loss${loss ? `: ${loss}` : ""}`, "train_loss");
    else missingCurves.push("No curve of the loss: the methods have losses of their own.");
    add("auroc", "Macro AUROC of the probe (0.5 = chance)", "probe_auroc");
  }
  return { curves, missingCurves };
}

function curve({ epochRows }: Run, metric: string): EpochCurve {
  const rows = epochRows.filter((row) => row[metric] !== undefined);
  return { epochs: column(rows, "epoch"), values: column(rows, metric) };
}

/** Cells that train something, with what all plans have in common. */

import { type PretrainingMethod, TRAINING_PASS } from "../methods/pretraining_method.ts";
import { type MethodName, METHODS } from "../methods/registry.ts";
import { isUnfinished } from "../results/run_files.ts";
import type { Workspace } from "../runs/workspace.ts";
import {
  pretrain,
  type PretrainEvents,
  type PretrainOptions,
  type PretrainResult,
} from "../training/pretrain.ts";
import {
  type ClassifierEvents,
  trainClassifier,
  type TrainClassifierOptions,
  type TrainClassifierResult,
} from "../training/train_classifier.ts";
import type { Cell, CellContext } from "./experiment.ts";

/** A cell without its training, and what else a plan notes of it. */
type Untrained = Omit<Cell, "run" | "usable" | "work"> & { readonly folder: string };

/**
 * A pretraining. Its time: records times passes through the encoder.
 *
 * @param keep What of the training is kept as the cell's result
 */
export function pretrainingCell<Own extends Untrained, Result>(
  workspace: Workspace,
  method: MethodName,
  own: Own,
  training: PretrainOptions & { readonly epochs: number },
  keep: (trained: PretrainResult) => Result | Promise<Result>,
): Own & Cell<Result> {
  const { train, validation, test } = workspace.split;
  const declared: PretrainingMethod = METHODS[method];
  return {
    ...own,
    work: {
      kind: method,
      epochs: training.epochs,
      epochCost: train.length * declared.cost + validation.length,
      // Two probes look at all records.
      overheadCost: 2 * (train.length + validation.length + test.length),
    },
    run: async (context: CellContext) =>
      await keep(await pretrain(workspace, declared, { ...training, ...trainingOptions(context) })),
  };
}

/**
 * The training of a classifier.
 *
 * @param keep What of the training is kept as the cell's result
 */
export function classifierCell<Own extends Untrained, Result>(
  workspace: Workspace,
  own: Own,
  training: TrainClassifierOptions & { readonly epochs: number; readonly labelFraction: number },
  keep: (trained: TrainClassifierResult) => Result | Promise<Result>,
): Own & Cell<Result> {
  const { train, validation, test } = workspace.split;
  const { epochs, labelFraction, freezeEncoder = false } = training;
  const labeled = labelFraction * train.length;
  return {
    ...own,
    work: {
      kind: `${freezeEncoder ? "head" : "classifier"}, ${labelFraction}`,
      epochs,
      // Features of a frozen encoder are computed once.
      epochCost: (freezeEncoder ? 0 : labeled * TRAINING_PASS) + validation.length,
      overheadCost: validation.length + test.length + (freezeEncoder ? labeled : 0),
    },
    run: async (context: CellContext) =>
      await keep(await trainClassifier(workspace, { ...training, ...trainingOptions(context) })),
  };
}

/** The options of a training that follow from the cell it is. */
function trainingOptions({ folder, report, ...options }: CellContext) {
  const events: PretrainEvents & ClassifierEvents = {
    prepared: ({ resumedAfter }: { resumedAfter: number }) =>
      report?.({ kind: "progress", epochs: resumedAfter }),
    steps: (epoch, done, total, loss) =>
      report?.({ kind: "progress", epochs: epoch - 1 + done / total, loss }),
    epoch: (
      epoch: number,
      { loss }: { loss: number },
      validation?: Parameters<NonNullable<ClassifierEvents["epoch"]>>[2],
      best?: boolean,
    ) => report?.({ kind: "epoch", epoch, loss, validation, best }),
    warning: (text) => report?.({ kind: "warning", text }),
  };
  const { signal, commandLine, saveEverySeconds } = options;
  return {
    signal,
    commandLine,
    saveEverySeconds,
    events,
    runFolder: folder,
    resume: isUnfinished(folder),
    shuffle: true,
    logEvery: 100,
  };
}
